import { SystemClock } from "../clock/system-clock.js";
import { FilteredSchedule } from "../schedule/filter.js";
import { BetweenSchedule, LimitedSchedule } from "../schedule/bounds.js";
import type { CronOptions } from "../schedule/cron-options.js";
import { CronSchedule } from "../schedule/cron-schedule.js";
import { instantMs } from "../schedule/once.js";
import type { ScheduleSpec } from "../schedule/parse.js";
import { toSchedule } from "../schedule/parse.js";
import type { Schedule } from "../schedule/schedule.js";
import { UnionSchedule } from "../schedule/union.js";
import type { DstEffect } from "./dst-days.js";
import { dstEffects } from "./dst-days.js";

/** What a warning is about; docs/cron.md explains each. */
export type WarningCode =
  | "NEVER_FIRES"
  | "LEAP_DAY_ONLY"
  | "SHORT_MONTHS"
  | "EITHER_DAY"
  | "EVERY_SECOND"
  | "MINUTE_ZERO"
  | "DST_MOVED"
  | "DST_SKIPPED"
  | "DST_DOUBLED";

/** Something about a schedule that its author may not have meant. Branch on `code`; messages may change. */
export interface ScheduleWarning {
  readonly code: WarningCode;
  readonly message: string;
  /** The local dates it is about, if it is about some. */
  readonly dates: readonly string[];
}

/** Options of `lint`. */
export interface LintOptions extends CronOptions {
  /** From when on fires are looked at: a Date or epoch milliseconds. @default now */
  readonly from?: Date | number | undefined;
}

/**
 * What the author of a schedule may not have meant, with the dates of a year ahead where summer time is concerned.
 * @throws InvalidScheduleError, InvalidOptionError
 */
export function lint(spec: ScheduleSpec, options: LintOptions = {}): ScheduleWarning[] {
  const fromMs = options.from === undefined ? new SystemClock().now() : instantMs(options.from, "from");
  return warningsOf(bound(toSchedule(spec, options), fromMs, options), fromMs);
}

/** The schedule as a job has it that is registered at an instant. */
export function bound(schedule: Schedule, fromMs: number, options: CronOptions): Schedule {
  const { timezone, dayMatch, dst, jobName = "" } = options;
  return schedule.bind?.({ jobName, registeredAtMs: fromMs, cron: { timezone, dayMatch, dst } }) ?? schedule;
}

/** As lint, for a schedule and an instant. */
export function warningsOf(schedule: Schedule, fromMs: number): ScheduleWarning[] {
  const warnings = cronSchedulesIn(schedule).flatMap((cron) => [...fieldWarnings(cron), ...dstWarnings(cron, fromMs)]);
  if (schedule.atStart !== true && schedule.next(fromMs) === null) {
    warnings.unshift(warning("NEVER_FIRES", "never fires: its last fire time has passed"));
  }
  return warnings.filter(({ message }, index) => warnings.findIndex((other) => other.message === message) === index);
}

/** The cron schedules that a schedule is put together from. */
export function cronSchedulesIn(schedule: Schedule): CronSchedule[] {
  if (schedule instanceof CronSchedule) return [schedule];
  if (schedule instanceof UnionSchedule) return schedule.parts.flatMap(cronSchedulesIn);
  const wrapped =
    schedule instanceof FilteredSchedule || schedule instanceof BetweenSchedule || schedule instanceof LimitedSchedule;
  return wrapped ? cronSchedulesIn(schedule.source) : [];
}

function fieldWarnings(schedule: CronSchedule): ScheduleWarning[] {
  const { rule, expression } = schedule.parts;
  const { second, minute, dayOfMonth, dayOfWeek, month } = rule.fields;
  const found: ScheduleWarning[] = [];
  const byDateOnly = dayOfWeek.any && dayOfMonth.dayRules.length === 0;
  const from29 = byDateOnly && (dayOfMonth.low & ~(0b111 << 29)) === 0;
  if (from29 && month.low === 0b100) {
    found.push(warning("LEAP_DAY_ONLY", "fires on 29 February only, in leap years"));
  } else if (from29) {
    found.push(warning("SHORT_MONTHS", "does not fire in months that lack the day; L is the last day of every month"));
  }
  if (rule.eitherDay) {
    const message =
      "day of month and day of week are both restricted: either may match; + before the latter asks for both";
    found.push(warning("EITHER_DAY", message));
  }
  const fields = expression.split(/\s+/);
  if (fields.length > 5 && fields[0] === "*") {
    found.push(
      warning("EVERY_SECOND", "fires every second of each matching minute: with 6 fields the first is the second"),
    );
  }
  if (minute.low === 1 && minute.high === 0 && second.low === 1 && second.high === 0) {
    found.push(
      warning("MINUTE_ZERO", "fires at minute 0, when most schedules do: H, or another minute, spreads the load"),
    );
  }
  return found;
}

function dstWarnings(schedule: CronSchedule, fromMs: number): ScheduleWarning[] {
  const effects = dstEffects(schedule, fromMs);
  const codes = { moved: "DST_MOVED", skipped: "DST_SKIPPED", doubled: "DST_DOUBLED" } as const;
  return (Object.keys(codes) as DstEffect["kind"][]).flatMap((kind) => {
    const ofKind = effects.filter((effect) => effect.kind === kind);
    if (ofKind.length === 0) return [];
    const message = ofKind.map(({ date, text }) => `on ${date} ${text}`).join("; ");
    return [{ code: codes[kind], message, dates: ofKind.map(({ date }) => date) }];
  });
}

function warning(code: WarningCode, message: string): ScheduleWarning {
  return { code, message, dates: [] };
}
