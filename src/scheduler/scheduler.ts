import type { Clock, ClockTimer } from "../clock/clock.js";
import { SystemClock } from "../clock/system-clock.js";
import type { Command } from "../command/command.js";
import type { Transfer } from "../command/transfer.js";
import { HttpExecutor } from "../command/http.js";
import { ShellExecutor } from "../command/shell.js";
import { WorkerPool } from "../command/worker.js";
import { InvalidOptionError, PunctualError } from "../errors.js";
import type { History } from "../history/history.js";
import { MemoryHistory } from "../history/memory-history.js";
import type { ScheduleSpec } from "../schedule/parse.js";
import type { Duration } from "../schedule/duration.js";
import { Claims } from "./claims.js";
import { Commands, nameOf } from "./commands.js";
import { Dispatch } from "./dispatch.js";
import type { DistributedCronOptions } from "./distributed-options.js";
import { distributedSettings } from "./distributed-options.js";
import type { SchedulerEvent, SchedulerListener } from "./events.js";
import { SchedulerEmitter } from "./events.js";
import { FireLoop } from "./fire-loop.js";
import type { Job } from "./job.js";
import type { JobOptions } from "./job-options.js";
import { Jobs } from "./jobs.js";
import type { SchedulerObserver } from "./observers.js";
import type { RunNowOptions, SchedulerOptions, StopOptions } from "./options.js";
import { checkRunNowOptions, schedulerSettings, stopSettings } from "./options.js";
import { Recorder } from "./recorder.js";
import { Recovery } from "./recovery.js";
import type { Run } from "./run-record.js";
import type { SignalOptions } from "./signals.js";
import { stopOnSignals } from "./signals.js";
import type { SchedulerStats } from "./stats.js";
import { historyStats } from "./stats.js";
import type { StopReport } from "./stop.js";
import { Stop } from "./stop.js";
import { StoredJobs } from "./stored-jobs.js";

/** Fires jobs when their schedules say so, each where it belongs: in this thread or on a worker thread. */
export class Scheduler {
  /** What became of fires: the option of that name, or the last thousand in memory. */
  readonly history: History;
  /** This node's name among those that agree on distributed jobs. */
  readonly appId: string;
  readonly #clock: Clock;
  readonly #events = new SchedulerEmitter();
  readonly #workers: WorkerPool;
  readonly #recorder: Recorder;
  readonly #claims: Claims;
  readonly #isDistributed: boolean;
  readonly #dispatch: Dispatch;
  readonly #loop: FireLoop;
  readonly #jobs: Jobs;
  readonly #recovery: Recovery | null;
  readonly #commands = new Commands();
  readonly #stored: StoredJobs | null;
  #phase: SchedulerStats["phase"] = "idle";
  /** The stop that is under way, or the last one since the last start. */
  #stop: Stop | null = null;
  #stopped: Promise<StopReport> | null = null;

  /** @throws InvalidOptionError */
  constructor(options: SchedulerOptions = {}) {
    const { jobs, limits, ref, workers, ...settings } = schedulerSettings(options);
    const clock = settings.clock ?? new SystemClock();
    const events = this.#events;
    this.#clock = clock;
    this.history = settings.history ?? new MemoryHistory();
    this.#recorder = new Recorder(this.history, events);
    // Threads and processes take real time, whatever the scheduler's clock.
    const setTimer = (ms: number, ring: () => void): ClockTimer => new SystemClock().setTimer(ms, ring);
    this.#workers = new WorkerPool(workers, { setTimer, onError: (error) => events.report(error, null) });
    this.appId = settings.appId;
    const { appId, distributed } = settings;
    this.#isDistributed = distributed !== null;
    this.#claims = new Claims({ clock, events, distributed, appId });
    const logger = settings.logger ?? console;
    this.#dispatch = new Dispatch({
      clock,
      events,
      limits,
      logger,
      recorder: this.#recorder,
      claims: this.#claims,
      executors: { worker: this.#workers, shell: new ShellExecutor({ setTimer }), http: new HttpExecutor() },
      nextFireTime: (job) => this.#loop.nextFireTime(job),
      onJobIdle: (job) => this.#jobs.idle(job),
      onFailures: (job) => this.#jobs.pause(job, `paused after ${job.failures} failures in a row`),
    });
    const dispatch = this.#dispatch;
    this.#loop = new FireLoop({ clock, events, dispatch, ref, onIdle: (job) => this.#jobs.idle(job) });
    const groups = new Set(limits.groups.keys());
    const loop = this.#loop;
    this.#jobs = new Jobs({ clock, events, dispatch, loop, defaults: jobs, groups, recovery: () => this.#recovery });
    const { journal } = this.history;
    const recovery = { clock, events, jobs: this.#jobs, loop, dispatch };
    this.#recovery = journal === undefined ? null : new Recovery({ ...recovery, journal });
    const { store } = settings;
    const [own, isDistributed] = [{ jobs: this.#jobs, commands: this.#commands }, this.#isDistributed];
    this.#stored = store === null ? null : new StoredJobs({ clock, events, store, ref, isDistributed, ...own });
  }

  /** Whether the scheduler has been started and not stopped. */
  get running(): boolean {
    return this.#phase === "running";
  }

  /**
   * The jobs that are saved, changed and removed at run time, for all processes that have the same store.
   * @throws PunctualError with code `STORE_MISSING` when the scheduler was made without the option `store`
   */
  get store(): StoredJobs {
    if (this.#stored !== null) return this.#stored;
    throw new PunctualError("STORE_MISSING", "stored jobs need a store: new Scheduler({ store })");
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
  addCronCommand(spec: ScheduleSpec, command: Command<never> | string, options: JobOptions | null = null): Job {
    return this.#jobs.add(spec, this.#commands.of(command), nameOf(command), options);
  }

  /**
   * Registers a job that starts on one of the nodes that have it: schedulers with the same `distributed` store. The service
   * name, without blanks, is the job's name, and the same on all of them; so should its schedule be. A bare duration is its
   * hold time (a number is milliseconds).
   * @throws InvalidScheduleError, InvalidOptionError; nothing is then registered
   */
  addDistributedCron<Data, Result>(
    serviceName: string,
    spec: ScheduleSpec,
    command: Command<Data, Result>,
    options: DistributedCronOptions<Data> & { readonly data: Data },
  ): Job<Data, Result>;
  addDistributedCron<Result>(
    serviceName: string,
    spec: ScheduleSpec,
    command: Command<undefined, Result>,
    options?: DistributedCronOptions<undefined> | Duration,
  ): Job<undefined, Result>;
  addDistributedCron(
    serviceName: string,
    spec: ScheduleSpec,
    command: string,
    options?: DistributedCronOptions | Duration,
  ): Job;
  addDistributedCron(
    serviceName: string,
    spec: ScheduleSpec,
    command: Command<never> | string,
    given: DistributedCronOptions | Duration = {},
  ): Job {
    if (!this.#isDistributed) {
      throw new InvalidOptionError("distributed", "the scheduler's option, where its nodes agree", undefined);
    }
    const { options, distributed } = distributedSettings(serviceName, given);
    return this.#jobs.add(spec, this.#commands.of(command), serviceName, options, distributed);
  }

  /** The node that leads a service, as far as this one knows: the last that has started a fire of it, and holds it still. */
  leaderOf(serviceName: string): string | null {
    return this.#claims.leaders.of(serviceName);
  }

  /**
   * Registers a job without a schedule: it runs by `runNow`, or after another one (`job.after`).
   * @throws InvalidOptionError
   */
  addCommand<Data, Result>(
    command: Command<Data, Result>,
    options: JobOptions<Data> & { readonly data: Data },
  ): Job<Data, Result>;
  addCommand<Result>(command: Command<undefined, Result>, options?: JobOptions<undefined>): Job<undefined, Result>;
  addCommand(command: string, options?: JobOptions): Job;
  addCommand(command: Command<never> | string, options: JobOptions | null = null): Job {
    return this.#jobs.add(null, this.#commands.of(command), nameOf(command), options);
  }

  /**
   * Gives a command a name, by which jobs can be given it.
   * @throws InvalidOptionError, with code `DUPLICATE_NAME` when the name is taken
   */
  define<Data, Result>(name: string, command: Command<Data, Result>): this {
    this.#commands.define(name, command);
    if (this.#stored !== null) StoredJobs.reconsider(this.#stored);
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
    const known = this.#commands.of(command);
    const name = options.name ?? (nameOf(command) || "run-now");
    return this.#dispatch.runNow(this.#jobs.once(name, known), options.data);
  }

  /** The registered jobs, in order of registration. */
  jobs(): Job[] {
    return Array.from(this.#jobs.states(), (job) => job.handle);
  }

  /** The registered job of that name. */
  job(name: string): Job | undefined {
    return this.#jobs.get(name);
  }

  /** What the scheduler is at, by counts that it keeps: it takes the same time however many jobs there are. */
  stats(): SchedulerStats {
    return {
      phase: this.#phase,
      jobs: this.#jobs.size,
      ...this.#dispatch.stats,
      workers: this.#workers.stats,
      history: historyStats(this.history),
      nextFireTime: this.#loop.next,
    };
  }

  /** Ends one run that goes on, as `job.kill` does; `false` when there is none of that id. */
  kill(runId: string, reason = "killed"): boolean {
    for (const run of this.#dispatch.active) {
      if (run.id !== runId) continue;
      this.#jobs.killRun(run, reason);
      return true;
    }
    return false;
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
   * Has an observer told of runs before they begin, and of errors; it is no listener, so that an `error` event is a process
   * warning still. What it throws is an `error` event. Returns what undoes it.
   * @throws InvalidOptionError
   */
  observe(observer: SchedulerObserver): () => void {
    return this.#events.observe(observer);
  }

  /**
   * Begins to fire. Fire times before it are not made up for, but where the history outlives the process: what was missed
   * since the last fire time is known when that has answered, or two seconds later. Doing it twice is harmless, and so is
   * doing it after `stop`.
   * @throws PunctualError with code `SCHEDULER_STOPPING` while a stop is under way
   */
  start(): this {
    if (this.#phase === "running") return this;
    if (this.#phase === "stopping") {
      throw new PunctualError("SCHEDULER_STOPPING", "the scheduler is stopping: await stop() before start()");
    }
    this.#phase = "running";
    this.#stopped = null;
    this.#dispatch.open();
    if (this.#recovery === null) this.#loop.on(this.#clock.now());
    else this.#recovery.start((since) => this.#loop.on(since));
    this.#events.emit("scheduler:started", {});
    if (this.#stored !== null) StoredJobs.start(this.#stored);
    return this;
  }

  /**
   * Stops firing, skips what waits, and ends what runs: waits for it up to `grace`, aborts its signals, waits up to
   * `killGrace`, terminates its threads and processes. Jobs stay registered. Safe before `start`. Called again while it
   * goes on, it shortens what remains of the graces; all calls get the same report.
   * @throws InvalidOptionError
   */
  async stop(options: StopOptions = {}): Promise<StopReport> {
    const { graceMs, killGraceMs } = stopSettings(options);
    if (this.#stopped === null) this.#stopped = this.#begin(graceMs, killGraceMs);
    else this.#stop?.hasten(graceMs, killGraceMs);
    return this.#stopped;
  }

  /**
   * Stops at SIGTERM or SIGINT, and then lets the process exit; a second signal takes away the graces. For a container:
   * its orchestrator sends SIGTERM, and SIGKILL some time later; give `grace` and `killGrace` that add up to less.
   * Returns what undoes it.
   */
  stopOnSignals(options: SignalOptions = {}): () => void {
    return stopOnSignals(this, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A stop that is under way has the graces that it was given.
    await (this.#stopped ?? this.stop());
  }

  async #begin(graceMs: number, killGraceMs: number): Promise<StopReport> {
    this.#phase = "stopping";
    this.#recovery?.stop();
    // Jobs stay as they are from now on. It need not be waited for before runs are told to end.
    const unwatched = this.#stored === null ? null : StoredJobs.stop(this.#stored);
    this.#dispatch.bar(this.#jobs.states());
    this.#loop.off();
    this.#stop = new Stop(this.#dispatch, this.#clock, graceMs, killGraceMs);
    const report = await this.#stop.report;
    this.#stop = null;
    await this.#dispatch.allGivenBack();
    await unwatched;
    await this.#claims.resign();
    await this.#workers.close();
    await this.#recorder.close();
    this.#phase = "idle";
    this.#events.emit("scheduler:stopped", report);
    return report;
  }
}
