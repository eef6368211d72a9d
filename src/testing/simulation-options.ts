import { InvalidOptionError } from "../errors.js";
import type { Duration } from "../schedule/duration.js";
import { parseDuration } from "../schedule/duration.js";
import { instantMs } from "../schedule/once.js";
import type { ScheduleSpec } from "../schedule/parse.js";
import type { ChainCondition } from "../scheduler/chain.js";
import type { JobOptions } from "../scheduler/job-options.js";
import type { SchedulerOptions } from "../scheduler/options.js";
import type { BlockedTime } from "./virtual-clock.js";

/** A job to simulate, as it would be given to `addCronCommand`, but for its command. */
export interface SimulatedJob extends JobOptions {
  /** When it fires; left out for a job that only follows another one. */
  readonly spec?: ScheduleSpec;
  /** The name of a job that it runs after, and after which of its runs. @default none */
  readonly after?: string | { readonly job: string; readonly on?: ChainCondition };
}

/** What a simulated attempt does instead of the command. */
export interface SimulatedWork {
  /** How long it takes, in milliseconds. */
  readonly ms: number;
  /** Whether it then fails, and with what. @default false */
  readonly fails?: boolean | Error;
  /** Whether it goes on to its end although it was told to end. @default false */
  readonly deaf?: boolean;
}

/**
 * Tells what one attempt of a run does. `fireTime` is `null` for a run that follows another one. `random` gives numbers
 * from 0 to 1 that depend on the seed, the job, the fire time and the attempt, and on nothing else.
 */
export type WorkFunction = (
  job: string,
  fireTime: number | null,
  attempt: number,
  random: () => number,
) => number | SimulatedWork;

/** How long runs take: as long as is said, or as a function says. */
export type SimulatedDuration = Duration | SimulatedWork | WorkFunction;

/** Whether an attempt fails: a share of them, from 0 to 1, or as a function says. */
export type SimulatedFailure = number | ((...attempt: Parameters<WorkFunction>) => boolean | Error);

/** Options of `simulate`. Instants are a Date or epoch milliseconds. */
export interface SimulateOptions {
  /** The first instant at which jobs may fire. Jobs count as registered at it. */
  readonly from: Date | number;
  /** The first instant at which they no longer do. Runs are followed up to it. */
  readonly to: Date | number;
  /** For all jobs, or by name of job, where `"*"` stands for those that are not named. @default 0 */
  readonly durations?: SimulatedDuration | Readonly<Record<string, SimulatedDuration>>;
  /** As `durations`; an attempt fails when either says so. @default none do */
  readonly failures?: SimulatedFailure | Readonly<Record<string, SimulatedFailure>>;
  /** A whole number from which all random numbers come. @default 1 */
  readonly seed?: number;
  /**
   * Options of the simulated scheduler: its zone, limits and policies. Where a `Scheduler` is simulated, only `groups`,
   * `maxConcurrent` and `maxQueued` count.
   */
  readonly scheduler?: Omit<SchedulerOptions, "clock" | "history">;
  /** When the event loop stands still, and for how long. @default never */
  readonly blocked?: readonly { readonly from: Date | number; readonly for: Duration }[];
  /** When somebody sets the wall clock, and by how many milliseconds: forward, or, below 0, back. @default never */
  readonly clockSet?: readonly { readonly at: Date | number; readonly byMs: number }[];
  /** More runs at once than this count as an overlap, of all jobs, or of those of a group. @default any number is fine */
  readonly crowd?: { readonly scheduler?: number; readonly groups?: Readonly<Record<string, number>> };
  /** How many peaks, and how many of the busiest seconds and minutes, are listed. @default 10 */
  readonly top?: number;
  /** Into how many parts the load over time is divided. @default 60 */
  readonly buckets?: number;
  /**
   * Whether each fire, run, skip, miss and overlap is listed, up to 2,000,000 of them (a run of a schedule is two, with its
   * fire); or only the numbers of them, per job, and the load. @default "all"
   */
  readonly keep?: "all" | "summary";
}

/** Options of a simulation, checked; durations and failures are checked once the jobs have names. */
export interface SimulationSettings {
  readonly fromMs: number;
  readonly toMs: number;
  readonly seed: number;
  readonly blocks: readonly BlockedTime[];
  readonly clockSet: readonly { readonly atMs: number; readonly byMs: number }[];
  readonly crowd: NonNullable<SimulateOptions["crowd"]>;
  readonly top: number;
  readonly buckets: number;
  readonly keepAll: boolean;
}

/** Checks the options. @throws InvalidOptionError */
export function simulationSettings(options: SimulateOptions): SimulationSettings {
  const fromMs = instantMs(options.from, "from");
  const toMs = instantMs(options.to, "to");
  if (!(toMs > fromMs)) throw new InvalidOptionError("to", "an instant after from", options.to);
  const { seed = 1, top = 10, buckets = 60, keep = "all", crowd = {} } = options;
  whole(seed, "seed", Number.MIN_SAFE_INTEGER);
  whole(top, "top", 0);
  whole(buckets, "buckets", 1);
  for (const [group, most] of Object.entries(crowd.groups ?? {})) whole(most, `crowd.groups.${group}`, 0);
  if (crowd.scheduler !== undefined) whole(crowd.scheduler, "crowd.scheduler", 0);
  if (keep !== "all" && keep !== "summary") throw new InvalidOptionError("keep", '"all" or "summary"', keep);
  const settings = { fromMs, toMs, seed, crowd, top, buckets, keepAll: keep === "all" };
  return { ...settings, blocks: blocksOf(options, fromMs), clockSet: clockSetOf(options) };
}

function blocksOf({ blocked = [] }: SimulateOptions, fromMs: number): BlockedTime[] {
  const blocks = blocked.map((block, index) => {
    const from = instantMs(block.from, `blocked[${index}].from`) - fromMs;
    return { from, to: from + parseDuration(block.for, `blocked[${index}].for`) };
  });
  return blocks.sort((a, b) => a.from - b.from);
}

function clockSetOf({ clockSet = [] }: SimulateOptions): SimulationSettings["clockSet"] {
  return clockSet.map(({ at, byMs }, index) => {
    if (!Number.isFinite(byMs)) throw new InvalidOptionError(`clockSet[${index}].byMs`, "milliseconds", byMs);
    return { atMs: instantMs(at, `clockSet[${index}].at`), byMs };
  });
}

function whole(value: number, path: string, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new InvalidOptionError(path, `a whole number of at least ${least}`, value);
}
