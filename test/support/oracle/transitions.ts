import { readingOf } from "./civil.js";
import type { Random } from "./random.js";
import { bisect, offsetReader } from "./wall-clock.js";

const DAY_SECONDS = 86_400;

export interface Transition {
  /** The first instant with the new offset, epoch seconds. */
  readonly at: number;
  readonly offsetBefore: number;
  readonly offsetAfter: number;
}

/** Every change of a zone's offset in a year (of UTC), from Intl alone: day by day, then by bisection. */
export function transitionsOf(timeZone: string, year: number): Transition[] {
  const offsetAt = offsetReader(timeZone);
  const found: Transition[] = [];
  const end = readingOf(year + 1, 1, 1);
  for (let day = readingOf(year, 1, 1); day < end; day += DAY_SECONDS) {
    const offsetBefore = offsetAt(day);
    const offsetAfter = offsetAt(day + DAY_SECONDS);
    if (offsetBefore === offsetAfter) continue;
    found.push({ at: bisect(offsetAt, day, day + DAY_SECONDS), offsetBefore, offsetAfter });
  }
  return found;
}

/** The years of [from, to], beginning with `start` and going round, in which the offset changes; looked at coarsely. */
export function* yearsWithTransitions(timeZone: string, start: number, from: number, to: number): Generator<number> {
  const offsetAt = offsetReader(timeZone);
  for (let count = 0; count <= to - from; count++) {
    const year = from + ((start - from + count) % (to - from + 1));
    const end = readingOf(year + 1, 1, 1);
    const offset = offsetAt(end);
    let day = readingOf(year, 1, 1);
    while (day < end && offsetAt(day) === offset) day += 12 * DAY_SECONDS;
    if (day < end) yield year;
  }
}

/** For a year without a change: any instant of it, as though one were there. */
export function someInstant(timeZone: string, year: number, random: Random): Transition {
  const at = readingOf(year, random.integer(1, 12), random.integer(1, 28), random.integer(0, 23));
  const offset = offsetReader(timeZone)(at);
  return { at, offsetBefore: offset, offsetAfter: offset };
}
