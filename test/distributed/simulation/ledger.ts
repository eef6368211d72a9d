import type { ClaimAnswer, ClaimRequest, GrantedClaim, SkipReason } from "punctual";
import type { Life, Watch } from "./life.js";
import type { TrueTime } from "./true-time.js";

/** What the store has granted. */
export interface Grant {
  readonly life: Life;
  readonly fireTime: number;
  readonly token: number;
  readonly attempt: number;
  readonly atMs: number;
  readonly leaseMs: number;
  /** Which start of the store it was that gave it. */
  readonly generation: number;
  /** When the lease ends at the store, unless it is renewed; true time. */
  untilMs: number;
  /** Given back: done, or left to others. */
  givenBack: "no" | "finished" | "unfinished";
  givenBackAtMs: number;
  started: boolean;
}

/** How much earlier than a lease's end its node stops trusting it, as a part of it: the margin, and some slack of timers. */
const TRUST_ENDS = 0.2;
const TIMER_SLACK_MS = 10;
/** An answer that comes later is not waited for. */
const LONGEST_REPLY_MS = 2_000;

/** Watches a world: what the store grants, and what the nodes do; tells at once what must never be. */
export class Ledger {
  readonly grants: Grant[] = [];
  readonly byToken: Map<number, Grant> = new Map();
  /** The fires that a hold has kept from starting, with the start of the store that said so. */
  readonly owed: Map<number, number> = new Map();
  /** The commands that go on. */
  readonly watches: Set<Watch> = new Set();
  readonly faults: string[] = [];
  readonly log: string[] = [];
  starts = 0;
  /** Whether the log is kept. */
  readonly #isKept: boolean;
  readonly #time: TrueTime;
  readonly #origin: number;
  #generation = 0;
  #highest = Number.NEGATIVE_INFINITY;

  constructor(time: TrueTime, origin: number, isKept: boolean) {
    this.#time = time;
    this.#origin = origin;
    this.#isKept = isKept;
  }

  get generation(): number {
    return this.#generation;
  }

  note(who: string, what: string, fireTime: number | null = null): void {
    if (!this.#isKept) return;
    this.log.push([round(this.#time.now), who, what, ...(fireTime === null ? [] : [this.short(fireTime)])].join(" "));
  }

  /** A wall-clock time as milliseconds from the world's beginning. */
  short(fireTime: number): number {
    return round(fireTime - this.#origin);
  }

  fault(what: string): void {
    this.faults.push(`at ${round(this.#time.now)}: ${what}`);
    this.note("!", what);
  }

  storeRestarted(): void {
    this.#generation++;
    this.#highest = Number.NEGATIVE_INFINITY;
    this.note("store", "is empty");
  }

  granted(life: Life, request: ClaimRequest, { token, attempt }: GrantedClaim): void {
    const { fireTime, leaseMs } = request;
    const known = this.byToken.get(token);
    if (known !== undefined) {
      // Asked again by the same name: the same answer, and a lease that lasts from now.
      if (known.life !== life || known.fireTime !== fireTime) this.fault(`token ${token} was given twice`);
      known.untilMs = Math.max(known.untilMs, this.#time.now + leaseMs);
      return;
    }
    const previous = this.grants.at(-1);
    if (previous !== undefined && previous.token >= token) this.fault(`token ${token} after ${previous.token}`);
    this.#checkNumber(fireTime, attempt);
    const grant: Grant = {
      ...{ life, fireTime, token, attempt, leaseMs, atMs: this.#time.now, generation: this.#generation },
      ...{
        untilMs: this.#time.now + leaseMs,
        givenBack: "no",
        givenBackAtMs: Number.POSITIVE_INFINITY,
        started: false,
      },
    };
    this.grants.push(grant);
    this.byToken.set(token, grant);
    this.note("store", `grants ${life.name} #${attempt}`, fireTime);
  }

  refused(
    life: Life,
    { fireTime, leaseMs, unlessFinished }: ClaimRequest,
    answer: ClaimAnswer & { granted: false },
  ): void {
    const { reason, holder, retryAfterMs, runToken, unfinished } = answer;
    if (unfinished !== null) life.toldFirst.add(unfinished);
    const byHold = reason === "held" && retryAfterMs !== null && runToken === null && unfinished === null;
    if (reason === "held" && retryAfterMs === null) {
      const run = this.byToken.get(unlessFinished ?? 0);
      // Which runs were cut before the store was empty, nobody can tell.
      const isKnown = run?.generation === this.#generation;
      if (isKnown && run.givenBack !== "finished")
        this.fault(`${this.short(fireTime)} is left out for a run that was cut`);
    }
    if (byHold && leaseMs > 0) this.owed.set(fireTime, this.#generation);
    if (!this.#isKept) return;
    const after = retryAfterMs === null ? "for good" : `for ${round(retryAfterMs)}`;
    const first = unfinished === null ? "" : `, first ${this.short(unfinished)}`;
    this.note("store", `refuses ${life.name} ${reason} by ${holder} ${after}${first}`, fireTime);
  }

  renewed(token: number, leaseMs: number): void {
    const grant = this.byToken.get(token);
    if (grant !== undefined) grant.untilMs = this.#time.now + leaseMs;
  }

  released(token: number, finished: boolean): void {
    const grant = this.byToken.get(token);
    if (grant === undefined || grant.givenBack === "finished") return;
    grant.givenBack = finished ? "finished" : "unfinished";
    grant.givenBackAtMs = this.#time.now;
    if (!finished) grant.untilMs = Math.min(grant.untilMs, this.#time.now);
    this.note("store", `has back ${finished ? "finished" : "unfinished"}`, grant.fireTime);
  }

  /** At most one start of each attempt of a fire, on the grant of the store, in order, not early. */
  started(watch: Watch): void {
    const { life, fireTime, token, attempt } = watch;
    this.starts++;
    this.note(life.name, `starts #${attempt}`, fireTime);
    const grant = this.byToken.get(token);
    const fits = grant?.life === life && grant.fireTime === fireTime && grant.attempt === attempt && !grant.started;
    if (grant === undefined || !fits) {
      this.fault(`${life.name} starts ${this.short(fireTime)} #${attempt} by a grant that it has not`);
      return;
    }
    grant.started = true;
    life.accountOf(fireTime).starts.push(attempt);
    life.look();
    if (attempt === 1 && life.latestMs < fireTime) this.fault(`${life.name} starts ${this.short(fireTime)} early`);
    this.#checkOrder(watch);
    if (grant.leaseMs > 0) for (const other of this.watches) this.#checkAlone(watch, other);
  }

  /** The command of a run begins, or begins once more. */
  goesOn(watch: Watch): void {
    watch.going = true;
    this.watches.add(watch);
  }

  skipped(life: Life, fireTime: number, reason: SkipReason): void {
    this.note(life.name, reason, fireTime);
    life.accountOf(fireTime).skips.push({ reason, atMs: this.#time.now });
    if (reason === "heldElsewhere") this.#checkHeld(life, fireTime);
    if (reason === "distributedUnavailable" && !life.wasTroubled)
      this.fault(`${life.name} leaves out ${this.short(fireTime)} though its store answers`);
    if (reason === "overlap" && !life.isBusy)
      this.fault(`${life.name} leaves out ${this.short(fireTime)} as overlapping with nothing`);
  }

  aborted(watch: Watch): void {
    this.note(watch.life.name, `aborts #${watch.attempt}`, watch.fireTime);
    watch.abortedAtMs ??= this.#time.now;
    this.#checkLease(watch, "is aborted");
  }

  /** The command has come to its end. */
  ended(watch: Watch): void {
    watch.going = false;
    this.watches.delete(watch);
    this.note(watch.life.name, `ends #${watch.attempt}`, watch.fireTime);
    if (!watch.deaf) this.#checkLease(watch, "goes on");
    else if (watch.abortedAtMs === null) this.#checkLease(watch, "goes on without a signal");
  }

  #checkNumber(fireTime: number, attempt: number): void {
    if (attempt > 1) {
      const last = this.grants.filter((grant) => grant.fireTime === fireTime).at(-1);
      // A store that has lost what it knew begins again.
      if (last?.attempt !== attempt - 1) this.fault(`attempt ${attempt} of ${this.short(fireTime)}`);
      return;
    }
    if (fireTime <= this.#highest) this.fault(`${this.short(fireTime)} is granted again`);
    this.#highest = Math.max(this.#highest, fireTime);
  }

  #checkOrder({ life, fireTime, attempt }: Watch): void {
    if (attempt > 1) return;
    if (fireTime <= life.lastStarted && this.#generation === 0)
      this.fault(`${life.name} starts ${this.short(fireTime)} after a later one`);
    life.lastStarted = fireTime;
  }

  /** What is left out for good because of a run elsewhere came due before the store knew of that run's end. */
  #checkHeld(life: Life, fireTime: number): void {
    if (life.clockWasSet) return;
    const dueMs = fireTime - this.#origin - life.machine.skewMs;
    const held = this.grants.some(
      ({ leaseMs, givenBack, givenBackAtMs }) =>
        leaseMs > 0 && givenBack === "finished" && givenBackAtMs + LONGEST_REPLY_MS >= dueMs,
    );
    if (!held) this.fault(`${life.name} leaves out ${this.short(fireTime)} for a run that had ended`);
  }

  /** No two runs of one service at once, but for what nobody can help. */
  #checkAlone(watch: Watch, other: Watch): void {
    const grant = this.byToken.get(other.token) as Grant;
    if (!other.going || other.life.machine.dead || grant.leaseMs === 0) return;
    if (other.deaf && other.abortedAtMs !== null) return;
    if (this.#isExcused(other, grant)) return;
    const fires = `${this.short(other.fireTime)} on ${other.life.name} and ${this.short(watch.fireTime)} on ${watch.life.name}`;
    this.fault(`two runs at once: ${fires}`);
  }

  /** A node ends its run before its lease ends at the store. */
  #checkLease(watch: Watch, what: string): void {
    const grant = this.byToken.get(watch.token) as Grant;
    if (grant.leaseMs === 0 || this.#time.now <= grant.untilMs || this.#isExcused(watch, grant)) return;
    const overdueMs = round(this.#time.now - grant.untilMs);
    this.fault(`${this.short(watch.fireTime)} on ${watch.life.name} ${what} ${overdueMs} ms after its lease's end`);
  }

  /** It stood still when it should have ended the run, or the store has forgotten the lease. */
  #isExcused({ life }: Watch, { untilMs, leaseMs, generation }: Grant): boolean {
    if (generation !== this.#generation) return true;
    return life.machine.stoodStill(untilMs - leaseMs * TRUST_ENDS - TIMER_SLACK_MS, this.#time.now);
  }
}

export function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
