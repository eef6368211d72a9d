import { NONE, hasBit, lowestBit, nextBit } from "./bits.js";
import { FIRST_DAY, LAST_DAY, dayOfWeek, daysFromDate, daysInMonth, packedDateFromDays } from "./civil.js";
import type { CronField, CronFields } from "./cron-expression.js";
import type { Schedule } from "./schedule.js";
import type { Segment, Zone } from "./zone.js";

const DAY = 86_400;
/** No zone's offset is further from UTC than this, so a span that begins this much earlier is never too late. */
const WIDEST_OFFSET = 2 * DAY;
const EVERY_MONTH = 0x1ffe;

/** How day of month and day of week go together: `or` is either, `and` is both. */
export type DayMatch = "and" | "or";

/** A cron expression in one time zone: pure, frozen, and shared by every job that has the same one. */
export class CronSchedule implements Schedule {
  /** The expression as it was written, without a zone. */
  readonly expression: string;
  readonly #zone: Zone;
  readonly #second: CronField;
  readonly #minute: CronField;
  readonly #hour: CronField;
  readonly #dayOfMonth: CronField;
  readonly #month: CronField;
  readonly #dayOfWeek: CronField;
  readonly #eitherDay: boolean;
  readonly #everyDay: boolean;
  readonly #fixedTime: boolean;
  readonly #firstTime: number;

  constructor(expression: string, fields: CronFields, zone: Zone, dayMatch?: DayMatch) {
    this.expression = expression;
    this.#zone = zone;
    this.#second = fields.second;
    this.#minute = fields.minute;
    this.#hour = fields.hour;
    this.#dayOfMonth = fields.dayOfMonth;
    this.#month = fields.month;
    this.#dayOfWeek = fields.dayOfWeek;
    const bothRestricted = !fields.dayOfMonth.any && !fields.dayOfWeek.any;
    this.#eitherDay = bothRestricted && dayMatch !== "and";
    this.#everyDay = fields.dayOfMonth.any && fields.dayOfWeek.any && fields.month.low === EVERY_MONTH;
    this.#fixedTime = !fields.minute.starred && !fields.hour.starred;
    this.#firstTime = nextBit(fields.hour, 0) * 3_600 + nextBit(fields.minute, 0) * 60 + nextBit(fields.second, 0);
  }

  /** The IANA name of the zone whose wall clock the expression is about. */
  get timezone(): string {
    return this.#zone.name;
  }

  /**
   * As vixie cron has it: a wildcard job fires at every matching reading of the wall clock. A fixed-time job (neither
   * minute nor hour begins with `*`) that a gap swallows fires once at its end, and in an overlap at the first pass only.
   */
  next(afterMs: number): number | null {
    const after = Math.max(Math.floor(afterMs / 1_000), FIRST_DAY * DAY);
    if (!(after < (LAST_DAY + 1) * DAY)) return null;
    const segment = this.#zone.segmentAt(after);
    const from = after + segment.offset + 1;
    const floor = this.#fixedTime && from < segment.fresh ? segment.fresh : from;
    const local = this.#nextLocal(floor);
    if (local === NONE) return null;
    if (local < segment.end + segment.offset) return (local - segment.offset) * 1_000;
    return this.#nextBeyond(segment, floor, local);
  }

  toString(): string {
    return `CRON_TZ=${this.#zone.name} ${this.expression}`;
  }

  /** Goes on where `local`, the first match from `from` on, lies at or after the end of `segment`. */
  #nextBeyond(segment: Segment, from: number, local: number): number | null {
    for (;;) {
      const next = this.#zone.segmentAt(segment.end);
      const begin = next.start + next.offset;
      if (this.#fixedTime && local < begin) return next.start * 1_000;
      // What lies between `from` and `local` is known not to match; an overlap may begin before `from`.
      from = begin < from ? begin : Math.max(begin, local);
      if (this.#fixedTime) from = Math.max(from, next.fresh);
      local = this.#nextLocal(from);
      if (local === NONE) return null;
      // Spans that end long before the next match can hold none: a job of every 29 February passes 16 of them.
      segment = local - WIDEST_OFFSET < next.end ? next : this.#zone.segmentAt(local - WIDEST_OFFSET);
      if (local < segment.end + segment.offset) return (local - segment.offset) * 1_000;
    }
  }

  /** The first matching local second at or after `from`. */
  #nextLocal(from: number): number {
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
