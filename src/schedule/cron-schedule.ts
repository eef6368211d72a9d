import type { CronRule } from "./cron-rule.js";
import type { Schedule } from "./schedule.js";
import type { Zone } from "./zone.js";

/** A cron expression in one time zone: pure, and shared by every job that has the same one. */
export class CronSchedule implements Schedule {
  /** The expression as it was written, without a zone. */
  readonly expression: string;
  readonly #rule: CronRule;
  readonly #zone: Zone;

  constructor(expression: string, rule: CronRule, zone: Zone) {
    this.expression = expression;
    this.#rule = rule;
    this.#zone = zone;
  }

  /** The IANA name of the zone whose wall clock the expression is about. */
  get timezone(): string {
    return this.#zone.name;
  }

  next(afterMs: number): number | null {
    return this.#zone.nextFireTime(afterMs, this.#rule);
  }

  toString(): string {
    return `CRON_TZ=${this.#zone.name} ${this.expression}`;
  }
}
