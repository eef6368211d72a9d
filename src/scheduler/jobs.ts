import type { Clock } from "../clock/clock.js";
import type { Command } from "../command/command.js";
import { InvalidOptionError, PunctualError } from "../errors.js";
import type { ScheduleSpec } from "../schedule/parse.js";
import type { Schedule } from "../schedule/schedule.js";
import { link, unlink, unlinkAll } from "./chain.js";
import type { Dispatch } from "./dispatch.js";
import type { DistributedSettings } from "./distributed-options.js";
import { refuseUndistributable } from "./distributed-options.js";
import type { SchedulerEmitter } from "./events.js";
import type { FireLoop } from "./fire-loop.js";
import type { Job, JobHost } from "./job.js";
import { JobNames } from "./job-names.js";
import { changesSchedule, NEVER, readsAlike, refuseLateRetry, scheduleFor } from "./job-schedule.js";
import type { JobOptions, JobSettings, JobUpdate } from "./job-options.js";
import { jobSettings } from "./job-options.js";
import { isIdle, JobState, NOT_ENABLED } from "./job-state.js";
import { nextOf } from "./plan.js";
import type { Recovery } from "./recovery.js";
import { ActiveRun } from "./run.js";
import { endingAs } from "./run-state.js";

/** What the jobs need around them. */
export interface JobsParts {
  readonly clock: Clock;
  readonly events: SchedulerEmitter;
  readonly dispatch: Dispatch;
  readonly loop: FireLoop;
  readonly defaults: JobSettings;
  readonly groups: ReadonlySet<string>;
  /** Makes up for the time before the start; `null` where nothing is known of that. */
  readonly recovery: () => Recovery | null;
}

/** What a job is to have from now on. */
interface Change {
  readonly settings: JobSettings;
  readonly schedule: Schedule;
  readonly data: unknown;
  /** `undefined` where nothing is said: a pause then stays. */
  readonly enabled: boolean | undefined;
}

/** The jobs of a scheduler: what is registered, and what can be done to it. */
export class Jobs implements JobHost {
  readonly #parts: JobsParts;
  readonly #names = new JobNames<JobState>();
  #registrations = 0;

  constructor(parts: JobsParts) {
    this.#parts = parts;
  }

  /** Registers a job; `functionName` stands in for a name. @throws InvalidOptionError, InvalidScheduleError */
  add(
    spec: ScheduleSpec | null,
    command: Command,
    functionName: string,
    options: JobOptions | null,
    distributed: DistributedSettings | null = null,
    sinceMs: number | null = null,
  ): Job {
    const { events, loop } = this.#parts;
    const settings = this.#settingsOf(options, distributed);
    const name = options?.name ?? this.#names.freeName(functionName);
    this.#names.checkFree(name);
    const { schedule, next } = this.#planned(name, spec, settings);
    const job = new JobState(
      { order: this.#registrations++, name, spec: spec ?? NEVER, schedule, command, settings, data: options?.data },
      this,
    );
    job.registered = true;
    this.#names.set(name, job);
    loop.setNew(job, next);
    this.#parts.recovery()?.added(job, sinceMs);
    if (events.hears("job:added")) events.emit("job:added", { job: job.handle });
    return job.handle;
  }

  /** Refuses what `add` would refuse, but for a name that is taken; registers nothing. */
  check(name: string, spec: ScheduleSpec, options: JobOptions, distributed: DistributedSettings | null): void {
    this.#planned(name, spec, this.#settingsOf(options, distributed));
  }

  /** A job for one run, which is not registered. */
  once(name: string, command: Command): JobState {
    const order = this.#registrations++;
    const settings = this.#parts.defaults;
    return new JobState({ order, name, spec: NEVER, schedule: NEVER, command, settings, data: undefined }, this);
  }

  get size(): number {
    return this.#names.size;
  }

  states(): Iterable<JobState> {
    return this.#names.values();
  }

  get(name: string): Job | undefined {
    return this.#names.get(name)?.handle;
  }

  stateOf(name: string): JobState | undefined {
    return this.#names.get(name);
  }

  /** Has an interval count from there on, as it did before the process began. */
  rebind(job: JobState, fromMs: number): void {
    if (job.settings.distributed === null && job.schedule.afterRun !== true) {
      job.schedule = scheduleFor(job.name, job.spec, job.settings, fromMs);
    }
  }

  /** No run of the job goes on any more. */
  idle(job: JobState): void {
    if (job.ended) this.#remove(job, "ended");
    else if (job.registered && job.schedule.afterRun === true) {
      this.#parts.loop.set(job, nextOf(job.schedule, this.#parts.clock.now()));
    }
  }

  now(): number {
    return this.#parts.clock.now();
  }

  nextFireTime(job: JobState): number | null {
    return this.#parts.loop.nextFireTime(job);
  }

  runNow(job: JobState, data: unknown): ReturnType<JobHost["runNow"]> {
    return this.#parts.dispatch.runNow(job, data);
  }

  remove(job: JobState): void {
    this.#remove(job, "removed");
  }

  pause(job: JobState, note: string): void {
    job.paused = note;
    this.#parts.events.emit("job:paused", { job: job.handle, note });
  }

  resume(job: JobState): void {
    if (job.paused === null) return;
    job.paused = null;
    job.failures = 0;
    this.#parts.events.emit("job:resumed", { job: job.handle });
  }

  reschedule(job: JobState, spec: ScheduleSpec): void {
    const schedule = scheduleFor(job.name, spec, job.settings, this.now());
    const next = nextOf(schedule, this.now());
    refuseLateRetry(schedule, next, job.settings);
    job.spec = spec;
    this.#replaceSchedule(job, schedule, next);
    this.#parts.events.emit("job:rescheduled", { job: job.handle });
  }

  update(job: JobState, options: JobUpdate): void {
    const settings = jobSettings(options, job.settings, this.#parts.groups);
    const schedule = changesSchedule(options) ? scheduleFor(job.name, job.spec, settings, this.now()) : job.schedule;
    const data = "data" in options ? options.data : job.data;
    this.#change(job, { settings, schedule, data, enabled: options.enabled });
    this.#parts.events.emit("job:updated", { job: job.handle });
  }

  /**
   * Gives a job other options, and another schedule unless `spec` is `null`, at once or not at all. What the options do not
   * say is as for a new job. What runs goes on, and a schedule that means the same keeps its next fire time.
   */
  redefine(job: JobState, spec: ScheduleSpec | null, options: JobOptions): void {
    const { events } = this.#parts;
    const { settings: before } = job;
    const settings = this.#settingsOf(options, before.distributed);
    const isSame = spec === null && readsAlike(before, settings);
    const schedule = isSame ? job.schedule : scheduleFor(job.name, spec ?? job.spec, settings, this.now());
    const enabled = settings.enabled === before.enabled ? undefined : settings.enabled;
    this.#change(job, { settings, schedule, data: options.data, enabled });
    if (spec !== null) job.spec = spec;
    if (spec !== null) events.emit("job:rescheduled", { job: job.handle });
    events.emit("job:updated", { job: job.handle });
  }

  follow(job: JobState, behind: Job, on: Parameters<JobHost["follow"]>[2]): void {
    const other = this.#names.get(behind.name);
    if (other?.handle !== behind) {
      throw new InvalidOptionError("after", "a job that is registered with the same scheduler", behind.name);
    }
    if (on === null) unlink(job, other);
    else link(job, other, on);
  }

  kill(job: JobState, reason: string): number {
    const runs = [...(job.active ?? [])];
    for (const run of runs) this.killRun(run, reason);
    return runs.length;
  }

  /** Ends all runs of that job's name, also those that an earlier job of that name began. Returns how many there were. */
  killAll(jobName: string, reason: string): number {
    const runs = [...this.#parts.dispatch.active].filter((run) => ActiveRun.stateOf(run).job.name === jobName);
    for (const run of runs) this.killRun(run, reason);
    return runs.length;
  }

  /** Ends one run. */
  killRun(run: ActiveRun, reason: string): void {
    const { job } = ActiveRun.stateOf(run);
    const error = new PunctualError("RUN_KILLED", `run of job ${JSON.stringify(job.name)} was ended: ${reason}`);
    this.#parts.dispatch.end(run, endingAs("killed", error), job.settings.killGraceMs);
  }

  #remove(job: JobState, reason: "removed" | "ended"): void {
    if (!job.registered) return;
    const { dispatch, events, loop } = this.#parts;
    loop.skipDue(job);
    job.registered = false;
    loop.set(job, null);
    this.#names.delete(job.name);
    unlinkAll(job);
    dispatch.skipWaiting(job, "removed");
    this.#parts.recovery()?.removed(job);
    if (events.hears("job:removed")) events.emit("job:removed", { job: job.handle, reason });
  }

  #settingsOf(options: JobOptions | null, distributed: DistributedSettings | null): JobSettings {
    const defaults = distributed === null ? this.#parts.defaults : { ...this.#parts.defaults, distributed };
    return options === null ? defaults : jobSettings(options, defaults, this.#parts.groups);
  }

  #planned(
    name: string,
    spec: ScheduleSpec | null,
    settings: JobSettings,
  ): { readonly schedule: Schedule; readonly next: number | null } {
    const schedule = spec === null ? NEVER : scheduleFor(name, spec, settings, this.now());
    const next = nextOf(schedule, this.now());
    refuseLateRetry(schedule, next, settings);
    return { schedule, next };
  }

  #change(job: JobState, { settings, schedule, data, enabled }: Change): void {
    refuseUndistributable(job.schedule, settings);
    const next = schedule === job.schedule ? this.nextFireTime(job) : nextOf(schedule, this.now());
    refuseLateRetry(schedule, next, settings);
    job.settings = settings;
    job.data = data;
    if (schedule === job.schedule) this.#parts.loop.set(job, next);
    else this.#replaceSchedule(job, schedule, next);
    if (enabled === false && job.paused === null) this.pause(job, NOT_ENABLED);
    if (enabled === true && job.paused === NOT_ENABLED) this.resume(job);
    this.#parts.dispatch.reconsider(job);
  }

  #replaceSchedule(job: JobState, schedule: Schedule, next: number | null): void {
    const { loop } = this.#parts;
    job.ended = false;
    this.#parts.recovery()?.countsFromNow(job);
    loop.skipDue(job);
    job.schedule = schedule;
    // After the run that goes on, or waits to.
    loop.setNew(job, schedule.afterRun === true && !isIdle(job) ? null : next);
  }
}
