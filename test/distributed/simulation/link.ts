import type { ClaimAnswer, ClaimRequest, Distributed, Lease, LeaseAnswer, LeaseRequest } from "punctual";
import { DistributedUnavailableError } from "punctual";
import { StateLease } from "../../../src/distributed/state-lease.js";
import type { Life } from "./life.js";
import type { LinkPlan } from "./plan.js";
import type { Random } from "./random.js";
import type { Store } from "./store.js";
import type { TrueTime } from "./true-time.js";

/** What is wrong between nodes and store now. */
export interface Weather {
  /** Until when, and for which node, `null` for all, there is no way to the store. */
  outages: { readonly node: number | null; readonly untilMs: number; readonly how: "fails" | "hangs" }[];
  /** Ends all that the link does by chance. */
  fair: boolean;
  /** How many messages were lost, late, or had no way. */
  lost: number;
  slow: number;
  noWay: number;
  /** For a scenario: decides about the next message instead of chance; `undefined` for no say. */
  steer: ((message: Message) => Carried | undefined) | null;
}

/** A message on its way. */
export interface Message {
  readonly node: number;
  readonly what: "claim" | "lease" | "select" | "renew" | "release";
  readonly way: "request" | "reply";
  /** True time. */
  readonly atMs: number;
}

/** What becomes of a message: it arrives after a time, or never, and then its node may be told. */
export type Carried = { readonly afterMs: number } | { readonly lost: "silently" | "withError" };

/** One node's way to the store: messages take their time, and get lost. */
export class Link implements Distributed {
  readonly #life: Life;
  readonly #store: Store;
  readonly #time: TrueTime;
  readonly #plan: LinkPlan;
  readonly #random: Random;
  readonly #weather: Weather;

  constructor(
    life: Life,
    parts: {
      readonly store: Store;
      readonly time: TrueTime;
      readonly plan: LinkPlan;
      readonly random: Random;
      readonly weather: Weather;
    },
  ) {
    this.#life = life;
    this.#store = parts.store;
    this.#time = parts.time;
    this.#plan = parts.plan;
    this.#random = parts.random;
    this.#weather = parts.weather;
  }

  select(serviceName: string, appId: string, holdTimeMs: number): Promise<string> {
    return this.#ask("select", () => this.#store.select(serviceName, appId, holdTimeMs));
  }

  async claim(request: ClaimRequest): Promise<ClaimAnswer> {
    const answer = await this.#ask("claim", () => this.#store.claim(this.#life, request));
    if (!answer.granted || answer.lease === null) return answer;
    return { ...answer, lease: this.#handleOf(answer.lease) };
  }

  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    const answer = await this.#ask("lease", () => this.#store.lease(request));
    return answer.granted ? { ...answer, lease: this.#handleOf(answer.lease) } : answer;
  }

  async close(): Promise<void> {}

  #handleOf(lease: Lease): Lease {
    const atStore = this.#store.leaseOf(lease);
    return new StateLease(lease.token, {
      renew: (leaseMs) => this.#ask("renew", () => atStore.renew(leaseMs)),
      release: (finished) => this.#ask("release", () => atStore.release(finished)),
    });
  }

  /** Has something done at the store. The promise settles in the node's event loop, if ever. */
  #ask<Answer>(what: Message["what"], perform: () => Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const carried = this.#carry(what, "request");
      if ("lost" in carried) {
        this.#lose(carried.lost, reject);
        return;
      }
      this.#time.after(carried.afterMs, () => {
        perform().then(
          (answer) => this.#answer(what, () => resolve(answer), reject),
          (error: Error) => this.#answer(what, () => reject(error), reject),
        );
      });
    });
  }

  #answer(what: Message["what"], settle: () => void, reject: (error: Error) => void): void {
    const carried = this.#carry(what, "reply");
    if ("lost" in carried) this.#lose(carried.lost, reject);
    else this.#life.machine.hears(carried.afterMs, settle);
  }

  #lose(how: "silently" | "withError", reject: (error: Error) => void): void {
    this.#life.unheard = this.#time.now;
    if (how === "silently") return;
    this.#life.machine.hears(1, () => reject(new DistributedUnavailableError("the connection broke")));
  }

  #carry(what: Message["what"], way: Message["way"]): Carried {
    const { node } = this.#life;
    const weather = this.#weather;
    const random = this.#random;
    const { now } = this.#time;
    const steered = weather.steer?.({ node, what, way, atMs: now });
    if (steered !== undefined) return steered;
    const { delayMs, slowChance, slowMs, lossChance } = this.#plan;
    const afterMs = delayMs[0] + random.next() * (delayMs[1] - delayMs[0]);
    if (weather.fair) return { afterMs };
    const outage = weather.outages.find((each) => each.untilMs > now && (each.node === null || each.node === node));
    if (outage !== undefined) {
      weather.noWay++;
      return { lost: outage.how === "fails" ? "withError" : "silently" };
    }
    if (random.chance(lossChance)) {
      weather.lost++;
      return { lost: random.chance(0.5) ? "silently" : "withError" };
    }
    if (!random.chance(slowChance)) return { afterMs };
    weather.slow++;
    this.#life.unheard = now;
    return { afterMs: afterMs + random.next() * slowMs };
  }
}
