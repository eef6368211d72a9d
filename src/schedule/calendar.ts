import { InvalidOptionError } from "../errors.js";
import { daysFromDate, daysInMonth } from "./civil.js";
import { cron } from "./cron.js";
import type { CronOptions } from "./cron-options.js";
import { CronSchedule } from "./cron-schedule.js";
import { instantMs } from "./once.js";
import type { Schedule } from "./schedule.js";
import { Zone } from "./zone.js";

/**
 * A set of instants, such as holidays or a blackout window: a date (`"2026-12-25"`, the whole day), a range of dates or of
 * instants (dates: both included; instants: `to` not), a cron expression or schedule (an expression of five fields stands
 * for its whole minutes, one with seconds for its seconds), a predicate over epoch milliseconds, or several of these.
 */
export type Calendar =
  | string
  | { readonly from: string; readonly to: string }
  | { readonly from: Date | number; readonly to: Date | number }
  | ((instantMs: number) => boolean)
  | Schedule
  | readonly Calendar[];

/** A calendar, read. */
export interface InstantSet {
  has(instantMs: number): boolean;
  /** An instant after the given one before which nothing changes; Infinity when nothing changes any more. */
  sameUntil(instantMs: number): number;
}

const DAY = 86_400;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Reads a calendar; `path` names it in errors. @throws InvalidOptionError, InvalidScheduleError */
export function readCalendar(calendar: Calendar, options: CronOptions, path: string): InstantSet {
  const zone = options.timezone === undefined ? Zone.system() : Zone.of(options.timezone);
  if (typeof calendar === "string") {
    if (!/^\d{4}-/.test(calendar)) return cronSet(cron(calendar, options));
    const day = dayOf(calendar, path);
    return dateRange(zone, day, day);
  }
  if (typeof calendar === "function") return { has: (ms) => Boolean(calendar(ms)), sameUntil: (ms) => ms + 1 };
  if (Array.isArray(calendar)) {
    return anyOf(calendar.map((part: Calendar, index) => readCalendar(part, options, `${path}[${index}]`)));
  }
  if (calendar instanceof CronSchedule) return cronSet(calendar);
  if (typeof calendar === "object" && calendar !== null) {
    if ("next" in calendar && typeof calendar.next === "function") return scheduleSet(calendar);
    if ("from" in calendar) return readRange(calendar, zone, path);
  }
  const expected = "a date, { from, to }, a cron expression, a schedule, a predicate or an array of these";
  throw new InvalidOptionError(path, expected, calendar);
}

function readRange({ from, to }: Extract<Calendar, { from: unknown }>, zone: Zone, path: string): InstantSet {
  if (typeof from === "string" && typeof to === "string") {
    const [first, last] = [dayOf(from, `${path}.from`), dayOf(to, `${path}.to`)];
    if (first > last) throw new InvalidOptionError(`${path}.to`, `a date not before ${from}`, to);
    return dateRange(zone, first, last);
  }
  const [start, end] = [instantMs(from as Date, `${path}.from`), instantMs(to as Date, `${path}.to`)];
  if (start >= end) throw new InvalidOptionError(`${path}.to`, "an instant after from", to);
  return {
    has: (ms) => ms >= start && ms < end,
    sameUntil: (ms) => (ms < start ? start : ms < end ? end : Number.POSITIVE_INFINITY),
  };
}

/** Days since 1970-01-01 of a date text. */
function dayOf(text: string, path: string): number {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  const valid = year && month && day && month <= 12 && day <= daysInMonth(year, month);
  if (valid) return daysFromDate(year, month, day);
  throw new InvalidOptionError(path, 'a date such as "2026-12-25"', text);
}

/** The instants at which the wall clock shows one of the days. */
function dateRange(zone: Zone, first: number, last: number): InstantSet {
  const [start, end] = [first * DAY, (last + 1) * DAY];
  return {
    has: (ms) => {
      const local = zone.localSecond(ms);
      return local >= start && local < end;
    },
    sameUntil: (ms) => {
      const local = zone.localSecond(ms);
      return zone.sameUntil(ms, local < start ? start : local < end ? end : Number.POSITIVE_INFINITY);
    },
  };
}

/** The readings of the wall clock that match; unlike fire times, they know no rule for gaps and overlaps. */
function cronSet({ parts: { rule, zone, expression } }: CronSchedule): InstantSet {
  const unit = expression.startsWith("@") || expression.split(/\s+/).length === 5 ? 60 : 1;
  const unitOf = (ms: number): number => Math.floor(zone.localSecond(ms) / unit) * unit;
  const has = (ms: number): boolean => rule.nextLocal(unitOf(ms)) < unitOf(ms) + unit;
  return {
    has,
    sameUntil: (ms) => zone.sameUntil(ms, has(ms) ? rule.matchesUntil(unitOf(ms), unit) : rule.nextLocal(unitOf(ms))),
  };
}

function scheduleSet(schedule: Schedule): InstantSet {
  const has = (ms: number): boolean => schedule.next(ms - 1) === ms;
  return { has, sameUntil: (ms) => (has(ms) ? ms + 1 : (schedule.next(ms) ?? Number.POSITIVE_INFINITY)) };
}

function anyOf(sets: readonly InstantSet[]): InstantSet {
  return {
    has: (ms) => sets.some((set) => set.has(ms)),
    sameUntil: (ms) => Math.min(...sets.map((set) => set.sameUntil(ms))),
  };
}
