import type { Clock } from "../clock/clock.js";
import type { SchedulerEmitter } from "./events.js";

/** What a node knows of who leads a service. */
interface Leader {
  readonly appId: string;
  /** By the monotonic clock. */
  readonly untilMs: number;
}

/** Remembers from the answers that come who leads which service, and tells when that changes. */
export class Leaders {
  readonly #leaders = new Map<string, Leader>();
  readonly #clock: Clock;
  readonly #events: SchedulerEmitter;

  constructor(clock: Clock, events: SchedulerEmitter) {
    this.#clock = clock;
    this.#events = events;
  }

  /** The node that leads a service now, as far as is known. */
  of(serviceName: string): string | null {
    const leader = this.#leaders.get(serviceName);
    return leader !== undefined && leader.untilMs > this.#clock.monotonic() ? leader.appId : null;
  }

  /** A node was seen to lead a service, for so long from `sinceMs` on. */
  saw(serviceName: string, appId: string, sinceMs: number, forMs: number): void {
    const previous = this.#leaders.get(serviceName)?.appId ?? null;
    this.#leaders.set(serviceName, { appId, untilMs: sinceMs + forMs });
    if (previous !== appId) this.#events.emit("leader:changed", { serviceName, leader: appId, previous });
  }

  /** The services that a node leads, as far as is known. */
  ledBy(appId: string): readonly string[] {
    return [...this.#leaders.keys()].filter((serviceName) => this.of(serviceName) === appId);
  }

  forget(serviceName: string): void {
    this.#leaders.delete(serviceName);
  }
}
