import { SystemClock } from "../clock/system-clock.js";
import { InvalidOptionError } from "../errors.js";
import type { CronOptions } from "../schedule/cron-options.js";
import { CronSchedule } from "../schedule/cron-schedule.js";
import { instantMs } from "../schedule/once.js";
import type { ScheduleSpec } from "../schedule/parse.js";
import { toSchedule } from "../schedule/parse.js";
import type { Schedule } from "../schedule/schedule.js";
import { Zone } from "../schedule/zone.js";
import type { ScheduleWarning } from "./lint.js";
import { bound, cronSchedulesIn, warningsOf } from "./lint.js";
import { localText } from "./local-text.js";
import { describe, wordsOf } from "./sentence.js";

/** Options of `explain`. */
export interface ExplainOptions extends CronOptions {
  /** Language of the sentence, such as "en" or "pt-BR". @default "en" */
  readonly locale?: string | undefined;
  /** How many fire times are told. @default 5 */
  readonly count?: number | undefined;
  /** From when on: a Date or epoch milliseconds. @default now */
  readonly from?: Date | number | undefined;
}

/** One fire time, told. */
export interface ExplainedFireTime {
  readonly ms: number;
  /** On the wall clock of the zone, with its offset from UTC: `2026-03-08 03:00:00 -04:00`. */
  readonly text: string;
}

/** What a schedule means. As a text it is all of that, on several lines. */
export interface Explanation {
  readonly sentence: string;
  /** IANA name of the zone of the fire times' texts. */
  readonly timezone: string;
  /** The next ones, fewer when the schedule ends or, as after a run, nobody can tell. */
  readonly fireTimes: readonly ExplainedFireTime[];
  readonly warnings: readonly ScheduleWarning[];
  toString(): string;
}

/**
 * Says what a schedule means: a sentence, the next fire times, and what its author may not have meant. Needs the optional
 * peer cronstrue, which knows some thirty languages.
 * @throws InvalidScheduleError, InvalidOptionError, PunctualError with code `PEER_MISSING`
 */
export function explain(spec: ScheduleSpec, options: ExplainOptions = {}): Explanation {
  const { locale = "en", count = 5 } = options;
  if (typeof locale !== "string") throw new InvalidOptionError("locale", 'a locale such as "en" or "pt-BR"', locale);
  if (!Number.isSafeInteger(count) || count < 0)
    throw new InvalidOptionError("count", "a whole number from 0 on", count);
  const fromMs = options.from === undefined ? new SystemClock().now() : instantMs(options.from, "from");
  const schedule = bound(toSchedule(spec, options), fromMs, options);
  const zone = zoneOf(schedule, options);
  const explanation = {
    sentence: describe(schedule, wordsOf(locale)),
    timezone: zone.name,
    fireTimes: fireTimesOf(schedule, fromMs, count).map((ms) => ({ ms, text: localText(zone, ms) })),
    warnings: warningsOf(schedule, fromMs),
  };
  return { ...explanation, toString: () => asText(explanation) };
}

function zoneOf(schedule: Schedule, { timezone }: ExplainOptions): Zone {
  const [first] = cronSchedulesIn(schedule);
  if (schedule instanceof CronSchedule && first !== undefined) return first.parts.zone;
  if (timezone !== undefined) return Zone.of(timezone);
  return first?.parts.zone ?? Zone.system();
}

function fireTimesOf(schedule: Schedule, fromMs: number, count: number): number[] {
  const times: number[] = [];
  const most = schedule.afterRun === true ? Math.min(count, 1) : count;
  for (let time = schedule.next(fromMs); time !== null && times.length < most; time = schedule.next(time)) {
    times.push(time);
  }
  return times;
}

function asText({ sentence, timezone, fireTimes, warnings }: Omit<Explanation, "toString">): string {
  return [
    sentence,
    `next, in ${timezone}:`,
    ...fireTimes.map(({ text }) => `  ${text}`),
    ...(fireTimes.length === 0 ? ["  none"] : []),
    ...warnings.map(({ message }) => `warning: ${message}`),
  ].join("\n");
}
