import type { DayMatch, DstPolicy } from "./cron-options.js";
import type { CronRule } from "./cron-rule.js";
import { PureSchedule } from "./pure-schedule.js";
import type { Schedule, ScheduleOwner } from "./schedule.js";
import type { Zone } from "./zone.js";

/** What a cron schedule is made of. */
export interface CronParts {
  /** The expression as it was written, without prefixes. */
  readonly expression: string;
  readonly rule: CronRule;
  readonly zone: Zone;
  /** What has been said of it; what has not is open, and taken from the job. */
  readonly given: {
    readonly zone: boolean;
    readonly dayMatch?: DayMatch | undefined;
    readonly dst?: DstPolicy | undefined;
  };
  /** Reads it again for a job; `null` when nothing is open. */
  readonly bind: ((owner: ScheduleOwner) => CronSchedule) | null;
}

/** A cron expression in one time zone: pure, and shared by every job that has the same one. */
export class CronSchedule extends PureSchedule {
  readonly #parts: CronParts;
  readonly #rule: CronRule;
  readonly #zone: Zone;

  /** Made by `cron`. @internal */
  constructor(parts: CronParts) {
    super();
    this.#parts = parts;
    this.#rule = parts.rule;
    this.#zone = parts.zone;
  }

  /** The expression as it was written, without zone and other prefixes. */
  get expression(): string {
    return this.#parts.expression;
  }

  /** The IANA name of the zone whose wall clock the expression is about. */
  get timezone(): string {
    return this.#zone.name;
  }

  /** What it is made of, for those who explain it. @internal */
  get parts(): CronParts {
    return this.#parts;
  }

  next(afterMs: number): number | null {
    return this.#zone.nextFireTime(afterMs, this.#rule);
  }

  /** Whether the second that contains the instant is a fire time. */
  override matches(instant: number | Date): boolean {
    return super.matches(Math.floor(Number(instant) / 1_000) * 1_000);
  }

  override bind(owner: ScheduleOwner): Schedule {
    return this.#parts.bind?.(owner) ?? this;
  }

  equals(other: Schedule): boolean {
    if (!(other instanceof CronSchedule) || !this.#rule.equals(other.#rule)) return false;
    return other.#zone.canonicalName === this.#zone.canonicalName;
  }

  toString(): string {
    const { expression, given } = this.#parts;
    const zone = given.zone ? `CRON_TZ=${this.#zone.name} ` : "";
    const dst = given.dst === undefined || given.dst === "vixie" ? "" : `CRON_DST=${given.dst} `;
    const { dayOfMonth, dayOfWeek } = this.#rule.fields;
    const both = given.dayMatch === "and" && !dayOfMonth.any && !dayOfWeek.any;
    return zone + dst + (both ? withBothDays(expression) : expression);
  }
}

/** The expression with the `+` that asks for both days. */
function withBothDays(expression: string): string {
  const fields = expression.split(/\s+/);
  const weekday = fields.length === 5 ? 4 : 5;
  const field = fields[weekday];
  if (field === undefined || field.startsWith("+")) return expression;
  fields[weekday] = `+${field}`;
  return fields.join(" ");
}
