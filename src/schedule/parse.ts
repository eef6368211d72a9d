import { InvalidOptionError, InvalidScheduleError, PunctualError, show } from "../errors.js";
import { cron } from "./cron.js";
import type { CronOptions } from "./cron-options.js";
import { after } from "./delay.js";
import { every } from "./interval.js";
import { at } from "./once.js";
import { readPrefixes } from "./prefixes.js";
import { RebootSchedule } from "./reboot.js";
import type { Schedule } from "./schedule.js";
import { suggestDuration } from "./suggest.js";
import { UnionSchedule } from "./union.js";

/** What tells when a job fires: a text, an instant, any object with `next(afterMs)`, or several of these. */
export type ScheduleSpec = string | Date | Schedule | readonly ScheduleSpec[];

/** What is no cron expression: an interval, a delay, the start, or an instant. */
const OTHER = /^\s*(?:\w+=\S*\s+)*(?:@(every|after|reboot)(?=\s|$)|\d{4}-\d{2}-\d{2}T)/i;
const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/i;

/**
 * The schedule of a text: a cron expression, `@daily` and its like, `@every 1h30m`, `@after 5m`, `@reboot`, or an ISO 8601
 * instant with offset; docs/cron.md has the grammar.
 * @throws InvalidScheduleError, InvalidOptionError (codes `INVALID_OPTION`, `INVALID_TIMEZONE`)
 */
export function parseSchedule(text: string, options?: CronOptions): Schedule {
  if (typeof text !== "string") throw new InvalidOptionError("schedule", "a text", text);
  const other = OTHER.exec(text);
  if (other === null) return cron(text, options);
  const { end } = readPrefixes(text);
  const body = text.slice(end).trim();
  const [, macro] = other;
  if (macro === undefined) return readInstant(text, body);
  const rest = body.slice(1 + macro.length).trim();
  if (macro.toLowerCase() !== "reboot")
    return readDuration(text, macro.toLowerCase() === "every" ? every : after, rest);
  if (rest === "") return new RebootSchedule();
  throw new InvalidScheduleError(text, text.lastIndexOf(rest), null, "expected nothing after @reboot");
}

/** As parseSchedule, for whatever else a user may give; several are one that fires whenever one of them does.
 * @throws InvalidOptionError when it is none of these */
export function toSchedule(spec: ScheduleSpec, options?: CronOptions): Schedule {
  if (typeof spec === "string") return parseSchedule(spec, options);
  if (spec instanceof Date) return at(spec);
  if (Array.isArray(spec) && spec.length > 0) {
    const parts = spec.map((part) => toSchedule(part, options));
    return parts.length === 1 ? (parts[0] as Schedule) : unionOf(parts);
  }
  if (isSchedule(spec)) return spec;
  const expected = "a cron expression, a Date, an object with next(afterMs) or an array of these";
  throw new InvalidOptionError("schedule", expected, spec);
}

/** The schedule that fires whenever one of the parts does. @throws InvalidOptionError */
export function unionOf(parts: readonly Schedule[]): UnionSchedule {
  for (const part of parts) refuseAfterRun(part);
  return new UnionSchedule(parts);
}

/** @throws InvalidOptionError for a delay, which has no sequence that could be combined */
export function refuseAfterRun(schedule: Schedule): void {
  if (schedule.afterRun !== true) return;
  throw new InvalidOptionError("schedule", "one that does not depend on its job's runs", String(schedule));
}

function isSchedule(spec: ScheduleSpec): spec is Schedule {
  return typeof spec === "object" && spec !== null && "next" in spec && typeof spec.next === "function";
}

function readInstant(text: string, body: string): Schedule {
  const instant = ISO_INSTANT.test(body) ? new Date(body) : null;
  if (instant !== null && !Number.isNaN(instant.getTime())) return at(instant);
  const reason = `expected an instant with its offset from UTC, given ${show(body)}`;
  throw new InvalidScheduleError(text, text.indexOf(body), "instant", reason, "such as 2027-01-01T00:00:00Z");
}

function readDuration(text: string, make: (duration: string) => Schedule, duration: string): Schedule {
  try {
    return make(duration);
  } catch (error) {
    if (!(error instanceof PunctualError)) throw error;
    const position = duration === "" ? text.trimEnd().length : text.lastIndexOf(duration);
    const reason = 'expected a duration of 1 ms or more, such as "1h30m"';
    throw new InvalidScheduleError(text, position, "duration", reason, suggestDuration(duration));
  }
}
