import type { CronOptions } from "./cron-options.js";
import type { CronRule } from "./cron-rule.js";
import type { Prefixes } from "./prefixes.js";
import { PureSchedule } from "./pure-schedule.js";
import type { Schedule, ScheduleOwner } from "./schedule.js";
import type { Zone } from "./zone.js";

/** What a cron schedule is made of. */
export interface CronParts {
  /** As it was written, with its prefixes. */
  readonly text: string;
  readonly prefixes: Prefixes;
  readonly options: CronOptions;
  /** The expression as it was written, without prefixes. */
  readonly expression: string;
  readonly rule: CronRule;
  readonly zone: Zone;
  /** Reads the text again for a job; `null` when nothing is open. */
  readonly bind: ((parts: CronParts, owner: ScheduleOwner) => CronSchedule) | null;
}

/**
 * A cron expression in one time zone: pure, and shared by every job that has the same one. There may be a million of them, so
 * its parts are its own fields, and what many have in common is one object for all (docs/benchmarks.md: heap per job).
 */
export class CronSchedule extends PureSchedule {
  readonly #text: string;
  readonly #prefixes: Prefixes;
  readonly #options: CronOptions;
  readonly #expression: string;
  readonly #rule: CronRule;
  readonly #zone: Zone;
  readonly #bind: CronParts["bind"];

  /** Made by `cron`. @internal */
  constructor({ text, prefixes, options, expression, rule, zone, bind }: CronParts) {
    super();
    this.#text = text;
    this.#prefixes = prefixes;
    this.#options = options;
    this.#expression = expression;
    this.#rule = rule;
    this.#zone = zone;
    this.#bind = bind;
  }

  /** The expression as it was written, without zone and other prefixes. */
  get expression(): string {
    return this.#expression;
  }

  /** The IANA name of the zone whose wall clock the expression is about. */
  get timezone(): string {
    return this.#zone.name;
  }

  /** What it is made of, for those who explain it. @internal */
  get parts(): CronParts {
    return {
      text: this.#text,
      prefixes: this.#prefixes,
      options: this.#options,
      expression: this.#expression,
      rule: this.#rule,
      zone: this.#zone,
      bind: this.#bind,
    };
  }

  next(afterMs: number): number | null {
    return this.#zone.nextFireTime(afterMs, this.#rule);
  }

  /** Whether the second that contains the instant is a fire time. */
  override matches(instant: number | Date): boolean {
    return super.matches(Math.floor(Number(instant) / 1_000) * 1_000);
  }

  override bind(owner: ScheduleOwner): Schedule {
    return this.#bind?.(this.parts, owner) ?? this;
  }

  equals(other: Schedule): boolean {
    if (!(other instanceof CronSchedule) || !this.#rule.equals(other.#rule)) return false;
    return other.#zone.canonicalName === this.#zone.canonicalName;
  }

  toString(): string {
    const expression = this.#expression;
    const { timezone, dayMatch } = this.#options;
    const policy = this.#prefixes.dst ?? this.#options.dst;
    const zone = this.#prefixes.zone !== null || timezone !== undefined ? `CRON_TZ=${this.#zone.name} ` : "";
    const dst = policy === undefined || policy === "vixie" ? "" : `CRON_DST=${policy} `;
    const { dayOfMonth, dayOfWeek } = this.#rule.fields;
    const both = dayMatch === "and" && !dayOfMonth.any && !dayOfWeek.any;
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
