import { createRequire } from "node:module";
import type { Options } from "cronstrue/dist/options.js";
import { InvalidOptionError, PunctualError } from "../errors.js";
import type { CronField } from "../schedule/cron-expression.js";
import { BetweenSchedule, LimitedSchedule } from "../schedule/bounds.js";
import { CronSchedule } from "../schedule/cron-schedule.js";
import { DelaySchedule } from "../schedule/delay.js";
import { durationText } from "../schedule/duration.js";
import { FilteredSchedule } from "../schedule/filter.js";
import { IntervalSchedule } from "../schedule/interval.js";
import { OnceSchedule } from "../schedule/once.js";
import { RebootSchedule } from "../schedule/reboot.js";
import type { Schedule } from "../schedule/schedule.js";
import { UnionSchedule } from "../schedule/union.js";
import { MACROS } from "../schedule/macros.js";

interface Cronstrue {
  toString(expression: string, options: Options): string;
  readonly default: { readonly locales: Readonly<Record<string, unknown>> };
}

let english: Cronstrue | undefined;
let international: Cronstrue | undefined;

/** Where sentences come from, and in which language. */
export interface Words {
  readonly cronstrue: Cronstrue;
  readonly locale: string;
}

/** Any schedule as a sentence; for what is no cron expression in English, or as its own text. */
export function describe(schedule: Schedule, words: Words): string {
  if (schedule instanceof CronSchedule) return sentenceOf(schedule, words);
  if (schedule instanceof UnionSchedule) return schedule.parts.map((part) => describe(part, words)).join("; ");
  if (schedule instanceof FilteredSchedule) {
    const calendar = JSON.stringify(schedule.calendar) ?? "a predicate";
    return `${describe(schedule.source, words)}, ${schedule.kind} ${calendar}`;
  }
  if (schedule instanceof LimitedSchedule) return `${describe(schedule.source, words)}, ${schedule.count} times`;
  if (schedule instanceof BetweenSchedule) {
    const [from, to] = [schedule.fromMs, schedule.toMs].map((ms) => new Date(ms).toISOString());
    return `${describe(schedule.source, words)}, from ${from} until ${to}`;
  }
  if (schedule instanceof IntervalSchedule) return `Every ${durationText(schedule.everyMs)}`;
  if (schedule instanceof DelaySchedule) return `${durationText(schedule.delayMs)} after the end of the run before`;
  if (schedule instanceof OnceSchedule) return `Once, at ${schedule}`;
  return schedule instanceof RebootSchedule ? "When the scheduler starts" : "A schedule of its own";
}

/**
 * A cron schedule as a sentence. cronstrue knows most of the grammar; what it does not is put into its words, or taken to
 * pieces: one sentence for each item of a list of days.
 */
function sentenceOf(schedule: CronSchedule, words: Words): string {
  const fields = plainFields(schedule);
  const whole = tell(fields, schedule, words);
  if (whole !== null) return whole;
  const pieces = singleDays(fields, schedule.parts.rule.eitherDay);
  return [...new Set(pieces.map((piece) => tell(piece, schedule, words) ?? JSON.stringify(piece.join(" "))))].join(
    "; ",
  );
}

/** The same schedule as several that have no list of days. */
function singleDays(fields: readonly string[], eitherDay: boolean): string[][] {
  const [day, weekday] = fields.length === 5 ? [2, 4] : [3, 5];
  const [days, weekdays] = [day, weekday].map((index) => (fields[index] as string).split(","));
  const pieceOf = (date: string, name: string): string[] =>
    fields.map((field, index) => (index === day ? date : index === weekday ? name : field));
  if (!eitherDay) return (days ?? []).flatMap((date) => (weekdays ?? []).map((name) => pieceOf(date, name)));
  return [...(days ?? []).map((date) => pieceOf(date, "*")), ...(weekdays ?? []).map((name) => pieceOf("*", name))];
}

function tell(fields: readonly string[], schedule: CronSchedule, { cronstrue, locale }: Words): string | null {
  const { rule } = schedule.parts;
  const options: Options = {
    locale,
    use24HourTimeFormat: true,
    logicalAndDayFields: !rule.eitherDay,
    throwExceptionOnParseError: true,
  };
  try {
    return cronstrue.toString(fields.join(" "), options);
  } catch {
    return null;
  }
}

/** The fields in the words of cronstrue: no macro, no `+`, no `#L`, and a hash as what it stands for. */
function plainFields({ parts: { expression, rule } }: CronSchedule): string[] {
  const fields = (MACROS.get(expression) ?? expression).split(/\s+/);
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = rule.fields;
  const read = [second, minute, hour, dayOfMonth, month, dayOfWeek].slice(fields.length === 5 ? 1 : 0);
  return fields.map((field, index) => {
    const values = read[index];
    if (values?.hashed === true) return numbersOf(values).join(",");
    return field.replace(/^\+/, "").replaceAll(/#L/gi, "L").toUpperCase();
  });
}

function numbersOf({ low, high }: CronField): number[] {
  const all = Array.from({ length: 64 }, (_, value) => value);
  return all.filter((value) => (value < 32 ? low >>> value : high >>> (value - 32)) & 1);
}

/** The words of a locale; a country's that it lacks are its language's. @throws InvalidOptionError when there are none */
export function wordsOf(locale: string): Words {
  const [language = "", country] = locale.split(/[-_]/);
  if (language.toLowerCase() === "en") {
    english ??= load("cronstrue");
    return { cronstrue: english, locale: "en" };
  }
  international ??= load("cronstrue/i18n.js");
  const all = Object.keys(international.default.locales);
  const wanted = [`${language}_${country}`, language].map((name) => name.toLowerCase());
  const known =
    all.find((name) => name.toLowerCase() === wanted[0]) ??
    all.find((name) => name.toLowerCase() === wanted[1]) ??
    all.find((name) => name.toLowerCase().startsWith(`${wanted[1]}_`));
  if (known !== undefined) return { cronstrue: international, locale: known };
  throw new InvalidOptionError("locale", `one of ${all.join(", ").replaceAll("_", "-")}`, locale);
}

/** Loaded when first needed: it is an optional peer, and its locales take a while. */
function load(specifier: string): Cronstrue {
  try {
    return createRequire(import.meta.url)(specifier) as Cronstrue;
  } catch (cause) {
    throw new PunctualError("PEER_MISSING", "explain needs the package cronstrue: npm install cronstrue", { cause });
  }
}
