import { InvalidOptionError, InvalidScheduleError, PunctualError } from "../errors.js";
import { MACROS, readCronExpression } from "./cron-expression.js";
import type { DayMatch } from "./cron-rule.js";
import { CronRule } from "./cron-rule.js";
import { CronSchedule } from "./cron-schedule.js";
import { every } from "./interval.js";
import { at } from "./once.js";
import type { Schedule } from "./schedule.js";
import { Zone } from "./zone.js";

/** What tells when a job fires: an expression, an instant, or any object with `next(afterMs)`. */
export type ScheduleSpec = string | Date | Schedule;

/** Options of `cron` and `parseSchedule`. */
export interface CronOptions {
  /** IANA name of the zone whose wall clock the expression is about. A `CRON_TZ=` prefix counts before it.
   * @default the system's zone */
  readonly timezone?: string;
  /** When day of month and day of week are both restricted, whether one match suffices or both are needed.
   * @default "or" */
  readonly dayMatch?: DayMatch;
}

const ZONE_PREFIX = /^\s*(?:CRON_)?TZ=(\S*)\s*/;
const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})$/i;
/** How many parsed expressions are kept per zone, so that the jobs of a crowd share one schedule. */
const MAX_KNOWN = 4_096;
const known = new Map<string, Map<string, CronSchedule>>();

/**
 * The schedule of a cron expression (5 or 6 fields, or a macro such as `@daily`).
 * @throws InvalidScheduleError, or InvalidOptionError for an unknown zone
 */
export function cron(expression: string, options: CronOptions = {}): CronSchedule {
  if (typeof expression !== "string") throw new InvalidOptionError("expression", "a cron expression", expression);
  const zone = options.timezone === undefined ? Zone.system() : Zone.of(options.timezone);
  const { dayMatch } = options;
  if (dayMatch !== undefined && dayMatch !== "and" && dayMatch !== "or") {
    throw new InvalidOptionError("dayMatch", '"and" or "or"', dayMatch);
  }
  const kept = knownIn(dayMatch === "and" ? `${zone.name} and` : zone.name);
  const same = kept.get(expression);
  if (same !== undefined) return same;
  const schedule = readCron(expression, zone, dayMatch);
  if (kept.size >= MAX_KNOWN) kept.clear();
  kept.set(expression, schedule);
  return schedule;
}

/**
 * The schedule of a text: a cron expression, `@daily` and its like, `@every 1h30m`, or an ISO 8601 instant with offset.
 * @throws InvalidScheduleError, or InvalidOptionError for an unknown zone
 */
export function parseSchedule(text: string, options: CronOptions = {}): Schedule {
  if (typeof text !== "string") throw new InvalidOptionError("schedule", "a text", text);
  const first = text.trimStart();
  if (/^@every(\s|$)/i.test(first)) return readEvery(text, first);
  if (ISO_INSTANT.test(text.trim())) return at(new Date(text.trim()));
  return cron(text, options);
}

/** As parseSchedule, for whatever else a user may give.
 * @throws InvalidOptionError when it is none of these */
export function toSchedule(spec: ScheduleSpec, options: CronOptions = {}): Schedule {
  if (typeof spec === "string") return parseSchedule(spec, options);
  if (spec instanceof Date) return at(spec);
  if (typeof spec === "object" && spec !== null && typeof spec.next === "function") return spec;
  throw new InvalidOptionError("schedule", "a cron expression, a Date or an object with next(afterMs)", spec);
}

function readCron(text: string, zone: Zone, dayMatch: DayMatch | undefined): CronSchedule {
  const prefix = ZONE_PREFIX.exec(text);
  const start = prefix?.[0].length ?? 0;
  const ownZone = prefix === null ? zone : zoneOfPrefix(text, prefix[1] ?? "");
  const body = text.slice(start).trim();
  if (!body.startsWith("@")) {
    const fields = readCronExpression(text, start, dayMatch === "and");
    return new CronSchedule(body, new CronRule(fields, dayMatch), ownZone);
  }
  const expanded = MACROS.get(body.toLowerCase());
  if (expanded === undefined) {
    const names = [...MACROS.keys()].join(", ");
    throw new InvalidScheduleError(text, text.indexOf("@"), null, `expected one of ${names}, @every, given ${body}`);
  }
  return new CronSchedule(body.toLowerCase(), new CronRule(readCronExpression(expanded)), ownZone);
}

function zoneOfPrefix(text: string, name: string): Zone {
  try {
    return Zone.of(name);
  } catch (error) {
    if (!(error instanceof PunctualError)) throw error;
    throw new InvalidScheduleError(text, text.indexOf("=") + 1, "time zone", `${JSON.stringify(name)} is not known`);
  }
}

function readEvery(text: string, trimmed: string): Schedule {
  const duration = trimmed.slice("@every".length).trim();
  try {
    return every(duration);
  } catch (error) {
    if (!(error instanceof PunctualError)) throw error;
    const position = duration === "" ? text.trimEnd().length : text.indexOf(duration);
    throw new InvalidScheduleError(text, position, "duration", 'expected a duration of 1 ms or more, such as "1h30m"');
  }
}

function knownIn(key: string): Map<string, CronSchedule> {
  let kept = known.get(key);
  if (kept === undefined) {
    kept = new Map();
    known.set(key, kept);
  }
  return kept;
}
