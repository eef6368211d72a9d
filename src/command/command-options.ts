import { InvalidOptionError } from "../errors.js";

/** Stands in a message for a value that may be a secret. */
export const NOT_SHOWN = "(not shown)";
/** The most that is kept of an output: it is held in memory, and stays as long as the run's record does. */
const MOST_OUTPUT_BYTES = 64 * 1_024 * 1_024;

/** What the option's value is checked with; given the path for the error. */
export type OptionCheck = (value: unknown, path: string) => void;

/** Checks the options that are given, each with its own check, and that there are no others. @throws InvalidOptionError */
export function checkOptions(options: object, checks: Readonly<Record<string, OptionCheck>>): void {
  checkRecord(options, "options");
  for (const [key, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined) {
      const known = Object.keys(checks).join(", ");
      throw new InvalidOptionError(key, `no option of that name (there are ${known})`, NOT_SHOWN);
    }
    if (value !== undefined) check(value, key);
  }
}

/** @throws InvalidOptionError when it is not an object that holds values by name */
export function checkRecord(value: unknown, path: string): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new InvalidOptionError(path, "an object", value);
}

/** For what the system takes as text that a NUL ends. @throws InvalidOptionError when it is blank or has a NUL */
export function checkText(value: unknown, path: string): asserts value is string {
  if (typeof value === "string" && value.trim() !== "" && !value.includes("\0")) return;
  throw new InvalidOptionError(path, "a text that is not blank and has no NUL character", value);
}

/** Whether it is a whole number from `least` to `most`. */
export function isCount(value: unknown, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

/** @throws InvalidOptionError when it is not a whole number from `least` to `most` */
export function checkCount(value: unknown, path: string, least: number, most: number = Number.MAX_SAFE_INTEGER): void {
  if (isCount(value, least, most)) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new InvalidOptionError(path, `a whole number ${range}`, value);
}

/** @throws InvalidOptionError when it cannot be a number of bytes to keep */
export function checkOutput(value: unknown, path: string): void {
  checkCount(value, path, 0, MOST_OUTPUT_BYTES);
}

/** @throws InvalidOptionError when it is not a list that holds something, and all of it good */
export function checkList(value: unknown, path: string, expected: string, isGood: (item: unknown) => boolean): void {
  if (!Array.isArray(value) || value.length === 0) throw new InvalidOptionError(path, `a list of ${expected}`, value);
  // Not by a method: those pass over holes.
  for (let index = 0; index < value.length; index++) {
    if (!isGood(value[index])) throw new InvalidOptionError(`${path}[${index}]`, expected, value[index]);
  }
}

/** A copy that nobody can change, without what is `undefined`: that, JSON would not keep. */
export function frozenCopy<T extends object>(value: T): T {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.freeze(Object.fromEntries(entries.map(([key, item]) => [key, frozenItem(item)]))) as T;
}

function frozenItem(item: unknown): unknown {
  if (Array.isArray(item)) return Object.freeze([...item]);
  return typeof item === "object" && item !== null ? Object.freeze(Object.fromEntries(Object.entries(item))) : item;
}
