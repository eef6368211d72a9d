import type { Clock } from "../clock/clock.js";
import type { Command } from "../command/command.js";
import { InvalidOptionError, PunctualError } from "../errors.js";
import { BetweenSchedule } from "../schedule/bounds.js";
import { MAX_INSTANT_MS } from "../schedule/once.js";
import type { ScheduleSpec } from "../schedule/parse.js";
import { toSchedule } from "../schedule/parse.js";
import type { Schedule } from "../schedule/schedule.js";
import { link, unlink, unlinkAll } from "./chain.js";
import type { Dispatch } from "./dispatch.js";
import type { DistributedSettings } from "./distributed-options.js";
import { refuseUndistributable } from "./distributed-options.js";
import type { SchedulerEmitter } from "./events.js";
import type { FireLoop } from "./fire-loop.js";
import type { Job, JobHost } from "./job.js";
import { JobNames } from "./job-names.js";
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

const NEVER: Schedule = { next: () => null };

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
  ): Job {
    const { clock, events, loop, groups } = this.#parts;
    const defaults = distributed === null ? this.#parts.defaults : { ...this.#parts.defaults, distributed };
    const settings = options === null ? defaults : jobSettings(options, defaults, groups);
    const name = options?.name ?? this.#names.freeName(functionName);
    this.#names.checkFree(name);
    const schedule = spec === null ? NEVER : this.#scheduleFor(name, spec, settings);
    const next = nextOf(schedule, clock.now());
    refuseLateRetry(schedule, next, settings);
    const job = new JobState(
      { order: this.#registrations++, name, spec: spec ?? NEVER, schedule, command, settings, data: options?.data },
      this,
    );
    job.registered = true;
    this.#names.set(name, job);
    loop.setNew(job, next);
    this.#parts.recovery()?.added(job);
    if (events.hears("job:added")) events.emit("job:added", { job: job.handle });
    return job.handle;
  }

  /** A job for one run, which is not registered. */
  once(name: string, command: Command, data: unknown): JobState {
    const order = this.#registrations++;
    const settings = this.#parts.defaults;
    return new JobState({ order, name, spec: NEVER, schedule: NEVER, command, settings, data }, this);
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
      job.schedule = this.#scheduleFor(job.name, job.spec, job.settings, fromMs);
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
    const schedule = this.#scheduleFor(job.name, spec, job.settings);
    const next = nextOf(schedule, this.now());
    refuseLateRetry(schedule, next, job.settings);
    job.spec = spec;
    this.#replaceSchedule(job, schedule, next);
    this.#parts.events.emit("job:rescheduled", { job: job.handle });
  }

  update(job: JobState, options: JobUpdate): void {
    const settings = jobSettings(options, job.settings, this.#parts.groups);
    refuseUndistributable(job.schedule, settings);
    const schedule = changesSchedule(options) ? this.#scheduleFor(job.name, job.spec, settings) : job.schedule;
    const next = schedule === job.schedule ? this.nextFireTime(job) : nextOf(schedule, this.now());
    refuseLateRetry(schedule, next, settings);
    job.settings = settings;
    if ("data" in options) job.data = options.data;
    if (schedule === job.schedule) this.#parts.loop.set(job, next);
    else this.#replaceSchedule(job, schedule, next);
    if (options.enabled === false && job.paused === null) this.pause(job, NOT_ENABLED);
    if (options.enabled === true && job.paused === NOT_ENABLED) this.resume(job);
    this.#parts.dispatch.reconsider(job);
    this.#parts.events.emit("job:updated", { job: job.handle });
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
    this.#parts.recovery()?.countsFromNow(job);
    if (events.hears("job:removed")) events.emit("job:removed", { job: job.handle, reason });
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

  #scheduleFor(jobName: string, spec: ScheduleSpec, settings: JobSettings, fromMs: number = this.now()): Schedule {
    const { cron, startAtMs, endAtMs } = settings;
    const schedule = toSchedule(spec, cron);
    // All nodes have the same fire times, whenever they began.
    const registeredAtMs = settings.distributed === null ? fromMs : 0;
    const bound = schedule.bind?.({ jobName, registeredAtMs, cron }) ?? schedule;
    refuseUndistributable(bound, settings);
    if (startAtMs === null && endAtMs === null) return bound;
    return new BetweenSchedule(bound, startAtMs ?? -MAX_INSTANT_MS, endAtMs ?? MAX_INSTANT_MS);
  }
}

/** The options that change what a spec means. */
function changesSchedule({ timezone, dayMatch, dst, startAt, endAt }: JobUpdate): boolean {
  return [timezone, dayMatch, dst, startAt, endAt].some((option) => option !== undefined);
}

/** A retry that can never begin before the next fire, and may not after it, is a mistake. @throws InvalidOptionError */
function refuseLateRetry(schedule: Schedule, next: number | null, { retry, overlap }: JobSettings): void {
  if (retry === null || retry.pastNextFire || overlap === "allow" || next === null || schedule.afterRun === true)
    return;
  const following = nextOf(schedule, next);
  if (following === null || retry.delayMs < following - next) return;
  const expected = `less than the ${following - next} ms between two fires of the job, or retry.pastNextFire`;
  throw new InvalidOptionError("retry.delay", expected, retry.delayMs);
}
