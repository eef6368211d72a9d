import type { KeepAlive } from "../distributed/keep-alive.js";
import type { SkipReason } from "./admit.js";
import type { Asking, UndecidedFire } from "./claim-line.js";
import { ClaimLine, skipReasonOf } from "./claim-line.js";
import type { Asked, Claims } from "./claims.js";
import type { JobState } from "./job-state.js";
import type { FireDetails } from "./waiting-fire.js";
import { NO_DETAILS } from "./waiting-fire.js";

/** What the lines need of the dispatch. */
export interface ClaimLinesHost {
  /** Has a fire admitted, and asked for when it is to start. */
  offer(job: JobState, fireTime: number, details: FireDetails): void;
  skip(job: JobState, fireTime: number, details: FireDetails, reason: SkipReason): void;
  /** Whether a run of the job may start beside those that go on. */
  hasRoom(job: JobState): boolean;
}

/** A node whose clock is far ahead must not fill its memory with what it may not start yet. */
const LONGEST_LINE = 1_000;

/**
 * Has the fires of each distributed job asked for in their order, one question at a time: a later one that was granted first
 * would shut out the earlier ones for good.
 */
export class ClaimLines {
  readonly #claims: Claims;
  readonly #host: ClaimLinesHost;
  readonly #lines = new Map<JobState, ClaimLine>();
  #asking = 0;
  #undecided = 0;

  constructor(claims: Claims, host: ClaimLinesHost) {
    this.#claims = claims;
    this.#host = host;
  }

  /** How many questions are under way, of all jobs. */
  get asking(): number {
    return this.#asking;
  }

  /** How many fires wait in lines, of all jobs. */
  get undecided(): number {
    return this.#undecided;
  }

  /** A fire has come due. */
  add(job: JobState, fireTime: number, given: FireDetails): void {
    const asking = this.#claims.newAsking();
    const details = { ...given, asking };
    const line = this.#lines.get(job);
    if (line?.asking === 0 && !this.#host.hasRoom(job)) {
      // It overlaps, whatever waits before it.
      this.#host.offer(job, fireTime, details);
      return;
    }
    const [first] = line?.fires ?? [];
    // The run may have ended before its lease does; and if not, this fire overlaps with it.
    if (line?.waitsForRun === true && first !== undefined) first.asking.retryAtMs = this.#claims.now();
    this.#keep(job, { fireTime, details, asking });
    this.goOn(job);
    // By what waits before it, and not by a run.
    if (this.#lines.get(job)?.asking === 0) asking.kept = true;
  }

  /** Asks whether a fire that has been admitted may start; what is to be asked again later is kept here. */
  async ask(job: JobState, fireTime: number | null, details: FireDetails): Promise<Asked> {
    const line = this.#lineOf(job);
    const { asking } = details;
    if (fireTime !== null && asking !== null && line.hasBefore(fireTime)) {
      // While it waited for a run to end, an earlier one has come back to the line.
      this.#keepLonger(job, { fireTime, details, asking });
      return { kind: "later", standby: false, unfinished: null, runToken: null };
    }
    if (line.asking++ === 0) line.sweptFor = null;
    this.#asking++;
    await line.givenBack;
    const asked = await this.#claims.ask(job, fireTime, asking);
    line.asking--;
    this.#asking--;
    line.waitsForRun = false;
    if (asked.kind !== "later" || fireTime === null || asking === null) return asked;
    // What it would wait with has been left out meanwhile.
    if (line.sweptFor !== null) return { kind: "skip", reason: line.sweptFor };
    this.#again(job, { fireTime, details, asking }, asked);
    return asked;
  }

  /** Has the next fires of a job admitted, as far as their turn has come. */
  goOn(job: JobState): void {
    const line = this.#lines.get(job);
    if (line === undefined) return;
    line.timer?.cancel();
    line.timer = null;
    for (let next = this.#due(job, line); next !== undefined; next = this.#due(job, line)) {
      line.fires.shift();
      this.#count(job, -1);
      this.#host.offer(job, next.fireTime, next.details);
    }
    if (line.isOver) this.#lines.delete(job);
  }

  /** Leaves out all that waits of a job. */
  skipAll(job: JobState, reason: SkipReason): void {
    const line = this.#lines.get(job);
    if (line === undefined) return;
    if (line.asking > 0) line.sweptFor = reason;
    const fires = line.fires.splice(0);
    const { standby } = line;
    line.timer?.cancel();
    this.#standBy(job, line, null);
    this.#count(job, -job.undecided);
    for (const { fireTime, details } of fires) this.#host.skip(job, fireTime, details, reason);
    if (standby !== null) this.#leave(job, standby);
  }

  /** Gives back what a run had, before anything else of its job is asked for. */
  giveBack(job: JobState, kept: KeepAlive, finished: boolean): void {
    const line = this.#lineOf(job);
    const givenBack: Promise<void> = this.#claims.giveBack(kept, finished).then(() => {
      if (line.givenBack === givenBack) line.givenBack = null;
      if (line.isOver && this.#lines.get(job) === line) this.#lines.delete(job);
    });
    line.givenBack = givenBack;
  }

  /** Settles when all that was had is given back. */
  async allGivenBack(): Promise<void> {
    await Promise.all([...this.#lines.values()].map(({ givenBack }) => givenBack));
  }

  /** The first fire of a line, if it is its turn; else sees to it that the line goes on in time. */
  #due(job: JobState, line: ClaimLine): UndecidedFire | undefined {
    const [first] = line.fires;
    if (first === undefined || line.asking > 0) return undefined;
    const waitMs = first.asking.retryAtMs - this.#claims.now();
    if (waitMs > 0) line.timer = this.#claims.setTimer(waitMs, () => this.goOn(job));
    const waits = waitMs > 0 || (first.asking.kept && !this.#host.hasRoom(job));
    return waits ? undefined : first;
  }

  #again(job: JobState, fire: UndecidedFire, asked: Asked & { kind: "later" }): void {
    const { standby, unfinished, runToken } = asked;
    if (standby) {
      this.#standBy(job, this.#lineOf(job), fire);
      return;
    }
    this.#keepLonger(job, fire);
    this.#keepAll(this.#lineOf(job), runToken);
    if (unfinished === null) return;
    const asking = this.#claims.newAsking(true);
    this.#keepLonger(job, { fireTime: unfinished, details: { ...NO_DETAILS, asking }, asking });
  }

  /** What came due while its first was asked for is kept from starting by the same. */
  #keepAll(line: ClaimLine, runToken: number | null): void {
    line.waitsForRun = runToken !== null;
    for (const [index, { asking }] of line.fires.entries()) {
      if (asking.kept) continue;
      asking.kept = true;
      asking.runToken = runToken;
      asking.place = index;
    }
  }

  /** What is kept from starting in its time does not count as overlapping with what starts before it then. */
  #keepLonger(job: JobState, fire: UndecidedFire): void {
    fire.asking.kept = true;
    this.#keep(job, fire);
  }

  /** Keeps a fire in the order of fire times: a clock that was set back names earlier ones later. */
  #keep(job: JobState, fire: UndecidedFire): void {
    const { fires } = this.#lineOf(job);
    if (fires.length >= LONGEST_LINE) {
      const { fireTime, details, asking } = fire;
      this.#host.skip(job, fireTime, details, skipReasonOf(asking));
      return;
    }
    const index = fires.findIndex(({ fireTime }) => fireTime > fire.fireTime);
    fires.splice(index < 0 ? fires.length : index, 0, fire);
    this.#count(job, 1);
  }

  /** There is one at a time: a service has one run that may be left unfinished. */
  #standBy(job: JobState, line: ClaimLine, fire: UndecidedFire | null): void {
    line.standbyTimer?.cancel();
    line.standbyTimer = null;
    const before = line.standby;
    line.standby = fire;
    if (before !== null) this.#count(job, -1);
    if (fire === null) return;
    this.#count(job, 1);
    if (before !== null) this.#leave(job, before);
    line.standbyTimer = this.#claims.setTimer(fire.asking.retryAtMs - this.#claims.now(), () => {
      line.standby = null;
      line.standbyTimer = null;
      this.#count(job, -1);
      // Another question may be under way, or a run go on.
      this.#keepLonger(job, fire);
      this.goOn(job);
    });
  }

  #leave(
    job: JobState,
    { fireTime, details, asking }: { fireTime: number; details: FireDetails; asking: Asking },
  ): void {
    this.#host.skip(job, fireTime, details, skipReasonOf(asking));
  }

  #count(job: JobState, by: number): void {
    job.undecided += by;
    this.#undecided += by;
  }

  #lineOf(job: JobState): ClaimLine {
    const known = this.#lines.get(job);
    if (known !== undefined) return known;
    const line = new ClaimLine();
    this.#lines.set(job, line);
    return line;
  }
}
