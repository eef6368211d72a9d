import type { Clock } from "../clock/clock.js";
import { SystemClock } from "../clock/system-clock.js";
import type { Command, CommandFunction, WorkerCommand } from "../command/command.js";
import type { Transfer } from "../command/transfer.js";
import { WorkerPool } from "../command/worker.js";
import { isWorkerCommand } from "../command/worker-command.js";
import { InvalidOptionError, PunctualError } from "../errors.js";
import type { ScheduleSpec } from "../schedule/parse.js";
import { toSchedule } from "../schedule/parse.js";
import type { Schedule } from "../schedule/schedule.js";
import { Dispatch } from "./dispatch.js";
import type { SchedulerEvent, SchedulerListener } from "./events.js";
import { SchedulerEmitter } from "./events.js";
import { FireLoop } from "./fire-loop.js";
import type { Job, JobHost } from "./job.js";
import { JobState } from "./job.js";
import { JobNames } from "./job-names.js";
import type { JobOptions, JobSettings, RunNowOptions, SchedulerOptions, StopOptions } from "./options.js";
import { checkName, checkRunNowOptions, jobSettings, schedulerSettings, stopSettings } from "./options.js";
import { nextOf } from "./plan.js";
import type { Run } from "./run.js";
import type { StopReport } from "./stop.js";
import { endRuns } from "./stop.js";

const NEVER: Schedule = { next: () => null };
const NO_OPTIONS: JobOptions = {};

/** Fires jobs when their schedules say so, each where it belongs: in this thread or on a worker thread. */
export class Scheduler {
  readonly #clock: Clock;
  readonly #defaults: JobSettings;
  readonly #events = new SchedulerEmitter();
  readonly #workers: WorkerPool;
  readonly #dispatch: Dispatch;
  readonly #loop: FireLoop;
  readonly #names = new JobNames<JobState>();
  readonly #commands = new Map<string, Command>();
  readonly #host: JobHost = this.#jobHost();
  #phase: "idle" | "running" | "stopping" = "idle";
  /** The stop that is under way, or the last one since the last start. */
  #stopped: Promise<StopReport> | null = null;
  #registrations = 0;

  /** @throws InvalidOptionError */
  constructor(options: SchedulerOptions = {}) {
    const settings = schedulerSettings(options);
    const clock = settings.clock ?? new SystemClock();
    const events = this.#events;
    this.#clock = clock;
    this.#defaults = settings.jobs;
    this.#workers = new WorkerPool(settings.workers, (error) => events.report(error, null));
    const onJobIdle = (job: JobState): void => this.#jobIdle(job);
    this.#dispatch = new Dispatch({ clock, events, workers: this.#workers, onJobIdle });
    this.#loop = new FireLoop({ clock, events, dispatch: this.#dispatch, ref: settings.ref, onIdle: onJobIdle });
  }

  /** Whether the scheduler has been started and not stopped. */
  get running(): boolean {
    return this.#phase === "running";
  }

  /**
   * Registers a job: at the times of `spec` (a cron expression, `@every 5m`, a Date, any object with `next(afterMs)`, or
   * an array of these), `command` is performed. A function runs in this thread, `worker(...)` on a worker thread; a text names a command that
   * was given to `define`. May be called at any time. A job whose schedule has no fire time left is removed by itself.
   * @throws InvalidScheduleError, InvalidOptionError (codes `INVALID_OPTION`, `INVALID_DURATION`, `INVALID_TIMEZONE`,
   * `DUPLICATE_NAME`, `UNKNOWN_COMMAND`); nothing is then registered
   */
  addCronCommand<Data, Result>(
    spec: ScheduleSpec,
    command: Command<Data, Result>,
    options: JobOptions<Data> & { readonly data: Data },
  ): Job<Data, Result>;
  addCronCommand<Result>(
    spec: ScheduleSpec,
    command: Command<undefined, Result>,
    options?: JobOptions<undefined>,
  ): Job<undefined, Result>;
  addCronCommand(spec: ScheduleSpec, command: string, options?: JobOptions): Job;
  addCronCommand(spec: ScheduleSpec, command: Command<never> | string, options: JobOptions = NO_OPTIONS): Job {
    const settings = options === NO_OPTIONS ? this.#defaults : jobSettings(options, this.#defaults);
    const known = this.#commandOf(command as Command | string);
    const name = options.name ?? this.#names.freeName(nameOf(command));
    this.#names.checkFree(name);
    const schedule = this.#scheduleFor(name, spec, settings);
    const next = nextOf(schedule, this.#clock.now());
    const job = new JobState(this.#registrations++, name, schedule, known, settings, options.data, this.#host);
    job.registered = true;
    this.#names.set(name, job);
    this.#loop.set(job, next);
    if (this.#events.hears("job:added")) this.#events.emit("job:added", { job: job.handle });
    return job.handle;
  }

  /**
   * Gives a command a name, by which jobs can be given it.
   * @throws InvalidOptionError, with code `DUPLICATE_NAME` when the name is taken
   */
  define<Data, Result>(name: string, command: Command<Data, Result>): this {
    checkName(name, "name");
    if (this.#commands.has(name)) {
      throw new InvalidOptionError("name", "a name that no other command has", name, "DUPLICATE_NAME");
    }
    checkCommand(command);
    this.#commands.set(name, command as Command);
    return this;
  }

  /**
   * Performs a command once, now, outside any schedule, with the same events, and waited for by `stop`. Resolves with the
   * finished run, whatever its outcome.
   * @throws RunSkippedError while the scheduler stops; InvalidOptionError
   */
  runNow<Data, Result>(
    command: Command<Data, Result>,
    options: RunNowOptions<Data> & { readonly data: Data | Transfer<Data> },
  ): Promise<Run<Result>>;
  runNow<Result>(command: Command<undefined, Result>, options?: RunNowOptions<undefined>): Promise<Run<Result>>;
  runNow(command: string, options?: RunNowOptions): Promise<Run>;
  async runNow(command: Command<never> | string, options: RunNowOptions = {}): Promise<Run> {
    checkRunNowOptions(options);
    const known = this.#commandOf(command as Command | string);
    const name = options.name ?? (nameOf(command) || "run-now");
    const job = new JobState(this.#registrations++, name, NEVER, known, this.#defaults, options.data, this.#host);
    return this.#dispatch.runNow(job, options.data);
  }

  /** The registered jobs, in order of registration. */
  jobs(): Job[] {
    return Array.from(this.#names.values(), (job) => job.handle);
  }

  /** The registered job of that name. */
  job(name: string): Job | undefined {
    return this.#names.get(name)?.handle;
  }

  /** Calls `listener` at every such event (docs/events.md). One that throws or rejects becomes an `error` event. */
  on<E extends SchedulerEvent>(event: E, listener: SchedulerListener<E>): this {
    this.#events.on(event, listener);
    return this;
  }

  /** As `on`, for the next such event only. */
  once<E extends SchedulerEvent>(event: E, listener: SchedulerListener<E>): this {
    this.#events.once(event, listener);
    return this;
  }

  /** Undoes `on` or `once`. */
  off<E extends SchedulerEvent>(event: E, listener: SchedulerListener<E>): this {
    this.#events.off(event, listener);
    return this;
  }

  /**
   * Begins to fire. Fire times before it are not made up for. Doing it twice is harmless, and so is doing it after `stop`.
   * @throws PunctualError with code `SCHEDULER_STOPPING` while a stop is under way
   */
  start(): this {
    if (this.#phase === "running") return this;
    if (this.#phase === "stopping") {
      throw new PunctualError("SCHEDULER_STOPPING", "the scheduler is stopping: await stop() before start()");
    }
    this.#phase = "running";
    this.#stopped = null;
    this.#dispatch.stopping = false;
    this.#loop.on();
    this.#events.emit("scheduler:started", {});
    return this;
  }

  /**
   * Stops firing, and ends what runs: waits for it up to `grace`, aborts its signals, waits up to `killGrace`, terminates
   * its threads. Jobs stay registered. Safe before `start` and when called again: all calls get the same report.
   * @throws InvalidOptionError
   */
  async stop(options: StopOptions = {}): Promise<StopReport> {
    const { graceMs, killGraceMs } = stopSettings(options);
    this.#stopped ??= this.#stop(graceMs, killGraceMs);
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(graceMs: number, killGraceMs: number): Promise<StopReport> {
    this.#phase = "stopping";
    this.#loop.off();
    this.#dispatch.stopping = true;
    const report = await endRuns(this.#dispatch, this.#clock, graceMs, killGraceMs);
    await this.#workers.close();
    this.#phase = "idle";
    this.#events.emit("scheduler:stopped", report);
    return report;
  }

  #commandOf(command: Command | string): Command {
    if (typeof command !== "string") return checkCommand(command);
    const known = this.#commands.get(command);
    if (known !== undefined) return known;
    const expected = `the name of a defined command (${[...this.#commands.keys()].join(", ") || "there is none"})`;
    throw new InvalidOptionError("command", expected, command, "UNKNOWN_COMMAND");
  }

  #scheduleFor(jobName: string, spec: ScheduleSpec, { cron }: JobSettings): Schedule {
    const schedule = toSchedule(spec, cron);
    return schedule.bind?.({ jobName, registeredAtMs: this.#clock.now(), cron }) ?? schedule;
  }

  /** No run of the job goes on any more. */
  #jobIdle(job: JobState): void {
    if (job.ended) this.#remove(job, "ended");
    else if (job.registered && job.schedule.afterRun === true) {
      this.#loop.set(job, nextOf(job.schedule, this.#clock.now()));
    }
  }

  #remove(job: JobState, reason: "removed" | "ended"): void {
    if (!job.registered) return;
    job.registered = false;
    this.#loop.set(job, null);
    this.#names.delete(job.name);
    if (this.#events.hears("job:removed")) this.#events.emit("job:removed", { job: job.handle, reason });
  }

  #jobHost(): JobHost {
    return {
      now: () => this.#clock.now(),
      nextFireTime: (job) => this.#loop.nextFireTime(job),
      runNow: (job, data) => this.#dispatch.runNow(job, data),
      remove: (job) => this.#remove(job, "removed"),
      pause: (job, note) => {
        job.paused = note;
        this.#events.emit("job:paused", { job: job.handle, note });
      },
      resume: (job) => {
        if (job.paused === null) return;
        job.paused = null;
        this.#events.emit("job:resumed", { job: job.handle });
      },
      reschedule: (job, spec) => {
        const schedule = this.#scheduleFor(job.name, spec, job.settings);
        const next = nextOf(schedule, this.#clock.now());
        job.schedule = schedule;
        job.ended = false;
        this.#loop.set(job, next);
        this.#events.emit("job:rescheduled", { job: job.handle });
      },
    };
  }
}

function nameOf(command: Command<never> | string): string {
  if (typeof command === "string") return command;
  return isWorkerCommand(command as Command)
    ? (command as WorkerCommand).exportName
    : (command as CommandFunction).name;
}

function checkCommand<C>(command: C): C {
  if (typeof command === "function" || isWorkerCommand(command as Command)) return command;
  throw new InvalidOptionError("command", "a function, a worker(...) or the name of a defined command", command);
}
