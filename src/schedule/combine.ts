import { InvalidOptionError } from "../errors.js";
import { BetweenSchedule, LimitedSchedule } from "./bounds.js";
import type { Calendar } from "./calendar.js";
import type { CronOptions } from "./cron-options.js";
import { checkCronOptions } from "./cron-options.js";
import { FilteredSchedule } from "./filter.js";
import { instantMs } from "./once.js";
import type { ScheduleSpec } from "./parse.js";
import { refuseAfterRun, toSchedule, unionOf } from "./parse.js";
import type { PureSchedule } from "./pure-schedule.js";
import type { Schedule } from "./schedule.js";

/** How far `limit` counts: it does so by going through the fire times once. */
const MAX_COUNT = 1_000_000;

/** Options of `except` and `only`, for a calendar that is told in dates or as an expression. */
export type CalendarOptions = Pick<CronOptions, "timezone" | "dayMatch">;

/**
 * Fires whenever one of the given schedules does; once where several do.
 * @throws InvalidOptionError, InvalidScheduleError
 */
export function union(...specs: readonly ScheduleSpec[]): PureSchedule {
  if (specs.length === 0) throw new InvalidOptionError("union", "at least one schedule", "none");
  return unionOf(specs.map((spec) => toSchedule(spec)));
}

/**
 * The fire times that do not lie in a calendar: holidays, blackout windows. A zone that neither this nor a text says is
 * that of the job, and outside a job the system's.
 * @throws InvalidOptionError, InvalidScheduleError
 */
export function except(spec: ScheduleSpec, calendar: Calendar, options: CalendarOptions = {}): PureSchedule {
  checkCronOptions(options);
  return new FilteredSchedule("except", combinable(spec, options), calendar, options);
}

/**
 * The fire times that lie in a calendar: business days, opening hours.
 * @throws InvalidOptionError, InvalidScheduleError
 */
export function only(spec: ScheduleSpec, calendar: Calendar, options: CalendarOptions = {}): PureSchedule {
  checkCronOptions(options);
  return new FilteredSchedule("only", combinable(spec, options), calendar, options);
}

/**
 * The fire times at or after `from` and before `to`.
 * @throws InvalidOptionError, InvalidScheduleError
 */
export function between(spec: ScheduleSpec, from: Date | number, to: Date | number): PureSchedule {
  const [fromMs, toMs] = [instantMs(from, "from"), instantMs(to, "to")];
  if (fromMs >= toMs) throw new InvalidOptionError("to", "an instant after from", to);
  return new BetweenSchedule(combinable(spec), fromMs, toMs);
}

/**
 * The first `count` fire times after `from`, or after the registration of the job that it is given to.
 * @throws InvalidOptionError, InvalidScheduleError
 */
export function limit(
  spec: ScheduleSpec,
  count: number,
  options: { readonly from?: Date | number } = {},
): PureSchedule {
  if (!Number.isSafeInteger(count) || count < 1 || count > MAX_COUNT) {
    throw new InvalidOptionError("count", `a whole number from 1 to ${MAX_COUNT}`, count);
  }
  const fromMs = options.from === undefined ? null : instantMs(options.from, "from");
  return new LimitedSchedule(combinable(spec), count, fromMs);
}

/** A schedule with a sequence of its own. */
function combinable(spec: ScheduleSpec, options?: CronOptions): Schedule {
  const schedule = toSchedule(spec, options);
  refuseAfterRun(schedule);
  if (schedule.atStart !== true) return schedule;
  throw new InvalidOptionError("schedule", "one whose fire times can be told before", String(schedule));
}
