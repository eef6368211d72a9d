import { CronSchedule } from "../schedule/cron-schedule.js";
import type { Schedule } from "../schedule/schedule.js";

/** A schedule that remembers its last answer. */
class RememberingSchedule implements Schedule {
  readonly schedule: CronSchedule;
  #after = Number.NaN;
  #next: number | null = null;

  constructor(schedule: CronSchedule) {
    this.schedule = schedule;
  }

  next(afterMs: number): number | null {
    if (afterMs !== this.#after) {
      this.#next = this.schedule.next(afterMs);
      this.#after = afterMs;
    }
    return this.#next;
  }
}

/** As many different minutes as `H` can stand for, which are all written alike. */
const MOST_PER_TEXT = 60;

/** Lets jobs with the same cron schedule ask it once: a thousand hourly jobs have one next hour. */
export class SharedSchedules {
  readonly #byText = new Map<string, RememberingSchedule[]>();

  /** One for all jobs that have it. Intervals are not shared: they are called equal also where they count from elsewhere. */
  share(schedule: Schedule): Schedule {
    if (!(schedule instanceof CronSchedule)) return schedule;
    const text = String(schedule);
    const known = this.#byText.get(text) ?? [];
    const same = known.find((other) => other.schedule.equals(schedule));
    if (same !== undefined) return same;
    const shared = new RememberingSchedule(schedule);
    if (known.length < MOST_PER_TEXT) this.#byText.set(text, [...known, shared]);
    return shared;
  }
}
