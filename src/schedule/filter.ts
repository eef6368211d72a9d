import { PunctualError } from "../errors.js";
import type { Calendar, InstantSet } from "./calendar.js";
import { readCalendar } from "./calendar.js";
import type { CronOptions } from "./cron-options.js";
import { PureSchedule } from "./pure-schedule.js";
import type { Schedule, ScheduleOwner } from "./schedule.js";
import { sameSchedule } from "./schedule.js";

/** How many fire times in a row may be left out; a predicate that is never true must not be asked for ever. */
const MAX_LEFT_OUT = 1_000_000;

/** The fire times of a schedule that lie in a calendar (`only`), or those that do not (`except`). */
export class FilteredSchedule extends PureSchedule {
  readonly kind: "only" | "except";
  readonly source: Schedule;
  readonly calendar: Calendar;
  readonly #options: CronOptions;
  readonly #set: InstantSet;

  constructor(kind: "only" | "except", source: Schedule, calendar: Calendar, options: CronOptions) {
    super();
    this.kind = kind;
    this.source = source;
    this.calendar = calendar;
    this.#options = options;
    this.#set = readCalendar(calendar, options, "calendar");
  }

  /** @throws PunctualError with code `SCHEDULE_FAILED` when a million fire times in a row are left out */
  next(afterMs: number): number | null {
    const wanted = this.kind === "only";
    let time = this.source.next(afterMs);
    for (let leftOut = 0; time !== null && this.#set.has(time) !== wanted; leftOut++) {
      if (leftOut === MAX_LEFT_OUT)
        throw new PunctualError("SCHEDULE_FAILED", `${this}: left out a million fire times`);
      const change = this.#set.sameUntil(time);
      if (change === Number.POSITIVE_INFINITY) return null;
      // The change itself may be a fire time.
      time = this.source.next(Math.max(time, change - 1));
    }
    return time;
  }

  override bind(owner: ScheduleOwner): Schedule {
    const source = this.source.bind?.(owner) ?? this.source;
    const timezone = this.#options.timezone ?? owner.cron.timezone;
    return new FilteredSchedule(this.kind, source, this.calendar, { ...owner.cron, ...this.#options, timezone });
  }

  equals(other: Schedule): boolean {
    if (!(other instanceof FilteredSchedule) || other.kind !== this.kind) return false;
    const sameOptions = JSON.stringify(this.#options) === JSON.stringify(other.#options);
    return sameOptions && sameSchedule(this.source, other.source) && sameCalendar(this.calendar, other.calendar);
  }

  toString(): string {
    return `${this.kind}(${this.source}, ${JSON.stringify(this.calendar) ?? "predicate"})`;
  }
}

/** Predicates and schedules are compared as objects, the rest as values. */
function sameCalendar(a: Calendar, b: Calendar): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((part, index) => sameCalendar(part, b[index]));
  }
  if (typeof a !== "object" || typeof b !== "object") return false;
  if ("next" in a) return "next" in b && sameSchedule(a, b);
  return "from" in a && "from" in b && Number(a.from) === Number(b.from) && JSON.stringify(a) === JSON.stringify(b);
}
