/**
 * A reading is what a wall clock shows, as one number: the seconds since 1970-01-01T00:00:00 as though its zone were UTC.
 */
export interface CivilDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

const DAY_SECONDS = 86_400;

export function readingOf(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC takes the year 26 for 1926.
  date.setUTCHours(hour, minute, second);
  return date.getTime() / 1_000;
}

/** Days are counted from 1970-01-01, which is day 0. */
export function dayNumber(reading: number): number {
  return Math.floor(reading / DAY_SECONDS);
}

export function civilDay(dayNumber: number): CivilDay {
  const date = new Date(dayNumber * DAY_SECONDS * 1_000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
  };
}

export function secondOfDay(reading: number): number {
  return reading - dayNumber(reading) * DAY_SECONDS;
}

export function civilTime(reading: number): { hour: number; minute: number; second: number } {
  const seconds = secondOfDay(reading);
  return { hour: Math.floor(seconds / 3_600), minute: Math.floor(seconds / 60) % 60, second: seconds % 60 };
}

const months = new Map<number, readonly CivilDay[]>();

/** All days of a month, by looking at each day until the month is over. */
export function daysOfMonth(year: number, month: number): readonly CivilDay[] {
  const key = year * 12 + month;
  const known = months.get(key);
  if (known !== undefined) return known;
  const days: CivilDay[] = [];
  for (let number = dayNumber(readingOf(year, month, 1)); ; number++) {
    const day = civilDay(number);
    if (day.month !== month) break;
    days.push(day);
  }
  if (months.size > 20_000) months.clear();
  months.set(key, days);
  return days;
}
