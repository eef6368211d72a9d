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

/** A duration as text, in the units that Go knows too: `1h30m`, `250ms`. */
export function durationText(ms: number): string {
  const units = [
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1_000],
    ["ms", 1],
  ] as const;
  let rest = ms;
  let text = "";
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === "" ? "0s" : text;
}

/** A span that is not zero is at least one millisecond: what is shorter cannot be waited for. */
function textToMs(text: string): number {
  let total = 0;
  let end = text.startsWith("+") ? 1 : 0;
  for (const part of text.slice(end).matchAll(PART)) {
    total += Number(part[1]) * (UNIT_MS[part[2] ?? ""] ?? Number.NaN);
    end += part[0].length;
  }
  const read = end > 1 && end === text.length;
  return read ? Math.max(Math.round(total), total > 0 ? 1 : 0) : Number.NaN;
}
