import type { Command } from "../command/command.js";
import type { Transfer } from "../command/transfer.js";
import { PunctualError } from "../errors.js";
import type { ScheduleSpec } from "../schedule/parse.js";
import type { Schedule } from "../schedule/schedule.js";
import type { HeapEntry } from "../timetable/entry-heap.js";
import { NOT_IN_HEAP } from "../timetable/entry-heap.js";
import type { JobSettings } from "./options.js";
import { checkCount } from "./options.js";
import { nextOf } from "./plan.js";
import type { Run } from "./run.js";

/** What the scheduler keeps of a job; the heap's entry at the same time, because there may be a million of them. */
export class JobState implements HeapEntry {
  heapIndex: number = NOT_IN_HEAP;
  readonly order: number;
  readonly name: string;
  readonly command: Command;
  readonly settings: JobSettings;
  readonly data: unknown;
  schedule: Schedule;
  previousFireTime: number | null = null;
  /** The note that it was paused with, or `null`. */
  paused: string | null = null;
  running = 0;
  /** Registered, and not yet removed. */
  registered = false;
  /** A fire has left it without a next one. */
  ended = false;
  readonly handle: Job;

  constructor(
    order: number,
    name: string,
    schedule: Schedule,
    command: Command,
    settings: JobSettings,
    data: unknown,
    host: JobHost,
  ) {
    this.order = order;
    this.name = name;
    this.schedule = schedule;
    this.command = command;
    this.settings = settings;
    this.data = data;
    this.handle = new Job(this, host);
  }
}

/** What a job's handle asks of its scheduler. */
export interface JobHost {
  now(): number;
  nextFireTime(state: JobState): number | null;
  runNow(state: JobState, data: unknown): Promise<Run>;
  pause(state: JobState, note: string): void;
  resume(state: JobState): void;
  reschedule(state: JobState, spec: ScheduleSpec): void;
  remove(state: JobState): void;
}

/** A user's handle of a job: what it is, when it fires next, and what can be done to it. */
export class Job<Data = unknown, Result = unknown> {
  readonly #state: JobState;
  readonly #host: JobHost;

  /** Made by the scheduler. */
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

  /** Takes the job off the scheduler; what runs goes on. Doing it twice is harmless. */
  remove(): void {
    this.#host.remove(this.#state);
  }

  #checkRegistered(): void {
    if (this.#state.registered) return;
    throw new PunctualError("JOB_REMOVED", `job ${JSON.stringify(this.name)} is no longer registered`);
  }
}
