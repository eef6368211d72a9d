import { CronExpressionParser } from "cron-parser";
import { InvalidScheduleError } from "../errors.js";
import type { BitSet } from "./bits.js";
import { bitSet } from "./bits.js";
import type { FieldRule, Place } from "./cron-fields.js";
import { badItem, checkStep, checkValue, FIELD_RULES, numberOf } from "./cron-fields.js";
import { readDayItem } from "./day-items.js";
import type { DayRule } from "./day-rules.js";
import { remember } from "./remember.js";
import { suggestFields, suggestItem } from "./suggest.js";
import type { YearRange } from "./years.js";
import { readYears } from "./years.js";

/** One field of an expression, read. */
export interface CronField extends BitSet {
  /** Written as a bare `*` or `?`: it restricts nothing. */
  readonly any: boolean;
  /** Begins with `*`: for minute and hour, what tells a wildcard schedule from a fixed-time one. */
  readonly starred: boolean;
  /** Has an `H`: it depends on the job's name. */
  readonly hashed: boolean;
  /** Further days, which depend on the month; none but in the two day fields. */
  readonly dayRules: readonly DayRule[];
}

/** An expression, read: which numbers of each field match. */
export interface CronFields {
  readonly second: CronField;
  readonly minute: CronField;
  readonly hour: CronField;
  readonly dayOfMonth: CronField;
  readonly month: CronField;
  readonly dayOfWeek: CronField;
  /** `null` for every year. */
  readonly years: readonly YearRange[] | null;
  /** A `+` before the day of week: both days must match. */
  readonly bothDays: boolean;
}

const ITEM = /^(?:(\*|\?)|(\w+)(?:-(\w+))?)(?:\/(\w+))?$/;
const HASH = /^H(?:\((\w+)-(\w+)\))?(?:\/(\d+))?$/i;
const NO_RULES: readonly DayRule[] = [];
const known = new Map<FieldRule, Map<string, CronField>>(FIELD_RULES.map((rule) => [rule, new Map()]));

/**
 * Reads an expression of 5 fields (minute first), 6 (second first) or 7 (year last). `text` is what the user wrote and
 * `start` where the expression begins in it, for the position in errors. `seed` is what `H` hashes.
 * @throws InvalidScheduleError
 */
export function readCronExpression(text: string, start = 0, seed = ""): CronFields {
  const body = text.slice(start).trim();
  const tokens = body === "" ? [] : body.split(/\s+/);
  const given = tokens.length;
  if (given < 5 || given > 7) {
    const reason = `expected 5 fields from minute to day of week, 6 with the second first or 7 with the year last, given ${given}`;
    throw new InvalidScheduleError(text, start, null, reason, suggestFields(tokens));
  }
  if (given === 5) tokens.unshift("0");
  const positionOf = (index: number): number => fieldPosition(text, start, given === 5 ? index - 1 : index);
  const read = (index: number, token = tokens[index] as string, shift = 0): CronField =>
    readField(FIELD_RULES[index] as FieldRule, token, text, () => positionOf(index) + shift, seed);
  const weekday = tokens[5] as string;
  const bothDays = weekday.startsWith("+");
  return {
    second: read(0),
    minute: read(1),
    hour: read(2),
    dayOfMonth: read(3),
    month: read(4),
    dayOfWeek: bothDays ? read(5, weekday.slice(1), 1) : read(5),
    years: given === 7 ? readYears(tokens[6] as string, text, () => positionOf(6)) : null,
    bothDays,
  };
}

/** Whether an expression depends on the job's name. */
export function isHashed({ second, minute, hour, dayOfMonth, month, dayOfWeek }: CronFields): boolean {
  return [second, minute, hour, dayOfMonth, month, dayOfWeek].some((field) => field.hashed);
}

/** Where the n-th field begins in the text; looked for only when it is to be told. */
export function fieldPosition(text: string, start: number, index: number): number {
  return start + ([...text.slice(start).matchAll(/\S+/g)][index]?.index ?? 0);
}

function readField(rule: FieldRule, token: string, text: string, position: () => number, seed: string): CronField {
  const texts = known.get(rule) as Map<string, CronField>;
  const same = texts.get(token);
  if (same !== undefined) return same;
  const field = token.includes(",")
    ? readList(rule, token, text, position(), seed)
    : fieldOf(token, readItem(rule, token, { text, position: position() }, seed));
  if (field.hashed) return field;
  return remember(texts, token, field);
}

function readList(rule: FieldRule, token: string, text: string, position: number, seed: string): CronField {
  let at = position;
  const items = token.split(",").map((item) => {
    const start = at;
    if (item === "?") throw badItem(rule, { text, position: at }, 0, "? stands alone", "did you mean *?");
    at += item.length + 1;
    return readField(rule, item, text, () => start, seed);
  });
  return {
    low: items.reduce((bits, item) => bits | item.low, 0),
    high: items.reduce((bits, item) => bits | item.high, 0),
    any: false,
    starred: token.startsWith("*"),
    hashed: items.some((item) => item.hashed),
    dayRules: items.flatMap((item) => item.dayRules),
  };
}

function fieldOf(token: string, item: readonly number[] | DayRule): CronField {
  const [values, dayRules] = "kind" in item ? [[], [item]] : [item, NO_RULES];
  const any = token === "*" || token === "?";
  return { ...bitSet(values), any, starred: token.startsWith("*"), hashed: HASH.test(token), dayRules };
}

/** What one item of a list stands for: values, or a day that depends on the month. */
function readItem(rule: FieldRule, item: string, place: Place, seed: string): number[] | DayRule {
  const dayRule = readDayItem(rule, item, place);
  if (dayRule !== undefined) return dayRule;
  const hash = HASH.exec(item);
  if (hash !== null) return readHash(rule, hash, place, `${seed}\n${rule.name}`);
  const parts = ITEM.exec(item);
  const noDay = item.startsWith("?") && (item !== "?" || rule.days === null);
  if (parts === null || noDay) {
    const reason = `${JSON.stringify(item)} is not a value, range or step`;
    throw badItem(rule, place, 0, reason, suggestItem(rule, item));
  }
  const [, , first, last, step] = parts;
  checkStep(rule, step, item, place);
  if (first !== undefined) checkValue(rule, first, place, 0);
  if (last !== undefined) checkValue(rule, last, place, item.indexOf("-") + 1);
  return wrappedRange(rule, first, last, step) ?? askParser(rule, item, place, seed);
}

function readHash(rule: FieldRule, hash: RegExpExecArray, place: Place, seed: string): number[] {
  const [item, first, last, step] = hash;
  for (const end of [first, last]) if (end !== undefined) checkValue(rule, end, place, item.indexOf(end));
  const [from, to] = first === undefined ? rule.hashRange : [numberOf(rule, first), numberOf(rule, last as string)];
  if (from > to) throw badItem(rule, place, 2, "expected a range that does not go round");
  checkStep(rule, step, item, place, to - from + 1);
  return askParser(rule, `H(${from}-${to})${step === undefined ? "" : `/${step}`}`, place, seed);
}

/** A range whose end lies before its start goes round (22-2, FRI-MON); cron-parser refuses those. */
function wrappedRange(rule: FieldRule, first?: string, last?: string, step = "1"): number[] | undefined {
  if (first === undefined || last === undefined) return undefined;
  const from = numberOf(rule, first);
  const to = numberOf(rule, last);
  if (from <= to) return undefined;
  // Sunday is both 0 and 7, and must count once on the way round.
  const size = rule.days === "week" ? 7 : rule.max - rule.min + 1;
  const values: number[] = [];
  for (let value = from; value <= to + size; value += Number(step)) {
    values.push(rule.min + ((value - rule.min) % size));
  }
  return values;
}

/** One item at a time, because cron-parser refuses lists whose items overlap; the other fields are left open. */
function askParser(rule: FieldRule, item: string, place: Place, seed: string): number[] {
  const expression = FIELD_RULES.map((other) => (other === rule ? item.toUpperCase() : "*")).join(" ");
  try {
    const { values } = CronExpressionParser.parse(expression, { hashSeed: seed }).fields[rule.parserField];
    return values.filter((value): value is never => typeof value === "number");
  } catch (error) {
    throw badItem(rule, place, 0, error instanceof Error ? error.message : String(error));
  }
}
