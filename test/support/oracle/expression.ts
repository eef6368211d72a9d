/**
 * A plain reader of docs/cron.md, section 1, for the oracle: it knows no errors and no H, and looks at every day of a month
 * where a rule speaks of one. Shares nothing with src.
 */
import { type CivilDay, civilDay, civilTime, dayNumber, daysOfMonth } from "./civil.js";
import { FIELDS, type FieldSpec, numbersOf, numberOf } from "./fields.js";

export interface PlainExpression {
  readonly text: string;
  /** Whether neither the minute nor the hour field begins with `*`. */
  readonly fixed: boolean;
  /** Year alone. */
  matchesYear(year: number): boolean;
  /** Month, day and day of week, without the year. */
  matchesDate(day: CivilDay): boolean;
  matchesDay(dayNumber: number): boolean;
  /** Hour and minute alone. */
  matchesTime(hour: number, minute: number): boolean;
  matchesSecond(second: number): boolean;
  /** All but the second. */
  matchesMinute(reading: number): boolean;
  matches(reading: number): boolean;
}

type DayTest = (day: CivilDay) => boolean;

export function readExpression(text: string, dayMatch: "and" | "or" = "or"): PlainExpression {
  const [second = "", minute = "", hour = "", day = "", month = "", weekday = "", year = ""] = sevenFields(text);
  const seconds = setOf(second, FIELDS.second);
  const minutes = setOf(minute, FIELDS.minute);
  const hours = setOf(hour, FIELDS.hour);
  const years = setOf(year, FIELDS.year);
  const matchesDate = dateTest(day, month, weekday, dayMatch);
  const matchesDay = remembered((date) => years.has(date.year) && matchesDate(date));
  const matchesTime = timeTable(hours, minutes);
  const matchesMinute = (reading: number): boolean => {
    const time = civilTime(reading);
    return matchesTime(time.hour, time.minute) && matchesDay(dayNumber(reading));
  };
  return {
    text,
    fixed: !minute.startsWith("*") && !hour.startsWith("*"),
    matchesYear: (y) => years.has(y),
    matchesDate,
    matchesDay,
    matchesTime,
    matchesSecond: (s) => seconds.has(s),
    matchesMinute,
    matches: (reading) => matchesMinute(reading) && seconds.has(civilTime(reading).second),
  };
}

function sevenFields(text: string): string[] {
  const fields = text.trim().toUpperCase().split(/\s+/);
  if (fields.length === 5) fields.unshift("0");
  return fields.length === 6 ? [...fields, "*"] : fields;
}

function dateTest(day: string, month: string, weekday: string, dayMatch: "and" | "or"): DayTest {
  const months = setOf(month, FIELDS.month);
  const plus = weekday.startsWith("+");
  const weekdayItems = plus ? weekday.slice(1) : weekday;
  const byDay = anyOf(day, dayOfMonthTest);
  const byWeekday = anyOf(weekdayItems, dayOfWeekTest);
  const both = plus || dayMatch === "and" || isBare(day) || isBare(weekdayItems);
  return (date) => {
    if (!months.has(date.month)) return false;
    return both ? byDay(date) && byWeekday(date) : byDay(date) || byWeekday(date);
  };
}

function isBare(field: string): boolean {
  return field === "*" || field === "?";
}

const sets = new Map<FieldSpec, ReadonlySet<number>>();

function setOf(field: string, spec: FieldSpec): ReadonlySet<number> {
  // Ten thousand years need not be listed for each expression.
  const known = field === "*" ? sets.get(spec) : undefined;
  if (known !== undefined) return known;
  const numbers = new Set(field.split(",").flatMap((item) => numbersOf(item, spec)));
  if (field === "*") sets.set(spec, numbers);
  return numbers;
}

function anyOf(field: string, read: (item: string) => DayTest): DayTest {
  const tests = field.split(",").map(read);
  return (day) => tests.some((test) => test(day));
}

function dayOfMonthTest(item: string): DayTest {
  const special = /^(?:L(?:-(\d+))?|(\d+)(?=W))(W?)$/.exec(item);
  if (special === null) {
    const numbers = new Set(numbersOf(item, FIELDS.day));
    return ({ day }) => numbers.has(day);
  }
  const [, back, from, weekday] = special;
  return ({ year, month, day }) => {
    const days = daysOfMonth(year, month);
    const wanted = from === undefined ? days.length - Number(back ?? 0) : Number(from);
    if (wanted < 1 || wanted > days.length) return false;
    return day === (weekday === "W" ? nearestWeekday(days, wanted) : wanted);
  };
}

/** The day from Monday to Friday, of all in the month, that is the fewest days away. */
function nearestWeekday(days: readonly CivilDay[], wanted: number): number {
  const working = days.filter(({ weekday }) => weekday >= 1 && weekday <= 5).map(({ day }) => day);
  return working.reduce((best, day) => (Math.abs(day - wanted) < Math.abs(best - wanted) ? day : best));
}

function dayOfWeekTest(item: string): DayTest {
  const special = /^(\d+|[A-Z]{3})(?:#(\d)|#?L)$/.exec(item);
  if (special === null) {
    const weekdays = new Set(numbersOf(item, FIELDS.weekday).map((value) => value % 7));
    return ({ weekday }) => weekdays.has(weekday);
  }
  const [, value = "", nth] = special;
  const wanted = numberOf(value, FIELDS.weekday) % 7;
  return ({ year, month, day, weekday }) => {
    if (weekday !== wanted) return false;
    const alike = daysOfMonth(year, month).filter((other) => other.weekday === wanted);
    return day === alike.at(nth === undefined ? -1 : Number(nth) - 1)?.day;
  };
}

/** A table: the oracle asks this for every minute that it passes. */
function timeTable(
  hours: ReadonlySet<number>,
  minutes: ReadonlySet<number>,
): (hour: number, minute: number) => boolean {
  const table = Array.from({ length: 24 * 60 }, (_, at) => hours.has(Math.floor(at / 60)) && minutes.has(at % 60));
  return (hour, minute) => table[hour * 60 + minute] === true;
}

/** One expression is asked about the same few days again and again. */
function remembered(test: DayTest): (dayNumber: number) => boolean {
  const known = new Map<number, boolean>();
  return (number) => {
    let matches = known.get(number);
    if (matches === undefined) {
      matches = test(civilDay(number));
      if (known.size > 1_000) known.clear();
      known.set(number, matches);
    }
    return matches;
  };
}
