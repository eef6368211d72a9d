import { InvalidOptionError, InvalidScheduleError } from "../errors.js";
import { lowestBit } from "./bits.js";
import { FIRST_DAY } from "./civil.js";
import { fieldPosition, isHashed, readCronExpression } from "./cron-expression.js";
import type { CronOptions } from "./cron-options.js";
import { checkCronOptions } from "./cron-options.js";
import { CronRule } from "./cron-rule.js";
import type { CronParts } from "./cron-schedule.js";
import { CronSchedule } from "./cron-schedule.js";
import { MACROS } from "./macros.js";
import { readPrefixes } from "./prefixes.js";
import { remember } from "./remember.js";
import type { ScheduleOwner } from "./schedule.js";
import { suggestNearest } from "./suggest.js";
import { NEVER, Zone } from "./zone.js";

/** Longer than any expression that means something; what is read must be bounded. */
const MAX_LENGTH = 1_024;
/** Parsed expressions by their options, so that the jobs of a crowd share one schedule. */
const known = new Map<string, Map<string, CronSchedule>>();
const NO_OPTIONS: CronOptions = Object.freeze({});
/** Midnight of the first day, as local seconds. */
const FIRST_LOCAL = FIRST_DAY * 86_400;

/**
 * The schedule of a cron expression (5 to 7 fields, or a macro such as `@daily`), with prefixes; docs/cron.md has the
 * grammar. Given to a job, it takes what its options leave open from there.
 * @throws InvalidScheduleError, InvalidOptionError (codes `INVALID_OPTION`, `INVALID_TIMEZONE`)
 */
export function cron(expression: string, options: CronOptions = NO_OPTIONS): CronSchedule {
  if (typeof expression !== "string") throw new InvalidOptionError("expression", "a cron expression", expression);
  checkCronOptions(options);
  const zone = options.timezone === undefined ? null : Zone.of(options.timezone);
  const kept = knownFor(zone, options);
  const same = kept.get(expression);
  // What an H stands for differs from job to job.
  if (same !== undefined && (options.jobName === undefined || !isHashed(same.parts.rule.fields))) return same;
  const schedule = readCron(expression, zone, options);
  if (options.jobName !== undefined && isHashed(schedule.parts.rule.fields)) return schedule;
  return remember(kept, expression, schedule);
}

function knownFor(zone: Zone | null, { dayMatch, dst }: CronOptions): Map<string, CronSchedule> {
  const name = zone === null ? "" : zone.name;
  const key = dayMatch === undefined && dst === undefined ? name : `${name} ${dayMatch} ${dst}`;
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  const fresh = new Map<string, CronSchedule>();
  known.set(key, fresh);
  return fresh;
}

function readCron(text: string, givenZone: Zone | null, options: CronOptions): CronSchedule {
  if (text.length > MAX_LENGTH) {
    const reason = `expected at most ${MAX_LENGTH} characters, given ${text.length}`;
    throw new InvalidScheduleError(text, MAX_LENGTH, null, reason);
  }
  const prefixes = readPrefixes(text);
  const zone = prefixes.zone ?? givenZone;
  const dst = prefixes.dst ?? options.dst;
  const body = text.slice(prefixes.end).trim();
  const fields = body.startsWith("@")
    ? readCronExpression(expandMacro(text, body))
    : readCronExpression(text, prefixes.end, options.jobName);
  const rule = new CronRule(fields, options.dayMatch, dst);
  refuseImpossible(rule, text, prefixes.end);
  const open = zone === null || dst === undefined || options.dayMatch === undefined;
  return new CronSchedule({
    text,
    prefixes,
    // What the caller has may change.
    options: Object.isFrozen(options) ? options : Object.freeze({ ...options }),
    expression: body.startsWith("@") ? body.toLowerCase() : body,
    rule,
    zone: zone ?? Zone.system(),
    bind: open || (isHashed(fields) && options.jobName === undefined) ? bind : null,
  });
}

/** Reads a text again as a job has it. */
function bind({ text, options, rule }: CronParts, { jobName, cron: ofJob }: ScheduleOwner): CronSchedule {
  return cron(text, {
    timezone: options.timezone ?? ofJob.timezone,
    dayMatch: options.dayMatch ?? ofJob.dayMatch,
    dst: options.dst ?? ofJob.dst,
    jobName: isHashed(rule.fields) ? (options.jobName ?? jobName) : undefined,
  });
}

function expandMacro(text: string, macro: string): string {
  const expression = MACROS.get(macro.toLowerCase());
  if (expression !== undefined) return expression;
  const names = [...MACROS.keys(), "@reboot", "@every", "@after"];
  const reason = `expected one of ${names.join(", ")}, given ${JSON.stringify(macro)}`;
  throw new InvalidScheduleError(text, text.indexOf("@"), null, reason, suggestNearest(macro, names));
}

/** An expression that fires in no year would be searched for ever, and is a mistake. */
function refuseImpossible(rule: CronRule, text: string, start: number): void {
  const { dayOfMonth, dayOfWeek, years } = rule.fields;
  // A day of the week comes on every date some year: it rules nothing out.
  if (dayOfMonth.any && dayOfWeek.dayRules.length === 0 && years === null) return;
  if (rule.nextLocal(FIRST_LOCAL) !== NEVER) return;
  const shift = years === null && text.slice(start).trim().split(/\s+/).length === 5 ? 1 : 0;
  if (years !== null && new CronRule({ ...rule.fields, years: null }, "and").nextLocal(FIRST_LOCAL) !== NEVER) {
    const reason = "no year of the expression has such a day";
    throw new InvalidScheduleError(text, fieldPosition(text, start, 6), "year", reason);
  }
  const first = dayOfMonth.dayRules.length > 0 ? "such a day" : `a day ${lowestBit(dayOfMonth.low)}`;
  const reason = dayOfWeek.any
    ? `no month of the expression has ${first}`
    : "no day of the expression's months is on such a day of the week";
  throw new InvalidScheduleError(text, fieldPosition(text, start, 3 - shift), "day of month", reason);
}
