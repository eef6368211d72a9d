import { randomUUID } from "node:crypto";
import type { Clock, ClockTimer } from "../clock/clock.js";
import type { ClaimAnswer, ClaimRequest, Distributed, Lease, LeaseAnswer } from "../distributed/distributed.js";
import type { KeepAlive } from "../distributed/keep-alive.js";
import { timeBoxed } from "../distributed/time-box.js";
import { trustedUntil } from "../distributed/trust.js";
import { DistributedUnavailableError } from "../errors.js";
import type { SkipReason } from "./admit.js";
import { queueLength } from "./admit.js";
import { Asking } from "./claim-line.js";
import type { DistributedSettings } from "./distributed-options.js";
import type { SchedulerEmitter } from "./events.js";
import type { JobState } from "./job-state.js";
import { Leaders } from "./leaders.js";
import type { Held } from "./run-state.js";

/** How long a store may take for an answer. */
const ANSWER_MS = 2_000;

/** What the claims work with. */
export interface ClaimsParts {
  readonly clock: Clock;
  readonly events: SchedulerEmitter;
  /** `null` for a scheduler that has no distributed jobs. */
  readonly distributed: Distributed | null;
  readonly appId: string;
}

/** What became of a question. */
export type Asked =
  | { readonly kind: "granted"; readonly held: Held | null }
  | { readonly kind: "skip"; readonly reason: SkipReason }
  /** To be asked again; by then, or for good, a fire that was left unfinished comes first. */
  | {
      readonly kind: "later";
      readonly standby: boolean;
      readonly unfinished: number | null;
      /** The run on another node that is in the way; `null` where it is none. */
      readonly runToken: number | null;
    };

/** Asks the driver who starts what, within bounds of time, and tells what it says. */
export class Claims {
  readonly leaders: Leaders;
  readonly #parts: ClaimsParts;
  /** No other process, not even one with the same `appId`, asks by the same names. */
  readonly #process = randomUUID();
  #askings = 0;

  constructor(parts: ClaimsParts) {
    this.#parts = parts;
    this.leaders = new Leaders(parts.clock, parts.events);
  }

  get appId(): string {
    return this.#parts.appId;
  }

  /** Begins the asking for one fire. */
  newAsking(recovery = false): Asking {
    return new Asking(`${this.#process}:${this.#askings++}`, recovery);
  }

  /** Whether this node may start a fire now; `fireTime` is `null` for a run outside the schedule. Never rejects. */
  async ask(job: JobState, fireTime: number | null, asking: Asking | null): Promise<Asked> {
    const settings = job.settings.distributed as DistributedSettings;
    const askedAtMs = this.now();
    try {
      if (settings.mode === "select") return await this.#select(job, fireTime, settings);
      if (fireTime === null || asking === null) return await this.#lease(job, settings);
      return await this.#claim(job, fireTime, asking, settings);
    } catch (error) {
      const failure = error as DistributedUnavailableError;
      const told = { job: job.handle, fireTime, error: failure, durationMs: this.now() - askedAtMs };
      this.#parts.events.emit("distributed:unavailable", told);
      if (settings.onUnavailable === "run") return { kind: "granted", held: null };
      return { kind: "skip", reason: "distributedUnavailable" };
    }
  }

  /** Lets the others have at once what this node leads. */
  async resign(): Promise<void> {
    const { distributed, appId, clock } = this.#parts;
    if (distributed === null) return;
    const services = this.leaders.ledBy(appId);
    const resigned = services.map((service) => {
      this.leaders.forget(service);
      return timeBoxed(() => distributed.select(service, appId, 0), { clock, limitMs: ANSWER_MS });
    });
    // Where that fails, the hold ends by itself.
    await Promise.allSettled(resigned);
  }

  /** Gives back what a run had, or lets it end by itself. */
  async giveBack(kept: KeepAlive, finished: boolean): Promise<void> {
    const { clock } = this.#parts;
    const give = (): Promise<void> => timeBoxed(() => kept.release(finished), { clock, limitMs: ANSWER_MS });
    // A store that has not heard of the end lets others wait, or do it again.
    await give()
      .catch(give)
      .catch(() => {});
  }

  now(): number {
    return this.#parts.clock.monotonic();
  }

  setTimer(delayMs: number, ring: () => void): ClockTimer {
    return this.#parts.clock.setTimer(delayMs, ring);
  }

  async #select(job: JobState, fireTime: number | null, { holdTimeMs }: DistributedSettings): Promise<Asked> {
    const { distributed, appId, clock, events } = this.#parts;
    const askedAtMs = clock.monotonic();
    const answer = () => (distributed as Distributed).select(job.name, appId, holdTimeMs);
    const leader = await timeBoxed(answer, { clock, limitMs: ANSWER_MS });
    this.leaders.saw(job.name, leader, askedAtMs, holdTimeMs);
    if (leader === appId) return { kind: "granted", held: null };
    const refused = { reason: "held", holder: leader, retryAfterMs: null } as const;
    events.emit("fire:refused", { job: job.handle, fireTime, ...refused, durationMs: this.now() - askedAtMs });
    return { kind: "skip", reason: "heldElsewhere" };
  }

  async #lease(job: JobState, { leaseMs }: DistributedSettings): Promise<Asked> {
    if (leaseMs === 0) return { kind: "granted", held: null };
    const { distributed, appId, clock, events } = this.#parts;
    const askedAtMs = clock.monotonic();
    const answer = () => (distributed as Distributed).lease({ serviceName: job.name, appId, leaseMs });
    const given = await timeBoxed<LeaseAnswer>(answer, {
      clock,
      limitMs: ANSWER_MS,
      late: (late) => this.#giveUp(late.granted ? late.lease : null),
    });
    if (given.granted) return this.#granted(given, 1, askedAtMs, leaseMs);
    const { holder, retryAfterMs } = given;
    const refused = { reason: "held", holder, retryAfterMs, durationMs: this.now() - askedAtMs } as const;
    events.emit("fire:refused", { job: job.handle, fireTime: null, ...refused });
    return { kind: "skip", reason: "heldElsewhere" };
  }

  async #claim(job: JobState, fireTime: number, asking: Asking, settings: DistributedSettings): Promise<Asked> {
    const { distributed, appId, clock, events } = this.#parts;
    const { holdTimeMs, leaseMs, maxAttempts } = settings;
    const askedAtMs = clock.monotonic();
    const queued = asking.place < queueLength(job.settings.overlap);
    const request: ClaimRequest = {
      ...{ serviceName: job.name, appId, fireTime, claimId: asking.claimId, holdTimeMs, leaseMs, maxAttempts },
      unlessFinished: queued ? null : asking.runToken,
    };
    const answer = () => (distributed as Distributed).claim(request);
    const given = await timeBoxed<ClaimAnswer>(answer, {
      clock,
      limitMs: ANSWER_MS,
      late: (late) => this.#giveUp(late.granted ? late.lease : null),
    });
    const durationMs = this.now() - askedAtMs;
    if (!given.granted) return this.#refused(job, fireTime, asking, given, durationMs);
    const { token, attempt, lease } = given;
    this.leaders.saw(job.name, appId, askedAtMs, Math.max(holdTimeMs, leaseMs));
    const asked: Asked =
      lease === null
        ? { kind: "granted", held: { token, attempt, lease: null, appId } }
        : this.#granted({ token, lease }, attempt, askedAtMs, leaseMs);
    events.emit("fire:claimed", { job: job.handle, fireTime, token, attempt, durationMs });
    return asked;
  }

  #granted(
    given: Pick<LeaseAnswer & { granted: true }, "token" | "lease">,
    attempt: number,
    askedAtMs: number,
    leaseMs: number,
  ): Asked {
    const { token, lease } = given;
    // What came too late to be trusted must not be begun.
    if (this.#parts.clock.monotonic() >= trustedUntil(askedAtMs, leaseMs)) {
      this.#giveUp(lease);
      throw new DistributedUnavailableError("the answer came when its lease was nearly over");
    }
    return {
      kind: "granted",
      held: { token, attempt, lease: { lease, leaseMs, askedAtMs }, appId: this.#parts.appId },
    };
  }

  #refused(
    job: JobState,
    fireTime: number,
    asking: Asking,
    given: ClaimAnswer & { granted: false },
    durationMs: number,
  ): Asked {
    const { clock, events } = this.#parts;
    const { reason, holder, retryAfterMs, runToken, unfinished } = given;
    // Only a fire that came due while the run went on overlaps with it.
    if (asking.refusedAs === null && reason === "held") asking.runToken ??= runToken;
    asking.refusedAs = reason;
    if (holder !== null && retryAfterMs !== null && reason === "held") {
      this.leaders.saw(job.name, holder, clock.monotonic(), retryAfterMs);
    }
    events.emit("fire:refused", { job: job.handle, fireTime, reason, holder, retryAfterMs, durationMs });
    if (retryAfterMs === null)
      return { kind: "skip", reason: reason === "claimed" ? "claimedElsewhere" : "heldElsewhere" };
    asking.retryAtMs = clock.monotonic() + retryAfterMs;
    return { kind: "later", standby: reason === "claimed", unfinished, runToken: reason === "held" ? runToken : null };
  }

  /** Lets others have what was granted to this node, and is not begun. */
  giveUp(held: Held | null): void {
    this.#giveUp(held?.lease?.lease ?? null);
  }

  /** What nobody waits for any more is left to others. A store that does not hear of it lets the lease end by itself. */
  #giveUp(lease: Lease | null): void {
    lease?.release({ finished: false }).catch(() => {});
  }
}
