/**
 * Days that depend on the month they are in: the last one, the weekday nearest to a date, the second Monday. A month is
 * known by its length and the weekday of its first day (0 for Sunday); its days are bits, the first day being bit 0.
 */

const SUNDAY = 0;
const SATURDAY = 6;

/** One such day. Plain data, so that two rules can be compared. */
export type DayRule =
  /** The n-th day before the last one; the last one itself for 0. */
  | { readonly kind: "last"; readonly before: number }
  /** The day from Monday to Friday nearest to a date, in the same month. */
  | { readonly kind: "nearestTo"; readonly day: number }
  /** The same, of the n-th day before the last one. */
  | { readonly kind: "nearestToLast"; readonly before: number }
  /** The n-th of a weekday (1 to 5). */
  | { readonly kind: "nth"; readonly weekday: number; readonly n: number }
  | { readonly kind: "lastWeekday"; readonly weekday: number };

/** The days of a month that any of the rules names. */
export function daysOfRules(rules: readonly DayRule[], length: number, firstWeekday: number): number {
  let days = 0;
  for (const rule of rules) {
    const day = dayOfRule(rule, length, firstWeekday);
    if (day >= 1 && day <= length) days |= 1 << (day - 1);
  }
  return days;
}

/** The date that a rule names; out of the month when the month has none. */
function dayOfRule(rule: DayRule, length: number, firstWeekday: number): number {
  switch (rule.kind) {
    case "last":
      return length - rule.before;
    case "nearestTo":
      return nearestWeekday(rule.day, length, firstWeekday);
    case "nearestToLast":
      return nearestWeekday(length - rule.before, length, firstWeekday);
    case "nth":
      return firstOf(rule.weekday, firstWeekday) + 7 * (rule.n - 1);
    case "lastWeekday":
      return firstOf(rule.weekday, firstWeekday) + 7 * Math.floor((length - firstOf(rule.weekday, firstWeekday)) / 7);
  }
}

function nearestWeekday(day: number, length: number, firstWeekday: number): number {
  if (day < 1 || day > length) return 0;
  const weekday = (firstWeekday + day - 1) % 7;
  if (weekday === SATURDAY) return day === 1 ? 3 : day - 1;
  if (weekday === SUNDAY) return day === length ? day - 2 : day + 1;
  return day;
}

function firstOf(weekday: number, firstWeekday: number): number {
  return 1 + ((weekday - firstWeekday + 7) % 7);
}
