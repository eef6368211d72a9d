import { marginMs } from "../distributed/trust.js";
import { InvalidOptionError } from "../errors.js";
import type { Duration } from "../schedule/duration.js";
import { parseDuration } from "../schedule/duration.js";
import type { Schedule } from "../schedule/schedule.js";
import { checkBoolean, checkOneOf, timerDuration } from "./checks.js";
import type { JobOptions, JobSettings } from "./job-options.js";

/** Options of a distributed job: those of a job, whose name is the service's, and how its nodes agree. */
export interface DistributedCronOptions<Data = unknown> extends Omit<JobOptions<Data>, "name" | "maxRuns"> {
  /** For how long the node that has started a fire keeps the others from starting later ones. @default 0 */
  readonly holdTime?: Duration;
  /**
   * `claim`: a fire starts at most once, ever. `select`: at each fire the nodes elect one of them for the hold time, and it
   * alone starts; clocks that differ, or a node that stands still, can then start a fire twice. @default "claim"
   */
  readonly mode?: "claim" | "select";
  /** How long a run's right lasts unless its node renews it, which it does; `null` for none. @default "30s" */
  readonly lease?: Duration | null;
  /** Whether other nodes do again what a dead node has left unfinished, up to three attempts in all. @default false */
  readonly recover?: boolean;
  /** What becomes of a fire when the store cannot tell: left out, or started, on every node that finds so. @default "skip" */
  readonly onUnavailable?: "skip" | "run";
}

/** How the nodes agree on a job's fires, checked and complete. */
export interface DistributedSettings {
  readonly holdTimeMs: number;
  readonly mode: "claim" | "select";
  /** 0 for none. */
  readonly leaseMs: number;
  readonly maxAttempts: number;
  readonly onUnavailable: "skip" | "run";
}

/** The options that are not the job's own. */
export const DISTRIBUTED_KEYS = ["holdTime", "mode", "lease", "recover", "onUnavailable"] as const;
const DEFAULT_LEASE_MS = 30_000;
/** A shorter one could not be renewed in time on a busy machine. */
const SHORTEST_LEASE_MS = 100;
/** A command that kills whatever node runs it must not go round for ever. */
const RECOVERED_ATTEMPTS = 3;

/** Takes the options of a distributed job apart: the job's own, and how its nodes agree. @throws InvalidOptionError */
export function distributedSettings(
  serviceName: string,
  given: DistributedCronOptions | Duration,
): { readonly options: JobOptions; readonly distributed: DistributedSettings } {
  checkServiceName(serviceName);
  const all = typeof given === "object" ? given : { holdTime: given };
  if (all === null) throw new InvalidOptionError("options", "a hold time or an object", given);
  const own = Object.entries(all).filter(([key]) => !(DISTRIBUTED_KEYS as readonly string[]).includes(key));
  for (const key of ["name", "maxRuns"]) {
    if (own.some(([name]) => name === key))
      throw new InvalidOptionError(key, REFUSED[key] as string, all[key as never]);
  }
  const { mode = "claim", recover = false, onUnavailable = "skip" } = all;
  checkOneOf(mode, "mode", ["claim", "select"]);
  checkBoolean(recover, "recover");
  checkOneOf(onUnavailable, "onUnavailable", ["skip", "run"]);
  const holdTimeMs = parseDuration(all.holdTime ?? 0, "holdTime");
  const leaseMs = leaseOf(all, mode);
  if (mode === "select" && holdTimeMs === 0)
    throw new InvalidOptionError("holdTime", 'more than 0 with mode "select"', 0);
  if (recover && leaseMs === 0) throw new InvalidOptionError("recover", "a lease beside it", all.lease ?? mode);
  const maxAttempts = recover ? RECOVERED_ATTEMPTS : 1;
  return {
    options: { ...Object.fromEntries(own), name: serviceName },
    distributed: Object.freeze({ holdTimeMs, mode, leaseMs, maxAttempts, onUnavailable }),
  };
}

const REFUSED: Readonly<Record<string, string>> = {
  name: "none: a distributed job is called after its service",
  maxRuns: "none: each node would count its own runs",
};

function leaseOf({ lease }: DistributedCronOptions, mode: "claim" | "select"): number {
  if (mode === "select") {
    if (lease !== undefined && lease !== null) throw new InvalidOptionError("lease", 'none with mode "select"', lease);
    return 0;
  }
  if (lease === null) return 0;
  return timerDuration(lease ?? DEFAULT_LEASE_MS, "lease", SHORTEST_LEASE_MS);
}

/** hade's rule: a name without blanks, as it stands in keys and file names. */
function checkServiceName(serviceName: unknown): void {
  if (typeof serviceName === "string" && /^[^\s\p{Cc}]{1,255}$/u.test(serviceName)) return;
  throw new InvalidOptionError("serviceName", "a name of 1 to 255 characters without blanks", serviceName);
}

/** What cannot be agreed on between nodes. @throws InvalidOptionError */
export function refuseUndistributable(schedule: Schedule, settings: JobSettings): void {
  const { distributed, overlap, maxConcurrent } = settings;
  if (distributed === null) return;
  if (schedule.afterRun === true || schedule.atStart === true) {
    throw new InvalidOptionError("spec", "a schedule with the same fire times on every node", String(schedule));
  }
  if (distributed.leaseMs === 0) return;
  if (overlap === "allow" || maxConcurrent > 1) {
    throw new InvalidOptionError(
      "lease",
      "null beside runs that overlap: a service has one lease",
      distributed.leaseMs,
    );
  }
}

/** How long a run may go on whose lease was lost: others may have it after that. */
export function graceOfLost({ distributed, killGraceMs }: JobSettings): number {
  return Math.min(killGraceMs, marginMs(distributed?.leaseMs ?? 0));
}
