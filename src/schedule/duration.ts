import { InvalidOptionError } from "../errors.js";

/** A span of time: a number of milliseconds, or a text such as `"1h30m"`, `"90s"`, `"250ms"`, `"1.5h"`, `"2d"`. */
export type Duration = number | string;

/** Milliseconds in one unit; the units of Go's time.ParseDuration, which robfig/cron's `@every` takes, and `d`. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "\u00b5s": 1e-3,
  "\u03bcs": 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h|d)/gy;
const EXPECTED = 'milliseconds or a text such as "1h30m", "90s", "250ms"';

/**
 * Milliseconds of a duration, zero or more.
 * @throws InvalidOptionError with code `INVALID_DURATION`, naming `path`
 */
export function parseDuration(duration: Duration, path: string): number {
  const ms = typeof duration === "string" ? textToMs(duration) : duration;
  if (typeof ms !== "number" || !Number.isFinite(ms) || ms < 0) {
    throw new InvalidOptionError(path, EXPECTED, duration, "INVALID_DURATION");
  }
  return ms;
}

function textToMs(text: string): number {
  let total = 0;
  let end = 0;
  for (const part of text.matchAll(PART)) {
    total += Number(part[1]) * (UNIT_MS[part[2] ?? ""] ?? Number.NaN);
    end += part[0].length;
  }
  return end > 0 && end === text.length ? Math.round(total) : Number.NaN;
}
