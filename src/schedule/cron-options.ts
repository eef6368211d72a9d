import { InvalidOptionError } from "../errors.js";

/** How day of month and day of week go together when both are restricted: `or` is either, `and` is both. */
export type DayMatch = "and" | "or";

/**
 * What a fixed-time schedule does where the wall clock jumps. `vixie`: it fires once at the end of a gap that swallows it,
 * and at the first pass of an overlap; `skip`: not for a gap; `both`: as vixie, and at both passes of an overlap.
 */
export type DstPolicy = "vixie" | "skip" | "both";

/**
 * Options of `cron` and `parseSchedule`. What is left out is taken from the job that the schedule is given to, and outside
 * a job from the defaults.
 */
export interface CronOptions {
  /** IANA name of the zone whose wall clock the expression is about. A `CRON_TZ=` prefix counts before it.
   * @default the system's zone */
  readonly timezone?: string | undefined;
  /** When day of month and day of week are both restricted, whether one match suffices or both are needed. A `+` before
   * the day of week counts before it.
   * @default "or" */
  readonly dayMatch?: DayMatch | undefined;
  /** What summer time does to a fixed-time schedule. A `CRON_DST=` prefix counts before it.
   * @default "vixie" */
  readonly dst?: DstPolicy | undefined;
  /** What `H` hashes. @default the name of the job; outside a job the empty name */
  readonly jobName?: string | undefined;
}

/** The policies for gaps and overlaps. */
export const DST_POLICIES: readonly DstPolicy[] = ["vixie", "skip", "both"];

/** @throws InvalidOptionError, for all but the zone */
export function checkCronOptions({ dayMatch, dst, jobName }: CronOptions): void {
  if (dayMatch !== undefined && dayMatch !== "and" && dayMatch !== "or") {
    throw new InvalidOptionError("dayMatch", '"and" or "or"', dayMatch);
  }
  if (dst !== undefined && !DST_POLICIES.includes(dst)) {
    throw new InvalidOptionError("dst", '"vixie", "skip" or "both"', dst);
  }
  if (jobName !== undefined && typeof jobName !== "string") {
    throw new InvalidOptionError("jobName", "a text", jobName);
  }
}
