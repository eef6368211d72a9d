import { MAX_TIMER_DELAY_MS } from "../clock/clock.js";
import { InvalidOptionError } from "../errors.js";
import type { Duration } from "../schedule/duration.js";
import { parseDuration } from "../schedule/duration.js";

/** @throws InvalidOptionError when it is not a whole number of `least` or more */
export function checkCount(value: unknown, path: string, least: number): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new InvalidOptionError(path, `a whole number of at least ${least}`, value);
}

/** @throws InvalidOptionError when it is none of the texts */
export function checkOneOf(value: unknown, path: string, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  throw new InvalidOptionError(path, allowed.map((text) => JSON.stringify(text)).join(" or "), value);
}

/** @throws InvalidOptionError when it is no object, or has a key that is not known */
export function checkKeys(options: object, path: string, known: readonly string[]): void {
  checkObject(options, path);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const where = path === "options" ? key : `${path}.${key}`;
    const expected = `no option of that name (there are ${known.join(", ")})`;
    throw new InvalidOptionError(where, expected, options[key as never]);
  }
}

/** @throws InvalidOptionError when it is no object */
export function checkObject(value: unknown, path: string): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new InvalidOptionError(path, "an object", value);
}

/** @throws InvalidOptionError when it cannot be a name */
export function checkName(name: unknown, path: string): asserts name is string {
  if (typeof name === "string" && name.trim() !== "") return;
  throw new InvalidOptionError(path, "a text that is not blank", name);
}

/** @throws InvalidOptionError when it is neither true nor false */
export function checkBoolean(value: unknown, path: string): asserts value is boolean {
  if (typeof value !== "boolean") throw new InvalidOptionError(path, "true or false", value);
}

/** Milliseconds of a duration that a timer can wait. @throws InvalidOptionError with code `INVALID_DURATION` */
export function timerDuration(duration: Duration, path: string, leastMs: number): number {
  const ms = parseDuration(duration, path);
  if (ms >= leastMs && ms <= MAX_TIMER_DELAY_MS) return ms;
  throw new InvalidOptionError(path, `${leastMs} ms to 24 days`, duration, "INVALID_DURATION");
}
