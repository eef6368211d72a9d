import type { Clock, ClockTimer } from "../clock/clock.js";
import { timeBoxed } from "../distributed/time-box.js";
import { PunctualError } from "../errors.js";
import type { RunJournal, UnfinishedRun } from "../history/history.js";
import type { Dispatch } from "./dispatch.js";
import type { SchedulerEmitter } from "./events.js";
import type { FireLoop } from "./fire-loop.js";
import type { JobState } from "./job-state.js";
import type { Jobs } from "./jobs.js";

/** How long the first fires wait for what the history knows of the time before. */
const WAIT_MS = 2_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** How often it is looked for runs of processes that have died since. */
const LOOK_MS = 60_000;
const NEVER = Number.NEGATIVE_INFINITY;
/** How many unfinished runs are kept for jobs that may still be registered. */
const MOST_KEPT = 1_000;
/** How many names of jobs that were removed are remembered: a program may make up names without end. */
const MOST_NAMES = 10_000;

/** What the recovery works with. */
export interface RecoveryParts {
  readonly clock: Clock;
  readonly events: SchedulerEmitter;
  readonly journal: RunJournal;
  readonly jobs: Pick<Jobs, "states" | "stateOf" | "rebind">;
  readonly loop: FireLoop;
  readonly dispatch: Dispatch;
}

/** Makes up for the time in which no process was there: fires that were missed, and runs that a process has not survived. */
export class Recovery {
  readonly #parts: RecoveryParts;
  /** The last fire times of the time before; `null` until they are known. */
  #found: ReadonlyMap<string, number> | null = null;
  /** After which times jobs go on that have been at work in this process. */
  readonly #own = new Map<string, number>();
  /** Since when there are jobs that may never have fired: what came due from then on was missed. */
  readonly #from = new Map<string, number>();
  /** The names of jobs that were removed. */
  readonly #removed = new Set<string>();
  /** Runs to be done again, by the names of jobs that are not registered yet. */
  readonly #kept: UnfinishedRun[] = [];
  /** When the scheduler was started; `null` while it is not. */
  #since: number | null = null;
  /** Has the scheduler fire, when it does not yet. */
  #goOn: () => void = () => {};
  #timer: ClockTimer | null = null;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  /** Finds out what was before, and has the scheduler fire then, or after two seconds. */
  start(fire: (since: number) => void): void {
    const since = this.#parts.clock.now();
    this.#since = since;
    let waits = true;
    this.#goOn = () => {
      if (waits && this.#since !== null) fire(since);
      waits = false;
    };
    void this.#begin(FIRST_PAUSE_MS);
  }

  stop(): void {
    this.#since = null;
    for (const { name, previousFireTime } of this.#parts.jobs.states()) {
      if (previousFireTime !== null) this.#own.set(name, Math.max(previousFireTime, this.#own.get(name) ?? NEVER));
    }
    this.#timer?.cancel();
    this.#timer = null;
    this.#goOn = () => {};
  }

  /** A job has been registered: it goes on after the last fire time by its name, or from `sinceMs` on. */
  added(job: JobState, sinceMs: number | null): void {
    // One of that name was at work here before: this one is new.
    if (this.#removed.delete(job.name)) {
      this.countsFromNow(job);
      return;
    }
    if (sinceMs !== null) this.#from.set(job.name, sinceMs);
    if (this.#since === null || this.#found === null) return;
    this.#resume(job, this.#found, this.#parts.clock.now());
    const runs = this.#kept.filter(({ start }) => start.jobName === job.name);
    if (runs.length === 0) return;
    this.#kept.splice(0, Number.POSITIVE_INFINITY, ...this.#kept.filter((run) => !runs.includes(run)));
    for (const run of runs) this.#doAgain(job, run);
  }

  /** A job has another schedule: what came before does not concern it. */
  countsFromNow({ name }: JobState): void {
    this.#own.set(name, this.#parts.clock.now());
  }

  removed({ name }: JobState): void {
    this.#own.delete(name);
    this.#from.delete(name);
    this.#removed.add(name);
    const [first] = this.#removed;
    if (this.#removed.size > MOST_NAMES && first !== undefined) this.#removed.delete(first);
  }

  async #begin(pauseMs: number): Promise<void> {
    const { clock, journal, jobs, events } = this.#parts;
    const since = this.#since;
    try {
      const answer = Promise.all([journal.found(), journal.takeUnfinished()]);
      // What comes late is asked for again: nothing that was taken may be forgotten.
      const late = ([, { runs }]: Awaited<typeof answer>): void => this.#abandoned(runs);
      const box = { clock, limitMs: WAIT_MS, late, failure };
      const [found, { runs, askAgainMs }] = await timeBoxed(() => answer, box);
      if (this.#since !== since || since === null) return this.#abandoned(runs);
      this.#abandoned(runs);
      this.#goOn();
      this.#found = found;
      for (const job of jobs.states()) this.#resume(job, this.#found, since);
      this.#lookAgain(askAgainMs);
    } catch (error) {
      if (this.#since !== since) return;
      if (pauseMs === FIRST_PAUSE_MS) events.report(error as PunctualError, null);
      this.#goOn();
      const nextPauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      this.#timer = clock.setTimer(pauseMs, () => void this.#begin(nextPauseMs), { ref: false });
    }
  }

  #lookAgain(askAgainMs: number | null): void {
    const delayMs = Math.min(askAgainMs ?? LOOK_MS, LOOK_MS);
    this.#timer = this.#parts.clock.setTimer(delayMs, () => void this.#look(), { ref: false });
  }

  async #look(): Promise<void> {
    const since = this.#since;
    let askAgainMs: number | null = null;
    try {
      const unfinished = await this.#parts.journal.takeUnfinished();
      this.#abandoned(unfinished.runs);
      ({ askAgainMs } = unfinished);
    } catch {
      // The history tells of its troubles, and this is not urgent.
    }
    if (this.#since === since && since !== null) this.#lookAgain(askAgainMs);
  }

  #resume(job: JobState, found: ReadonlyMap<string, number>, since: number): void {
    const { name } = job;
    const from = Math.min(this.#from.get(name) ?? NEVER, this.#parts.clock.now());
    const lastFireTime = Math.max(found.get(name) ?? NEVER, this.#own.get(name) ?? NEVER, from);
    if (lastFireTime === NEVER) return;
    try {
      this.#parts.jobs.rebind(job, lastFireTime);
      this.#parts.loop.resume(job, lastFireTime, since);
    } catch (cause) {
      // A schedule of the user's: the other jobs go on.
      const message = `the schedule of job ${JSON.stringify(job.name)} threw: ${String(cause)}`;
      this.#parts.events.report(new PunctualError("SCHEDULE_FAILED", message, { cause }), job.handle);
    }
  }

  /** Tells of runs that were cut, and does those again that are to be. */
  #abandoned(runs: readonly UnfinishedRun[]): void {
    for (const run of runs) {
      const job = this.#parts.jobs.stateOf(run.start.jobName) ?? null;
      const again = job !== null && this.#since !== null && isToBeDoneAgain(job, run);
      this.#parts.events.emit("run:abandoned", { run: run.record, job: job?.handle ?? null, again });
      if (job === null && this.#kept.length < MOST_KEPT) this.#kept.push(run);
      if (again) this.#doAgain(job, run);
    }
  }

  #doAgain(job: JobState, run: UnfinishedRun): void {
    const { fireTime, attempt } = run.start;
    if (fireTime !== null && isToBeDoneAgain(job, run)) this.#parts.dispatch.again(job, fireTime, attempt + 1);
  }
}

/** Once, and only what its schedule has begun. The store of a distributed job decides itself. */
function isToBeDoneAgain({ settings }: JobState, { start }: UnfinishedRun): boolean {
  return settings.recover && settings.distributed === null && start.fireTime !== null && start.attempt === 1;
}

function failure(message: string, cause?: unknown): PunctualError {
  const why = `what was missed before the start is not known yet: ${message}`;
  return new PunctualError("HISTORY_FAILED", why, { cause });
}
