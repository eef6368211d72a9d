import { InvalidOptionError } from "../errors.js";
import { BetweenSchedule } from "../schedule/bounds.js";
import { MAX_INSTANT_MS } from "../schedule/once.js";
import type { ScheduleSpec } from "../schedule/parse.js";
import { toSchedule } from "../schedule/parse.js";
import type { Schedule } from "../schedule/schedule.js";
import { refuseUndistributable } from "./distributed-options.js";
import type { JobSettings, JobUpdate } from "./job-options.js";
import { nextOf } from "./plan.js";

/** Of a job that only runs when it is told to. */
export const NEVER: Schedule = { next: () => null };

/** What a spec means for a job that was registered then. @throws InvalidScheduleError, InvalidOptionError */
export function scheduleFor(
  jobName: string,
  spec: ScheduleSpec,
  settings: JobSettings,
  registeredMs: number,
): Schedule {
  const { cron, startAtMs, endAtMs } = settings;
  const schedule = toSchedule(spec, cron);
  // All nodes have the same fire times, whenever they began.
  const registeredAtMs = settings.distributed === null ? registeredMs : 0;
  const bound = schedule.bind?.({ jobName, registeredAtMs, cron }) ?? schedule;
  refuseUndistributable(bound, settings);
  if (startAtMs === null && endAtMs === null) return bound;
  return new BetweenSchedule(bound, startAtMs ?? -MAX_INSTANT_MS, endAtMs ?? MAX_INSTANT_MS);
}

/** The options that change what a spec means. */
export function changesSchedule({ timezone, dayMatch, dst, startAt, endAt }: JobUpdate): boolean {
  return [timezone, dayMatch, dst, startAt, endAt].some((option) => option !== undefined);
}

/** Whether a spec means the same with either. */
export function readsAlike(a: JobSettings, b: JobSettings): boolean {
  const parts = ({ cron, startAtMs, endAtMs }: JobSettings) => [
    ...[cron.timezone, cron.dayMatch, cron.dst],
    ...[startAtMs, endAtMs],
  ];
  const others = parts(b);
  return parts(a).every((part, index) => part === others[index]);
}

/** A retry that can never begin before the next fire, and may not after it, is a mistake. @throws InvalidOptionError */
export function refuseLateRetry(schedule: Schedule, next: number | null, { retry, overlap }: JobSettings): void {
  if (retry === null || retry.pastNextFire || overlap === "allow" || next === null || schedule.afterRun === true)
    return;
  const following = nextOf(schedule, next);
  if (following === null || retry.delayMs < following - next) return;
  const expected = `less than the ${following - next} ms between two fires of the job, or retry.pastNextFire`;
  throw new InvalidOptionError("retry.delay", expected, retry.delayMs);
}
