/** Fire times without a window's bounds: from one date that matches to the following, each with a window of its own. */
import { civilDay, dayNumber, daysOfMonth, readingOf } from "./civil.js";
import type { PlainExpression } from "./expression.js";
import { type PlainSchedule, nextIn, previousIn } from "./oracle.js";
import { WallClock } from "./wall-clock.js";

const DAY_SECONDS = 86_400;
/** An offset, and a gap or an overlap: a fire is at most this many days away from the date that it is of. */
const APART = 2;
/** After so many years the calendar begins anew, weekdays too. */
const CYCLE_YEARS = 400;
/** Where hasDate begins: any would do. */
const FIRST_YEAR = 2_000;
const LAST_YEAR = 9_999;

/** The first fire time strictly after, wherever it lies up to the year 9999; `undefined` when it was not found in `tries`. */
export function nextFire(
  zone: string,
  schedule: PlainSchedule,
  afterMs: number,
  tries = 20,
): number | null | undefined {
  let day = dayNumber(afterMs / 1_000) - APART;
  for (let count = 0; count < tries; count++) {
    const match = matchingDay(schedule.expression, day, 1);
    if (match === null) return null;
    const fire = nextIn(windowAround(zone, match), schedule, afterMs);
    if (fire !== null) return fire;
    day = match + 1;
  }
  return undefined;
}

/** The last fire time strictly before, as far back as the year 1. */
export function previousFire(
  zone: string,
  schedule: PlainSchedule,
  beforeMs: number,
  tries = 20,
): number | null | undefined {
  let day = dayNumber(beforeMs / 1_000) + APART;
  for (let count = 0; count < tries; count++) {
    const match = matchingDay(schedule.expression, day, -1);
    if (match === null) return null;
    const fire = previousIn(windowAround(zone, match), schedule, beforeMs);
    if (fire !== null) return fire;
    day = match - 1;
  }
  return undefined;
}

/** Whether any date of the years 1 to 9999 matches, by looking at every day of one year of each kind. */
export function hasDate(expression: PlainExpression): boolean {
  const seen = new Set<string>();
  for (let year = FIRST_YEAR; year < FIRST_YEAR + CYCLE_YEARS; year++) {
    const kind = `${daysOfMonth(year, 1)[0]?.weekday} ${daysOfMonth(year, 2).length}`;
    if (seen.has(kind) || !anyAlike(expression, year)) continue;
    seen.add(kind);
    for (let month = 1; month <= 12; month++) {
      if (daysOfMonth(year, month).some(expression.matchesDate)) return true;
    }
  }
  return false;
}

/** Whether the expression names a year that has the same calendar for being whole cycles away. */
function anyAlike(expression: PlainExpression, year: number): boolean {
  for (let alike = year % CYCLE_YEARS; alike <= LAST_YEAR; alike += CYCLE_YEARS) {
    if (expression.matchesYear(alike)) return true;
  }
  return false;
}

function matchingDay(expression: PlainExpression, from: number, step: 1 | -1): number | null {
  for (let day = from; ; day += step) {
    const { year } = civilDay(day);
    if (year < 1 || year > LAST_YEAR) return null;
    if (expression.matchesDay(day)) return day;
    // Years that do not match are passed at once; the loop then steps into the next one.
    if (!expression.matchesYear(year)) day = dayNumber(readingOf(year, step === 1 ? 12 : 1, step === 1 ? 31 : 1));
  }
}

function windowAround(zone: string, day: number): WallClock {
  return new WallClock(zone, (day - APART) * DAY_SECONDS, (day + APART + 1) * DAY_SECONDS);
}
