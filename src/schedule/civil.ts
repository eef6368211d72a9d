/**
 * Days since 1970-01-01 and dates of the proleptic Gregorian calendar, for the years 1 to 9999.
 * Formulas: Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil and civil_from_days.
 */

/** The last year that a schedule names; beyond it dates have no agreed text. */
export const LAST_YEAR = 9999;
export const LAST_DAY: number = daysFromDate(LAST_YEAR, 12, 31);
/** The first one, 0001-01-01. */
export const FIRST_DAY: number = daysFromDate(1, 1, 1);

export function daysFromDate(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + day - 1;
  const dayOfEra = yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** A date packed into one number, so that the evaluator allocates nothing: year * 512 + month * 32 + day. */
export function packedDateFromDays(days: number): number {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1_460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const shiftedMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const day = dayOfYear - (((153 * shiftedMonth + 2) / 5) | 0) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return year * 512 + month * 32 + day;
}

export function daysInMonth(year: number, month: number): number {
  // A century is leap when its hundreds are a multiple of four, which is when it is one of sixteen.
  if (month === 2) return (year & 3) === 0 && (year % 25 !== 0 || (year & 15) === 0) ? 29 : 28;
  return 30 + ((month + (month >> 3)) & 1);
}

/** Day of the week, 0 for Sunday, of a day counted from 1970-01-01 (a Thursday). */
export function dayOfWeek(days: number): number {
  const rest = (days + 4) % 7;
  return rest < 0 ? rest + 7 : rest;
}
