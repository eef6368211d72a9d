import { InvalidOptionError } from "../errors.js";
import type { ScheduleSpec } from "../schedule/parse.js";
import { toSchedule } from "../schedule/parse.js";
import type { Schedule } from "../schedule/schedule.js";
import type { ChainCondition } from "../scheduler/chain.js";
import { Job } from "../scheduler/job.js";
import type { JobOptions } from "../scheduler/job-options.js";
import type { SchedulerOptions } from "../scheduler/options.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import { SharedSchedules } from "./shared-schedules.js";
import type { SimulatedJob, SimulateOptions } from "./simulation-options.js";

/** A job as the simulation registers it. */
export interface JobPlan {
  /** `null` for a job that only follows another one. */
  readonly spec: ScheduleSpec | null;
  readonly options: JobOptions;
  readonly after: readonly { readonly job: string; readonly on: ChainCondition }[];
  /** Its command runs in a thread or process that can be ended. */
  readonly terminable: boolean;
}

/** Gives a schedule the simulation's begin for the start of the scheduler. */
type AsFrom = (schedule: Schedule) => Schedule;

/** A fire time that never comes. */
const NEVER_MS = 8.64e15;

/** What is to be simulated, from definitions or from a scheduler, which is only read. @throws InvalidOptionError */
export function plansOf(jobs: Scheduler | readonly SimulatedJob[], fromMs: number): JobPlan[] {
  const shared = new SharedSchedules();
  const asFrom: AsFrom = (schedule) => withStart(shared.share(schedule), schedule, fromMs);
  if (Array.isArray(jobs)) {
    return (jobs as readonly SimulatedJob[]).map((job, index) => planOf(job, index, fromMs, asFrom));
  }
  if (typeof jobs === "object" && jobs !== null && typeof (jobs as Scheduler).jobs === "function") {
    return (jobs as Scheduler).jobs().map((job) => planOfJob(job, asFrom));
  }
  throw new InvalidOptionError("jobs", "a scheduler or an array of definitions of jobs", jobs);
}

/** The options of the simulated scheduler. The jobs of a given one have all their policies already. */
export function schedulerOptionsOf(
  jobs: Scheduler | readonly SimulatedJob[],
  { scheduler = {} }: SimulateOptions,
): SchedulerOptions {
  if (Array.isArray(jobs)) return scheduler;
  const { maxConcurrent, maxQueued, groups } = scheduler;
  return {
    ...(maxConcurrent !== undefined && { maxConcurrent }),
    ...(maxQueued !== undefined && { maxQueued }),
    ...(groups !== undefined && { groups }),
  };
}

function planOf(job: SimulatedJob, index: number, fromMs: number, asFrom: AsFrom): JobPlan {
  // Nothing outlives a simulation.
  const { spec, after, recover: _recover, durable: _durable, ...options } = job;
  if (spec === undefined && after === undefined) {
    throw new InvalidOptionError(`jobs[${index}].spec`, "a schedule, or the job that it runs after", spec);
  }
  const link = typeof after === "string" ? { job: after } : after;
  const links = link === undefined ? [] : [{ job: link.job, on: link.on ?? ("success" as const) }];
  const bound = spec === undefined ? null : boundAt(spec, fromMs, asFrom);
  return { spec: bound, options, after: links, terminable: false };
}

/** A registered job, with the schedule that it has: an interval goes on counting from where it counts. */
function planOfJob(job: Job, asFrom: AsFrom): JobPlan {
  const state = Job.stateOf(job);
  const after = (state.follows ?? []).map((other) => {
    const link = other.followers?.find((follower) => follower.job === state);
    return { job: other.name, on: link?.on ?? ("success" as const) };
  });
  return { spec: asFrom(state.schedule), options: optionsOf(state), after, terminable: isTerminable(state) };
}

type JobState = ReturnType<typeof Job.stateOf>;

function isTerminable({ command }: JobState): boolean {
  return typeof command !== "function";
}

/** The options that have the settings of a job as their result; zone and window are in its schedule already. */
function optionsOf({ name, settings, starts, paused }: JobState): JobOptions {
  const { overlap, misfire, graceMs, catchUpWindowMs, maxCaughtUp, jitterMs, killGraceMs } = settings;
  const { timeoutMs, retry, pauseAfterFailures, maxConcurrent, group, priority, maxRuns } = settings;
  const { tags, description } = settings;
  return {
    ...{ name, overlap, misfire, maxCaughtUp, priority, tags, description, enabled: paused === null },
    ...{ grace: graceMs, catchUpWindow: catchUpWindowMs, jitter: jitterMs, killGrace: killGraceMs },
    ...(timeoutMs !== null && { timeout: timeoutMs }),
    ...(retry !== null && { retry: retryOf(retry) }),
    ...(pauseAfterFailures !== null && { pauseAfterFailures }),
    ...(overlap !== "allow" && { maxConcurrent }),
    ...(group !== null && { group }),
    ...(maxRuns !== null && { maxRuns: Math.max(1, maxRuns - starts) }),
  };
}

function retryOf(retry: NonNullable<JobState["settings"]["retry"]>): NonNullable<JobOptions["retry"]> {
  const { attempts, backoff, jitter, pastNextFire, delayMs, maxDelayMs, retryIf } = retry;
  const delays = { delay: delayMs, maxDelay: maxDelayMs };
  return { attempts, backoff, jitter, pastNextFire, ...delays, ...(retryIf !== null && { retryIf }) };
}

/** A schedule that, once its job is known, counts from the simulation's first instant, at which it may fire as well. */
function boundAt(spec: ScheduleSpec, fromMs: number, asFrom: AsFrom): Schedule {
  return {
    next: () => null,
    bind: (owner) => {
      const schedule = toSchedule(spec, owner.cron);
      const boundTo = (registeredAtMs: number): Schedule => schedule.bind?.({ ...owner, registeredAtMs }) ?? schedule;
      const bound = asFrom(boundTo(fromMs));
      if (schedule.afterRun === true || boundTo(fromMs + 0.5).next(fromMs - 0.25) === fromMs) return bound;
      // What fires then only because it counts from then, as an interval does, does not: its job is just registered.
      return {
        ...bound,
        next: (afterMs) => bound.next(afterMs < fromMs && schedule.atStart !== true ? fromMs : afterMs),
      };
    },
  };
}

/** The schedule, with the simulation's first instant for the start of the scheduler; and bound, for good. */
function withStart(shared: Schedule, schedule: Schedule, fromMs: number): Schedule {
  if (schedule.afterRun === true) {
    return { afterRun: true, next: (afterMs) => schedule.next(Math.max(afterMs, fromMs)) };
  }
  if (schedule.atStart === true) {
    return { next: (afterMs) => (afterMs < fromMs ? fromMs : (shared.next(afterMs) ?? NEVER_MS)) };
  }
  return { next: (afterMs) => shared.next(afterMs) };
}
