import type { BitSet } from "./bits.js";
import { hasBit, lowestBit, NONE, nextBit } from "./bits.js";
import { dayOfWeek, daysFromDate, daysInMonth, LAST_DAY, LAST_YEAR, packedDateFromDays } from "./civil.js";
import type { CronField, CronFields } from "./cron-expression.js";
import type { DayMatch, DstPolicy } from "./cron-options.js";
import { daysOfRules } from "./day-rules.js";
import { nextYear } from "./years.js";
import type { LocalRule } from "./zone.js";
import { NEVER } from "./zone.js";

const DAY = 86_400;
const EVERY_MONTH = 0x1ffe;
/** What `#days` has for a kind of month not yet asked for. */
const UNKNOWN = -1;

/** A cron expression as a rule for one wall clock, which knows neither zone nor jump. */
export class CronRule implements LocalRule {
  readonly fillsGap: boolean;
  readonly firstPassOnly: boolean;
  readonly fields: CronFields;
  /** Both days are restricted, and one match suffices. */
  readonly eitherDay: boolean;
  readonly #everyDay: boolean;
  /** The days of a month depend on its date bits alone. */
  readonly #datesOnly: boolean;
  readonly #firstTime: number;
  /** The matching days of each kind of month, by length and first weekday; only where day rules make that worth it. */
  readonly #days: Int32Array | null;

  constructor(fields: CronFields, dayMatch: DayMatch = "or", dst: DstPolicy = "vixie") {
    this.fields = fields;
    const { dayOfMonth, dayOfWeek } = fields;
    this.eitherDay = !dayOfMonth.any && !dayOfWeek.any && dayMatch !== "and" && !fields.bothDays;
    this.#everyDay = dayOfMonth.any && dayOfWeek.any && fields.month.low === EVERY_MONTH && fields.years === null;
    this.#datesOnly = dayOfWeek.any && dayOfMonth.dayRules.length === 0;
    this.#days = dayOfMonth.dayRules.length + dayOfWeek.dayRules.length > 0 ? new Int32Array(28).fill(UNKNOWN) : null;
    // Vixie cron's test for a job of fixed times.
    const fixedTime = !fields.minute.starred && !fields.hour.starred;
    this.fillsGap = fixedTime && dst !== "skip";
    this.firstPassOnly = fixedTime && dst !== "both";
    this.#firstTime = nextBit(fields.hour, 0) * 3_600 + nextBit(fields.minute, 0) * 60 + nextBit(fields.second, 0);
  }

  /** Whether it fires whenever `other` does, and only then, on any wall clock. */
  equals(other: CronRule): boolean {
    const same = (a: CronField, b: CronField): boolean =>
      a.low === b.low && a.high === b.high && JSON.stringify(a.dayRules) === JSON.stringify(b.dayRules);
    const [a, b] = [this.fields, other.fields];
    return (
      same(a.second, b.second) &&
      same(a.minute, b.minute) &&
      same(a.hour, b.hour) &&
      same(a.dayOfMonth, b.dayOfMonth) &&
      same(a.month, b.month) &&
      same(a.dayOfWeek, b.dayOfWeek) &&
      JSON.stringify(a.years) === JSON.stringify(b.years) &&
      this.eitherDay === other.eitherDay &&
      this.fillsGap === other.fillsGap &&
      this.firstPassOnly === other.firstPassOnly
    );
  }

  nextLocal(from: number): number {
    const today = Math.floor(from / DAY);
    const date = this.#everyDay ? 0 : packedDateFromDays(today);
    if (this.#everyDay || this.#matchesDate(date, today)) {
      const time = this.#nextTime(from - today * DAY);
      if (time !== NONE) return today > LAST_DAY ? NEVER : today * DAY + time;
    }
    const day = this.#everyDay ? today + 1 : this.#nextDay(date);
    return day > LAST_DAY ? NEVER : day * DAY + this.#firstTime;
  }

  /** A local time, no earlier than the next minute (or second) of a matching one, up to which every one matches as well. */
  matchesUntil(local: number, unit: 1 | 60): number {
    const [second, minute, hour] = [this.fields.second, this.fields.minute, this.fields.hour].map(isFull);
    if (unit === 1 && !second) return local + 1;
    const length = !minute ? 60 : !hour ? 3_600 : DAY;
    return (Math.floor(local / length) + 1) * length;
  }

  /** The first matching second of a day at or after `from`. */
  #nextTime(from: number): number {
    const { second: seconds, minute: minutes, hour: hours } = this.fields;
    const hour = (from / 3_600) | 0;
    if (hasBit(hours, hour)) {
      const rest = from - hour * 3_600;
      const minute = (rest / 60) | 0;
      if (hasBit(minutes, minute)) {
        const second = nextBit(seconds, rest - minute * 60);
        if (second !== NONE) return hour * 3_600 + minute * 60 + second;
      }
      const nextMinute = nextBit(minutes, minute + 1);
      if (nextMinute !== NONE) return hour * 3_600 + nextMinute * 60 + (this.#firstTime % 60);
    }
    const nextHour = nextBit(hours, hour + 1);
    return nextHour === NONE ? NONE : nextHour * 3_600 + (this.#firstTime % 3_600);
  }

  #matchesDate(date: number, day: number): boolean {
    const month = (date >> 5) & 15;
    if (((this.fields.month.low >>> month) & 1) === 0) return false;
    const { years } = this.fields;
    if (years !== null && nextYear(years, date >> 9) !== date >> 9) return false;
    const dayOfMonth = date & 31;
    return ((this.#daysOf(date >> 9, month, day - dayOfMonth + 1) >>> (dayOfMonth - 1)) & 1) === 1;
  }

  /** The first matching day after a date, or NEVER. */
  #nextDay(date: number): number {
    const months = this.fields.month.low;
    const { years } = this.fields;
    let month = (date >> 5) & 15;
    let days = ((months >>> month) & 1) === 0 ? 0 : -1 << (date & 31);
    let year = years === null ? date >> 9 : nextYear(years, date >> 9);
    if (year !== date >> 9) [month, days] = [lowestBit(months), -1];
    while (year !== NONE && year <= LAST_YEAR) {
      if (days !== 0) days &= this.#daysOf(year, month, this.#datesOnly ? 0 : daysFromDate(year, month, 1));
      if (days !== 0) return daysFromDate(year, month, 1) + lowestBit(days);
      days = -1;
      const later = months & (-2 << month);
      month = lowestBit(later === 0 ? months : later);
      if (later === 0) year = years === null ? year + 1 : nextYear(years, year + 1);
    }
    return NEVER;
  }

  /** The matching days of a month as bits, the first day being bit 0; `firstDay` is that day, counted from 1970-01-01. */
  #daysOf(year: number, month: number, firstDay: number): number {
    const length = daysInMonth(year, month);
    if (this.#datesOnly) return (this.fields.dayOfMonth.low >>> 1) & monthMask(length);
    const firstWeekday = dayOfWeek(firstDay);
    if (this.#days === null) return this.#compute(length, firstWeekday);
    const index = (length - 28) * 7 + firstWeekday;
    if (this.#days[index] === UNKNOWN) this.#days[index] = this.#compute(length, firstWeekday);
    return this.#days[index] as number;
  }

  #compute(length: number, firstWeekday: number): number {
    const { dayOfMonth, dayOfWeek } = this.fields;
    const week = dayOfWeek.low & 127;
    const turned = ((week >>> firstWeekday) | (week << (7 - firstWeekday))) & 127;
    const sameWeekday = turned | (turned << 7) | (turned << 14) | (turned << 21) | (turned << 28);
    const byDate = (dayOfMonth.low >>> 1) | daysOfRules(dayOfMonth.dayRules, length, firstWeekday);
    const byWeekday = sameWeekday | daysOfRules(dayOfWeek.dayRules, length, firstWeekday);
    return (this.eitherDay ? byDate | byWeekday : byDate & byWeekday) & monthMask(length);
  }
}

/** Whether the set holds 0 to 23, or 0 to 59 where it holds more than an hour can be. */
function isFull({ low, high }: BitSet): boolean {
  return low === -1 ? high === 0x0fffffff : low === 0x00ffffff && high === 0;
}

function monthMask(length: number): number {
  return 0x7fffffff >>> (31 - length);
}
