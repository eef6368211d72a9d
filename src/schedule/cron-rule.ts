import type { BitSet } from "./bits.js";
import { hasBit, lowestBit, NONE, nextBit } from "./bits.js";
import { dayOfWeek, daysFromDate, daysInMonth, LAST_DAY, packedDateFromDays } from "./civil.js";
import type { CronFields } from "./cron-expression.js";
import type { LocalRule } from "./zone.js";

const DAY = 86_400;
const EVERY_MONTH = 0x1ffe;

/** How day of month and day of week go together: `or` is either, `and` is both. */
export type DayMatch = "and" | "or";

/** A cron expression as a rule for one wall clock, which knows neither zone nor jump. */
export class CronRule implements LocalRule {
  /** Neither minute nor hour begins with `*`: vixie cron's test for a job of fixed times. */
  readonly fixedTime: boolean;
  readonly #second: BitSet;
  readonly #minute: BitSet;
  readonly #hour: BitSet;
  readonly #dayOfMonth: BitSet;
  readonly #month: BitSet;
  readonly #dayOfWeek: BitSet;
  readonly #eitherDay: boolean;
  readonly #everyDay: boolean;
  readonly #firstTime: number;

  constructor(fields: CronFields, dayMatch?: DayMatch) {
    this.#second = fields.second;
    this.#minute = fields.minute;
    this.#hour = fields.hour;
    this.#dayOfMonth = fields.dayOfMonth;
    this.#month = fields.month;
    this.#dayOfWeek = fields.dayOfWeek;
    const bothRestricted = !fields.dayOfMonth.any && !fields.dayOfWeek.any;
    this.#eitherDay = bothRestricted && dayMatch !== "and";
    this.#everyDay = fields.dayOfMonth.any && fields.dayOfWeek.any && fields.month.low === EVERY_MONTH;
    this.fixedTime = !fields.minute.starred && !fields.hour.starred;
    this.#firstTime = nextBit(fields.hour, 0) * 3_600 + nextBit(fields.minute, 0) * 60 + nextBit(fields.second, 0);
  }

  /** The first matching local second at or after `from`. */
  nextLocal(from: number): number {
    const today = Math.floor(from / DAY);
    const date = this.#everyDay ? 0 : packedDateFromDays(today);
    if (this.#everyDay || this.#matchesDate(date, today)) {
      const time = this.#nextTime(from - today * DAY);
      if (time !== NONE) return today > LAST_DAY ? NONE : today * DAY + time;
    }
    const day = this.#everyDay ? today + 1 : this.#nextDay(date, today);
    return day === NONE || day > LAST_DAY ? NONE : day * DAY + this.#firstTime;
  }

  /** The first matching second of a day at or after `from`. */
  #nextTime(from: number): number {
    const hour = (from / 3_600) | 0;
    if (hasBit(this.#hour, hour)) {
      const rest = from - hour * 3_600;
      const minute = (rest / 60) | 0;
      if (hasBit(this.#minute, minute)) {
        const second = nextBit(this.#second, rest - minute * 60);
        if (second !== NONE) return hour * 3_600 + minute * 60 + second;
      }
      const nextMinute = nextBit(this.#minute, minute + 1);
      if (nextMinute !== NONE) return hour * 3_600 + nextMinute * 60 + (this.#firstTime % 60);
    }
    const nextHour = nextBit(this.#hour, hour + 1);
    return nextHour === NONE ? NONE : nextHour * 3_600 + (this.#firstTime % 3_600);
  }

  #matchesDate(date: number, day: number): boolean {
    const month = (date >> 5) & 15;
    if (((this.#month.low >>> month) & 1) === 0) return false;
    const dayOfMonth = date & 31;
    const first = dayOfWeek(day - dayOfMonth + 1);
    return ((this.#daysOf(date >> 9, month, first) >>> (dayOfMonth - 1)) & 1) === 1;
  }

  /** The first matching day after `day`, whose date is `date`. */
  #nextDay(date: number, day: number): number {
    let year = date >> 9;
    let month = (date >> 5) & 15;
    let passed = date & 31;
    let firstDay = day - passed + 1;
    while (firstDay <= LAST_DAY) {
      if (((this.#month.low >>> month) & 1) === 1) {
        const days = passed > 30 ? 0 : this.#daysOf(year, month, dayOfWeek(firstDay)) & (-1 << passed);
        if (days !== 0) return firstDay + lowestBit(days);
      }
      const nextMonth = nextBit(this.#month, month + 1);
      year += nextMonth === NONE ? 1 : 0;
      month = nextMonth === NONE ? nextBit(this.#month, 1) : nextMonth;
      firstDay = daysFromDate(year, month, 1);
      passed = 0;
    }
    return NONE;
  }

  /** The matching days of a month as bits, the first day being bit 0, given the weekday of that first day. */
  #daysOf(year: number, month: number, firstWeekday: number): number {
    const byDate = this.#dayOfMonth.low >>> 1;
    const week = this.#dayOfWeek.low & 127;
    const turned = ((week >>> firstWeekday) | (week << (7 - firstWeekday))) & 127;
    const byWeekday = turned | (turned << 7) | (turned << 14) | (turned << 21) | (turned << 28);
    const matching = this.#eitherDay ? byDate | byWeekday : byDate & byWeekday;
    return matching & (0x7fffffff >>> (31 - daysInMonth(year, month)));
  }
}
