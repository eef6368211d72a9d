import { InvalidScheduleError } from "../errors.js";
import { suggestItem, suggestValue } from "./suggest.js";

/** What may stand in one field of an expression. */
export interface FieldRule {
  readonly name: string;
  /** What cron-parser calls it. */
  readonly parserField: "second" | "minute" | "hour" | "dayOfMonth" | "month" | "dayOfWeek";
  readonly min: number;
  readonly max: number;
  /** Names of the values from `min` on. */
  readonly names: readonly string[];
  /** From where a bare `H` takes its value. */
  readonly hashRange: readonly [from: number, to: number];
  /** Whether it is about days, and of what. */
  readonly days: "month" | "week" | null;
}

/** Where an item stands in what the user wrote. */
export interface Place {
  readonly text: string;
  readonly position: number;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** The six fields that cron-parser knows, in the order of an expression with seconds. */
export const FIELD_RULES: readonly FieldRule[] = [
  rule("second", "second", 0, 59),
  rule("minute", "minute", 0, 59),
  rule("hour", "hour", 0, 23),
  // Every month has a 28th: a hashed day leaves none out.
  { ...rule("day of month", "dayOfMonth", 1, 31), hashRange: [1, 28], days: "month" },
  { ...rule("month", "month", 1, 12), names: MONTHS },
  { ...rule("day of week", "dayOfWeek", 0, 7), names: WEEKDAYS, hashRange: [0, 6], days: "week" },
];

function rule(name: string, parserField: FieldRule["parserField"], min: number, max: number): FieldRule {
  return { name, parserField, min, max, names: [], hashRange: [min, max], days: null };
}

/** The number of a value, NaN when it is none. */
export function numberOf(field: Pick<FieldRule, "names" | "min">, value: string): number {
  const index = field.names.indexOf(value.toUpperCase());
  if (index >= 0) return index + field.min;
  return /^\d+$/.test(value) ? Number(value) : Number.NaN;
}

/** What checks need to know of a field; the year, which is no BitSet, has that too. */
export type FieldLimits = Pick<FieldRule, "name" | "min" | "max" | "names">;

/** @throws InvalidScheduleError when it is not a value of the field */
export function checkValue(field: FieldLimits, value: string, place: Place, offset: number): void {
  const number = numberOf(field, value);
  if (Number.isInteger(number) && number >= field.min && number <= field.max) return;
  const names = field.names.length === 0 ? "" : ` or a name such as ${field.names[1]}`;
  const reason = `expected ${field.min} to ${field.max}${names}, given ${JSON.stringify(value)}`;
  throw badItem(field, place, offset, reason, suggestValue(field, value));
}

/** @throws InvalidScheduleError when a step cannot be used on `count` values */
export function checkStep(
  field: FieldLimits,
  step: string | undefined,
  item: string,
  place: Place,
  count: number = field.max - field.min + 1,
): void {
  if (step === undefined || (/^\d+$/.test(step) && Number(step) >= 1 && Number(step) <= count)) return;
  const reason = `expected a step of 1 to ${count}, given ${step}`;
  throw badItem(field, place, item.indexOf("/") + 1, reason, suggestItem(field, item));
}

/** The error of an item of which the part at `offset` is bad. */
export function badItem(
  field: FieldLimits,
  place: Place,
  offset: number,
  reason: string,
  suggestion: string | null = null,
): InvalidScheduleError {
  return new InvalidScheduleError(place.text, place.position + offset, field.name, reason, suggestion);
}
