import { randomUUID } from "node:crypto";
import type { ResourceLimits } from "node:worker_threads";
import type { Clock } from "../clock/clock.js";
import { MAX_TIMER_DELAY_MS } from "../clock/clock.js";
import type { Logger } from "../command/logger.js";
import type { Transfer } from "../command/transfer.js";
import type { WorkerPoolSettings } from "../command/worker.js";
import type { Distributed } from "../distributed/distributed.js";
import { InvalidOptionError } from "../errors.js";
import type { History } from "../history/history.js";
import type { Duration } from "../schedule/duration.js";
import { parseDuration } from "../schedule/duration.js";
import { Zone } from "../schedule/zone.js";
import type { JobStore } from "../store/job-store.js";
import { checkBoolean, checkCount, checkKeys, checkName, checkObject } from "./checks.js";
import type { JobSettings } from "./job-options.js";
import { defaultJobSettings } from "./job-options.js";
import type { LimitSettings } from "./limits.js";
import type { PolicyOptions } from "./policies.js";
import { DEFAULT_POLICIES, JOURNALED_POLICIES, POLICY_KEYS } from "./policies.js";

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

/** Options of one group of jobs. */
export interface GroupOptions {
  /** How many runs of its jobs may go on at once. */
  readonly maxConcurrent: number;
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
  /** How many runs may go on at once, of all jobs. @default no limit */
  readonly maxConcurrent?: number;
  /** How many fires may wait for that, or for their group; one more is skipped, with reason `limit`. @default 1000 */
  readonly maxQueued?: number;
  /** Groups of jobs, by name, each with a limit that its jobs share. @default none */
  readonly groups?: Readonly<Record<string, GroupOptions>>;
  /** Where `run.logger` writes to; pino and the console will do. @default the console */
  readonly logger?: Logger;
  /** Where runs and skips are kept. @default a MemoryHistory of the last 1000 */
  readonly history?: History;
  /** Where the nodes agree on who starts what, for `addDistributedCron`. It is not closed by `stop`. @default none */
  readonly distributed?: Distributed;
  /** Where jobs are kept that are saved and changed at run time (`scheduler.store`). It is not closed by `stop`. @default none */
  readonly store?: JobStore;
  /** This node's name among the others; no other may have it. @default a UUID */
  readonly appId?: string;
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

/** The scheduler's own settings, checked and complete. */
export interface SchedulerSettings {
  readonly jobs: JobSettings;
  readonly clock: Clock | undefined;
  readonly ref: boolean;
  readonly logger: Logger | undefined;
  readonly history: History | undefined;
  readonly distributed: Distributed | null;
  readonly store: JobStore | null;
  readonly appId: string;
  readonly limits: LimitSettings;
  readonly workers: WorkerPoolSettings;
}

const SCHEDULER_KEYS = [
  "timezone",
  "clock",
  "ref",
  "workers",
  "maxConcurrent",
  "maxQueued",
  "groups",
  "logger",
  "history",
  "distributed",
  "store",
  "appId",
  ...POLICY_KEYS,
];
const WORKER_KEYS = ["minThreads", "maxThreads", "idleTimeout", "resourceLimits"];
const STOP_KEYS = ["grace", "killGrace"];

/** Checks the options of a scheduler. @throws InvalidOptionError */
export function schedulerSettings(options: SchedulerOptions): SchedulerSettings {
  checkKeys(options, "options", SCHEDULER_KEYS);
  const timezone = options.timezone === undefined ? Zone.system().name : Zone.of(options.timezone).name;
  const { clock, ref = true, logger, history, maxConcurrent = Number.POSITIVE_INFINITY, maxQueued = 1_000 } = options;
  if (clock !== undefined) checkMethods(clock, "clock", ["now", "monotonic", "setTimer"]);
  if (logger !== undefined) checkMethods(logger, "logger", ["debug", "info", "warn", "error"]);
  if (history !== undefined) checkMethods(history, "history", ["append", "list", "get", "lastFireTimes", "close"]);
  const { distributed = null, store = null, appId = randomUUID() } = options;
  if (distributed !== null) checkMethods(distributed, "distributed", ["select", "claim", "lease", "close"]);
  if (store !== null) checkMethods(store, "store", ["load", "save", "remove", "kill", "watch", "close"]);
  checkName(appId, "appId");
  checkBoolean(ref, "ref");
  if (maxConcurrent !== Number.POSITIVE_INFINITY) checkCount(maxConcurrent, "maxConcurrent", 1);
  checkCount(maxQueued, "maxQueued", 0);
  return {
    jobs: defaultJobSettings(options, history?.journal ? JOURNALED_POLICIES : DEFAULT_POLICIES, timezone, appId),
    clock,
    ref,
    logger,
    history,
    distributed,
    store,
    appId,
    limits: { maxConcurrent, maxQueued, groups: groupLimits(options.groups ?? {}) },
    workers: workerSettings(options.workers ?? {}),
  };
}

function groupLimits(groups: Readonly<Record<string, GroupOptions>>): ReadonlyMap<string, number> {
  checkObject(groups, "groups");
  return new Map(
    Object.entries(groups).map(([name, options]) => {
      checkName(name, "groups");
      checkKeys(options, `groups.${name}`, ["maxConcurrent"]);
      checkCount(options.maxConcurrent, `groups.${name}.maxConcurrent`, 1);
      return [name, options.maxConcurrent];
    }),
  );
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

function workerSettings(options: WorkerOptions): WorkerPoolSettings {
  checkKeys(options, "workers", WORKER_KEYS);
  const { minThreads = 0, maxThreads, resourceLimits } = options;
  checkCount(minThreads, "workers.minThreads", 0);
  if (maxThreads !== undefined) checkCount(maxThreads, "workers.maxThreads", Math.max(1, minThreads));
  if (resourceLimits !== undefined) checkObject(resourceLimits, "workers.resourceLimits");
  const idleTimeoutMs = parseDuration(options.idleTimeout ?? 30_000, "workers.idleTimeout");
  return { minThreads, maxThreads, resourceLimits, idleTimeoutMs: Math.min(idleTimeoutMs, MAX_TIMER_DELAY_MS) };
}

function checkMethods(value: unknown, path: string, methods: readonly string[]): void {
  const object = (typeof value === "object" && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  if (methods.every((method) => typeof object[method] === "function")) return;
  throw new InvalidOptionError(path, `an object with ${methods.join(", ")}`, value);
}
