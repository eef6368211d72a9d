import { CronExpressionParser } from "cron-parser";
import { InvalidScheduleError } from "../errors.js";
import type { BitSet } from "./bits.js";
import { bitSet, lowestBit, nextBit } from "./bits.js";
import { daysInMonth } from "./civil.js";

/** One field of an expression, read. */
export interface CronField extends BitSet {
  /** Written as a bare `*` or `?`: it restricts nothing. */
  readonly any: boolean;
  /** Begins with `*`: for minute and hour, what tells a wildcard job from a fixed-time one. */
  readonly starred: boolean;
}

/** An expression, read: which numbers of each field match. */
export interface CronFields {
  readonly second: CronField;
  readonly minute: CronField;
  readonly hour: CronField;
  readonly dayOfMonth: CronField;
  readonly month: CronField;
  readonly dayOfWeek: CronField;
}

type ParserField = "second" | "minute" | "hour" | "dayOfMonth" | "month" | "dayOfWeek";

interface FieldRule {
  readonly name: string;
  readonly parserField: ParserField;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
  readonly known: Map<string, CronField>;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/** Fields in the order of an expression with seconds. */
const RULES: readonly FieldRule[] = [
  rule("second", "second", 0, 59),
  rule("minute", "minute", 0, 59),
  rule("hour", "hour", 0, 23),
  rule("day of month", "dayOfMonth", 1, 31),
  rule("month", "month", 1, 12, MONTHS),
  rule("day of week", "dayOfWeek", 0, 7, WEEKDAYS),
];
const LEAP_YEAR = 2_000;
/** How many field texts are kept; a program has a few hundred, and a flood of odd ones must not fill the memory. */
const MAX_KNOWN_TEXTS = 4_096;
const ITEM = /^(?:(\*|\?)|(\w+)(?:-(\w+))?)(?:\/(\w+))?$/;

/** The macros that stand for an expression, as crontab(5) has them. */
export const MACROS: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
  ["@minutely", "* * * * *"],
  ["@secondly", "* * * * * *"],
]);

/**
 * Reads an expression of 5 fields (minute first) or 6 (second first). `text` is what the user wrote and `start` where
 * the expression begins in it, for the position in errors. `bothDays`: day of month and day of week must both match.
 * @throws InvalidScheduleError
 */
export function readCronExpression(text: string, start = 0, bothDays = false): CronFields {
  const body = text.slice(start).trim();
  const tokens = body === "" ? [] : body.split(/\s+/);
  if (tokens.length !== 5 && tokens.length !== 6) {
    throw new InvalidScheduleError(text, start, null, `expected 5 or 6 fields, given ${tokens.length}`);
  }
  if (tokens.length === 5) tokens.unshift("0");
  const read = (index: number): CronField => readField(index, tokens, text, start);
  const fields = {
    second: read(0),
    minute: read(1),
    hour: read(2),
    dayOfMonth: read(3),
    month: read(4),
    dayOfWeek: read(5),
  };
  // A day of the week comes on every date some year: it rules nothing out.
  if (bothDays || fields.dayOfWeek.any) refuseImpossibleDays(fields, () => positionOf(tokens, 3, text, start), text);
  return fields;
}

/** Where a field begins in the text; looked for only when it is to be told. */
function positionOf(tokens: readonly string[], index: number, text: string, start: number): number {
  const found = [...text.slice(start).matchAll(/\S+/g)];
  return start + (found[index - tokens.length + found.length]?.index ?? 0);
}

function rule(name: string, parserField: ParserField, min: number, max: number, names: string[] = []): FieldRule {
  return { name, parserField, min, max, names, known: new Map() };
}

function readField(index: number, tokens: readonly string[], text: string, start: number): CronField {
  const fieldRule = RULES[index] as FieldRule;
  const token = tokens[index] as string;
  const known = fieldRule.known.get(token);
  if (known !== undefined) return known;
  const values: number[] = [];
  let at = positionOf(tokens, index, text, start);
  for (const item of token.split(",")) {
    values.push(...readItem(fieldRule, item, text, at));
    at += item.length + 1;
  }
  const field = { ...bitSet(values), any: token === "*" || token === "?", starred: token.startsWith("*") };
  if (fieldRule.known.size >= MAX_KNOWN_TEXTS) fieldRule.known.clear();
  fieldRule.known.set(token, field);
  return field;
}

/** The numbers that one item of a list stands for. */
function readItem(fieldRule: FieldRule, item: string, text: string, position: number): readonly number[] {
  const parts = ITEM.exec(item);
  if (parts === null) throw bad(fieldRule, text, position, `${quote(item)} is not a value, range or step`);
  const [, , first, last, step] = parts;
  const count = fieldRule.max - fieldRule.min + 1;
  if (step !== undefined && !(Number(step) >= 1 && Number(step) <= count)) {
    throw bad(fieldRule, text, position + item.indexOf("/") + 1, `expected a step of 1 to ${count}, given ${step}`);
  }
  for (const end of [first, last]) {
    if (end !== undefined) checkValue(fieldRule, end, text, position + (end === last ? item.indexOf("-") + 1 : 0));
  }
  return wrappedRange(fieldRule, first, last, step) ?? askParser(fieldRule, item, text, position);
}

function checkValue(fieldRule: FieldRule, value: string, text: string, position: number): void {
  const number = numberOf(fieldRule, value);
  if (Number.isInteger(number) && number >= fieldRule.min && number <= fieldRule.max) return;
  const names = fieldRule.names.length === 0 ? "" : ` or a name such as ${fieldRule.names[1]?.toUpperCase()}`;
  throw bad(fieldRule, text, position, `expected ${fieldRule.min} to ${fieldRule.max}${names}, given ${quote(value)}`);
}

function numberOf(fieldRule: FieldRule, value: string): number {
  const index = fieldRule.names.indexOf(value.toLowerCase());
  if (index >= 0) return index + fieldRule.min;
  return /^\d+$/.test(value) ? Number(value) : Number.NaN;
}

/** A range whose end lies before its start goes round (22-2, FRI-MON); cron-parser refuses those. */
function wrappedRange(
  fieldRule: FieldRule,
  first: string | undefined,
  last: string | undefined,
  step = "1",
): number[] | undefined {
  if (first === undefined || last === undefined) return undefined;
  const from = numberOf(fieldRule, first);
  const to = numberOf(fieldRule, last);
  if (from <= to) return undefined;
  // Sunday is both 0 and 7, and must count once on the way round.
  const size = fieldRule.parserField === "dayOfWeek" ? 7 : fieldRule.max - fieldRule.min + 1;
  const values: number[] = [];
  for (let value = from; value <= to + size; value += Number(step)) {
    values.push(fieldRule.min + ((value - fieldRule.min) % size));
  }
  return values;
}

/** One item at a time, because cron-parser refuses lists whose items overlap; the other fields are left open. */
function askParser(fieldRule: FieldRule, item: string, text: string, position: number): readonly number[] {
  const expression = RULES.map((other) => (other === fieldRule ? item : "*")).join(" ");
  try {
    const { values } = CronExpressionParser.parse(expression).fields[fieldRule.parserField];
    return values.filter((value): value is never => typeof value === "number");
  } catch (error) {
    throw bad(fieldRule, text, position, error instanceof Error ? error.message : String(error));
  }
}

/** Days that no month of the expression has (31 February) would make it search for ever. */
function refuseImpossibleDays(fields: CronFields, position: () => number, text: string): void {
  const { dayOfMonth, month } = fields;
  const first = lowestBit(dayOfMonth.low);
  if (first <= 28) return;
  for (let value = nextBit(month, 1); value > 0; value = nextBit(month, value + 1)) {
    if (first <= daysInMonth(LEAP_YEAR, value)) return;
  }
  throw new InvalidScheduleError(text, position(), "day of month", `no month of the expression has a day ${first}`);
}

function bad(fieldRule: FieldRule, text: string, position: number, reason: string): InvalidScheduleError {
  return new InvalidScheduleError(text, position, fieldRule.name, reason);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
