import type { Transfer } from "../command/transfer.js";
import { PunctualError } from "../errors.js";
import type { ScheduleSpec } from "../schedule/parse.js";
import type { Schedule } from "../schedule/schedule.js";
import type { ChainCondition } from "./chain.js";
import { checkCount } from "./checks.js";
import type { JobUpdate } from "./job-options.js";
import type { JobState } from "./job-state.js";
import { nextOf } from "./plan.js";
import type { Run } from "./run-record.js";

/** What a job's handle asks of its scheduler. */
export interface JobHost {
  now(): number;
  nextFireTime(state: JobState): number | null;
  runNow(state: JobState, data: unknown): Promise<Run>;
  pause(state: JobState, note: string): void;
  resume(state: JobState): void;
  reschedule(state: JobState, spec: ScheduleSpec): void;
  update(state: JobState, options: JobUpdate): void;
  follow(state: JobState, behind: Job, on: ChainCondition | null): void;
  kill(state: JobState, reason: string): number;
  remove(state: JobState): void;
}

/** A user's handle of a job: what it is, when it fires next, and what can be done to it. */
export class Job<Data = unknown, Result = unknown> {
  readonly #state: JobState;
  readonly #host: JobHost;

  /** Made by the scheduler. @internal */
  constructor(state: JobState, host: JobHost) {
    this.#state = state;
    this.#host = host;
  }

  get name(): string {
    return this.#state.name;
  }

  get schedule(): Schedule {
    return this.#state.schedule;
  }

  /**
   * Epoch milliseconds; `null` when the schedule has no further fire time, or the job was removed; also while a run goes
   * on from whose end an `@after` counts, and for an `@reboot` that waits for the scheduler's start.
   */
  get nextFireTime(): number | null {
    return this.#host.nextFireTime(this.#state);
  }

  /** The latest fire time that came due, started or not; `null` before the first. */
  get previousFireTime(): number | null {
    return this.#state.previousFireTime;
  }

  /** How many runs of the job go on. */
  get running(): number {
    return this.#state.running;
  }

  /** Fires that wait: for a run of the job to end, for a limit, or for what another node does. */
  get waiting(): number {
    return (this.#state.waiting?.length ?? 0) + this.#state.held + this.#state.undecided;
  }

  get tags(): readonly string[] {
    return this.#state.settings.tags;
  }

  get description(): string {
    return this.#state.settings.description;
  }

  get paused(): boolean {
    return this.#state.paused !== null;
  }

  /** The next `count` fire times after now, fewer when the schedule ends.
   * @throws InvalidOptionError */
  upcoming(count: number): number[] {
    checkCount(count, "count", 0);
    const { nextFireTime } = this;
    // What comes after the next one depends on its run.
    if (this.schedule.afterRun === true) return nextFireTime === null ? [] : [nextFireTime].slice(0, count);
    const times: number[] = [];
    let time: number | null = this.#host.now();
    while (times.length < count) {
      time = nextOf(this.#state.schedule, time);
      if (time === null) break;
      times.push(time);
    }
    return times;
  }

  /**
   * Performs the command now, outside the schedule, also while the scheduler is not started or the job is paused. With
   * `data`, with that instead of the job's. Resolves with the finished run, whatever its outcome.
   * @throws RunSkippedError when the overlap policy or a stop forbids it; PunctualError with code `JOB_REMOVED`
   */
  async runNow(data?: Data | Transfer<Data>): Promise<Run<Result>> {
    this.#checkRegistered();
    return (await this.#host.runNow(this.#state, data === undefined ? this.#state.data : data)) as Run<Result>;
  }

  /** Skips fires, with reason `paused`, until `resume`; what runs goes on. The note is for those who wonder why.
   * @throws PunctualError with code `JOB_REMOVED` */
  pause(note = ""): this {
    this.#checkRegistered();
    this.#host.pause(this.#state, note);
    return this;
  }

  /** Ends a pause: the next fire is the schedule's next one. @throws PunctualError with code `JOB_REMOVED` */
  resume(): this {
    this.#checkRegistered();
    this.#host.resume(this.#state);
    return this;
  }

  /** Gives the job another schedule, from now on; what runs goes on, and a bad schedule changes nothing.
   * @throws InvalidScheduleError, InvalidOptionError, or PunctualError with code `JOB_REMOVED` */
  reschedule(spec: ScheduleSpec): this {
    this.#checkRegistered();
    this.#host.reschedule(this.#state, spec);
    return this;
  }

  /**
   * Changes options of the job, from now on: what is not given stays. What runs goes on, and what waits is decided anew. A
   * bad option changes nothing.
   * @throws InvalidOptionError, InvalidScheduleError, or PunctualError with code `JOB_REMOVED`
   */
  update(options: JobUpdate<Data>): this {
    this.#checkRegistered();
    this.#host.update(this.#state, options);
    return this;
  }

  /**
   * Runs the job after each run of another one that succeeds (or fails, or either), beside its own schedule; the other's
   * finished run is `run.upstream`. Doing it again changes the condition.
   * @throws InvalidOptionError when the other one itself runs after this one; PunctualError with code `JOB_REMOVED`
   */
  after(other: Job, options: { readonly on?: ChainCondition } = {}): this {
    this.#checkRegistered();
    this.#host.follow(this.#state, other, options.on ?? "success");
    return this;
  }

  /** Undoes `after`. @throws PunctualError with code `JOB_REMOVED` */
  notAfter(other: Job): this {
    this.#checkRegistered();
    this.#host.follow(this.#state, other, null);
    return this;
  }

  /**
   * Ends the job's runs that go on: their signals abort, and after the kill grace their threads or processes end. Their
   * outcome is `killed`. Returns how many there were.
   */
  kill(reason = "killed"): number {
    return this.#host.kill(this.#state, reason);
  }

  /** Takes the job off the scheduler; what runs goes on. Doing it twice is harmless. */
  remove(): void {
    this.#host.remove(this.#state);
  }

  /** What the scheduler keeps of a job: for this package's own parts. @internal */
  static stateOf(job: Job): JobState {
    return job.#state;
  }

  #checkRegistered(): void {
    if (this.#state.registered) return;
    throw new PunctualError("JOB_REMOVED", `job ${JSON.stringify(this.name)} is no longer registered`);
  }
}
