import type { ResourceLimits } from "node:worker_threads";
import type { Clock } from "../clock/clock.js";
import { MAX_TIMER_DELAY_MS } from "../clock/clock.js";
import type { Transfer } from "../command/transfer.js";
import type { WorkerPoolSettings } from "../command/worker.js";
import { InvalidOptionError } from "../errors.js";
import type { CronOptions, DayMatch, DstPolicy } from "../schedule/cron-options.js";
import { DST_POLICIES } from "../schedule/cron-options.js";
import type { Duration } from "../schedule/duration.js";
import { parseDuration } from "../schedule/duration.js";
import { Zone } from "../schedule/zone.js";
import type { OverlapPolicy } from "./admit.js";
import type { MisfirePolicy } from "./plan.js";

/** Options of the pool of worker threads. */
export interface WorkerOptions {
  /** Threads that stay even when idle. @default 0 */
  readonly minThreads?: number;
  /** Threads at most, each performing one run. @default the number of cores */
  readonly maxThreads?: number;
  /** How long a thread above `minThreads` waits for work before it ends. @default "30s" */
  readonly idleTimeout?: Duration;
  /** Memory limits of each thread, as Node's `Worker` takes them; a run that breaks one fails, and only that run. */
  readonly resourceLimits?: ResourceLimits;
}

/** Policies, for one job or, given to the scheduler, for all that do not say otherwise. */
export interface PolicyOptions {
  /** What a fire does while the previous run of its job goes on. @default "skip" */
  readonly overlap?: OverlapPolicy;
  /** What becomes of fire times that were missed by more than `grace`. @default "fireOnce" */
  readonly misfire?: MisfirePolicy;
  /** How late a fire may start and still count as on time. @default "1s" */
  readonly grace?: Duration;
  /** How far back missed fire times are looked for. @default "5m" */
  readonly catchUpWindow?: Duration;
  /** What summer time does to a schedule of fixed times. A `CRON_DST=` prefix counts before it. @default "vixie" */
  readonly dst?: DstPolicy;
}

/** Options of `new Scheduler`. */
export interface SchedulerOptions extends PolicyOptions {
  /** IANA name of the zone whose wall clock cron expressions are about. @default the system's zone */
  readonly timezone?: string;
  /** Where time comes from. @default the system's clock */
  readonly clock?: Clock;
  /** Whether a started scheduler that has jobs keeps the process alive. @default true */
  readonly ref?: boolean;
  readonly workers?: WorkerOptions;
}

/** Options of one job. */
export interface JobOptions<Data = unknown> extends PolicyOptions {
  /** Unique in its scheduler. @default the function's name, or `job-1`, made unique */
  readonly name?: string;
  /** Given to every run as `run.data`. */
  readonly data?: Data;
  /** Zone of the job's cron expression; a `CRON_TZ=` prefix counts before it. @default the scheduler's */
  readonly timezone?: string;
  /** Whether one of day of month and day of week suffices when both are restricted. @default "or" */
  readonly dayMatch?: DayMatch;
}

/** Options of `scheduler.runNow`. */
export interface RunNowOptions<Data = unknown> {
  /** Stands for a job's name in events. @default the function's or export's name */
  readonly name?: string;
  /** Given to the run as `run.data`; `transfer()` marks what to hand over to a worker thread. */
  readonly data?: Data | Transfer<Data>;
}

/** Options of `stop`. */
export interface StopOptions {
  /** How long runs may go on before their signals abort. @default "10s" */
  readonly grace?: Duration;
  /** How long they may go on after that, before their threads are terminated. @default "5s" */
  readonly killGrace?: Duration;
}

/** Policies, checked and complete; shared by all jobs that have the same. */
export interface JobSettings {
  readonly overlap: OverlapPolicy;
  readonly misfire: MisfirePolicy;
  readonly graceMs: number;
  readonly catchUpWindowMs: number;
  /** How cron expressions are read. */
  readonly cron: Readonly<Required<Pick<CronOptions, "timezone" | "dayMatch" | "dst">>>;
}

/** The scheduler's own settings, checked and complete. */
export interface SchedulerSettings {
  readonly jobs: JobSettings;
  readonly clock: Clock | undefined;
  readonly ref: boolean;
  readonly workers: WorkerPoolSettings;
}

const POLICY_KEYS = ["overlap", "misfire", "grace", "catchUpWindow", "dst"] as const;
const SCHEDULER_KEYS = ["timezone", "clock", "ref", "workers", ...POLICY_KEYS];
/** The options of a job that make its settings differ from the scheduler's. */
const SETTING_KEYS = ["timezone", "dayMatch", ...POLICY_KEYS] as const;
const JOB_KEYS = ["name", "data", ...SETTING_KEYS];
const WORKER_KEYS = ["minThreads", "maxThreads", "idleTimeout", "resourceLimits"];
const STOP_KEYS = ["grace", "killGrace"];

/** Checks the options of a scheduler. @throws InvalidOptionError */
export function schedulerSettings(options: SchedulerOptions): SchedulerSettings {
  checkKeys(options, "options", SCHEDULER_KEYS);
  const timezone = options.timezone === undefined ? Zone.system().name : Zone.of(options.timezone).name;
  const { clock, ref = true } = options;
  if (clock !== undefined && !isClock(clock)) {
    throw new InvalidOptionError("clock", "an object with now, monotonic and setTimer", clock);
  }
  if (typeof ref !== "boolean") throw new InvalidOptionError("ref", "true or false", ref);
  const defaults = { overlap: "skip", misfire: "fireOnce", graceMs: 1_000, catchUpWindowMs: 300_000 } as const;
  const jobs = policies(options, { ...defaults, cron: { timezone, dayMatch: "or", dst: "vixie" } });
  return { jobs, clock, ref, workers: workerSettings(options.workers ?? {}) };
}

/** Checks the options of a job. @throws InvalidOptionError */
export function jobSettings(options: JobOptions, defaults: JobSettings): JobSettings {
  checkKeys(options, "options", JOB_KEYS);
  const { name, dayMatch } = options;
  if (name !== undefined) checkName(name, "name");
  // Nearly every job has the scheduler's policies; a million of them are registered the faster for it.
  if (!SETTING_KEYS.some((key) => options[key] !== undefined)) return defaults;
  if (dayMatch !== undefined) checkOneOf(dayMatch, "dayMatch", ["and", "or"]);
  const timezone = options.timezone === undefined ? defaults.cron.timezone : Zone.of(options.timezone).name;
  return policies(options, {
    ...defaults,
    cron: { ...defaults.cron, timezone, dayMatch: dayMatch ?? defaults.cron.dayMatch },
  });
}

/** Checks the options of `stop`. @throws InvalidOptionError */
export function stopSettings(options: StopOptions): { readonly graceMs: number; readonly killGraceMs: number } {
  checkKeys(options, "options", STOP_KEYS);
  return {
    graceMs: parseDuration(options.grace ?? 10_000, "grace"),
    killGraceMs: parseDuration(options.killGrace ?? 5_000, "killGrace"),
  };
}

/** Checks the options of `runNow`. @throws InvalidOptionError */
export function checkRunNowOptions(options: RunNowOptions): void {
  checkKeys(options, "options", ["name", "data"]);
  if (options.name !== undefined) checkName(options.name, "name");
}

/** @throws InvalidOptionError when it cannot be a name */
export function checkName(name: unknown, path: string): asserts name is string {
  if (typeof name === "string" && name.trim() !== "") return;
  throw new InvalidOptionError(path, "a text that is not blank", name);
}

function policies(options: PolicyOptions, base: JobSettings): JobSettings {
  const { overlap = base.overlap, misfire = base.misfire, grace, catchUpWindow } = options;
  checkOneOf(overlap, "overlap", ["skip", "allow"]);
  checkOneOf(misfire, "misfire", ["skip", "fireOnce", "fireAll"]);
  const { dst = base.cron.dst } = options;
  checkOneOf(dst, "dst", DST_POLICIES);
  return Object.freeze({
    ...base,
    cron: Object.freeze({ ...base.cron, dst }),
    overlap,
    misfire,
    graceMs: grace === undefined ? base.graceMs : parseDuration(grace, "grace"),
    catchUpWindowMs: catchUpWindow === undefined ? base.catchUpWindowMs : parseDuration(catchUpWindow, "catchUpWindow"),
  });
}

function workerSettings(options: WorkerOptions): WorkerPoolSettings {
  checkKeys(options, "workers", WORKER_KEYS);
  const { minThreads = 0, maxThreads, resourceLimits } = options;
  checkCount(minThreads, "workers.minThreads", 0);
  if (maxThreads !== undefined) checkCount(maxThreads, "workers.maxThreads", Math.max(1, minThreads));
  if (resourceLimits !== undefined) checkObject(resourceLimits, "workers.resourceLimits");
  const idleTimeoutMs = parseDuration(options.idleTimeout ?? 30_000, "workers.idleTimeout");
  return { minThreads, maxThreads, resourceLimits, idleTimeoutMs: Math.min(idleTimeoutMs, MAX_TIMER_DELAY_MS) };
}

/** @throws InvalidOptionError when it is not a whole number of `least` or more */
export function checkCount(value: unknown, path: string, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new InvalidOptionError(path, `a whole number of at least ${least}`, value);
}

function checkOneOf(value: unknown, path: string, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  throw new InvalidOptionError(path, allowed.map((text) => JSON.stringify(text)).join(" or "), value);
}

function checkKeys(options: object, path: string, known: readonly string[]): void {
  checkObject(options, path);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const where = path === "options" ? key : `${path}.${key}`;
    throw new InvalidOptionError(
      where,
      `no option of that name (there are ${known.join(", ")})`,
      options[key as never],
    );
  }
}

function checkObject(value: unknown, path: string): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new InvalidOptionError(path, "an object", value);
}

function isClock(clock: object | null): boolean {
  const { now, monotonic, setTimer } = (clock ?? {}) as Partial<Clock>;
  return [now, monotonic, setTimer].every((method) => typeof method === "function");
}
