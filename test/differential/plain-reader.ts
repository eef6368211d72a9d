const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DAY = 86_400_000;

type Test = (value: number, date: Date) => boolean;

/** An expression as docs/cron.md words it: slow and plain on purpose; shares nothing with src. */
export interface PlainExpression {
  readonly text: string;
  /** The seven fields as written, but in lower case, `?` as `*`, and without the `+`. */
  readonly fields: Readonly<Record<FieldName, string>>;
  /** Whether both days are asked for by a `+`. */
  readonly bothDays: boolean;
  /** Neither minute nor hour begins with `*`. */
  readonly fixedTime: boolean;
  /** The expression with one field written otherwise. */
  with(name: FieldName, field: string): string;
  /** Whether a reading of the wall clock, given as milliseconds of a UTC date, is one of the expression's. */
  matches(wall: number): boolean;
}

export type FieldName = "second" | "minute" | "hour" | "day" | "month" | "weekday" | "year";

export function readPlainly(expression: string): PlainExpression {
  const parts = expression.toLowerCase().replaceAll("?", "*").split(" ");
  if (parts.length === 5) parts.unshift("0");
  const [second = "", minute = "", hour = "", day = "", month = "", plused = "", year = "*"] = parts;
  const weekday = plused.replace(/^\+/, "");
  const bothDays = weekday !== plused;
  const fields = { second, minute, hour, day, month, weekday, year };
  const tests = [
    [(date: Date) => date.getUTCSeconds(), testOf(second, 0, 59)],
    [(date: Date) => date.getUTCMinutes(), testOf(minute, 0, 59)],
    [(date: Date) => date.getUTCHours(), testOf(hour, 0, 23)],
    [(date: Date) => date.getUTCMonth() + 1, testOf(month, 1, 12, MONTHS)],
    [(date: Date) => date.getUTCFullYear(), testOf(year, 1970, 9_999)],
  ] as const;
  const days = daysTest(fields, bothDays);
  return {
    text: expression,
    fields,
    bothDays,
    with: (name, field) => {
      const changed = { ...fields, [name]: field };
      return Object.values({ ...changed, weekday: `${bothDays ? "+" : ""}${changed.weekday}` }).join(" ");
    },
    fixedTime: !minute.startsWith("*") && !hour.startsWith("*"),
    matches: (wall) => {
      const date = new Date(wall);
      return tests.every(([get, test]) => test(get(date), date)) && days(date);
    },
  };
}

function daysTest({ day, weekday }: { day: string; weekday: string }, bothDays: boolean): (date: Date) => boolean {
  const ofMonth = day.split(",").map((item) => dayOfMonthTest(item));
  const ofWeek = weekday.split(",").map((item) => dayOfWeekTest(item));
  const either = day !== "*" && weekday !== "*" && !bothDays;
  return (date) => {
    const byMonth = ofMonth.some((test) => test(date.getUTCDate(), date));
    const byWeek = ofWeek.some((test) => test(date.getUTCDay(), date));
    return either ? byMonth || byWeek : byMonth && byWeek;
  };
}

function dayOfMonthTest(item: string): Test {
  const [, fromLast, number, weekday] = /^(l-|l|)(\d*)(w?)$/.exec(item) ?? [];
  if (number === undefined || (fromLast === "" && weekday === "")) return itemTest(item, 1, 31);
  return (day, date) => {
    const last = lastDay(date);
    const target = fromLast === "" ? Number(number) : last - Number(number);
    if (target < 1 || target > last) return false;
    return day === (weekday === "" ? target : nearestWeekday(date, target, last));
  };
}

function nearestWeekday(date: Date, target: number, last: number): number {
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), target)).getUTCDay();
  if (weekday === 6) return target === 1 ? 3 : target - 1;
  if (weekday === 0) return target === last ? target - 2 : target + 1;
  return target;
}

function lastDay(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

function dayOfWeekTest(item: string): Test {
  const special = /^(\w+?)(?:#([1-5l])|(l))$/.exec(item);
  if (special === null) {
    const test = itemTest(item, 0, 7, WEEKDAYS);
    return (weekday, date) => test(weekday, date) || (weekday === 0 && test(7, date));
  }
  const [, name = "", which = "l"] = special;
  const wanted = numberOf(name, WEEKDAYS, 0) % 7;
  return (weekday, date) => {
    if (weekday !== wanted) return false;
    if (which !== "l") return Math.ceil(date.getUTCDate() / 7) === Number(which);
    return new Date(date.getTime() + 7 * DAY).getUTCMonth() !== date.getUTCMonth();
  };
}

function testOf(field: string, min: number, max: number, names: readonly string[] = []): Test {
  const tests = field.split(",").map((item) => itemTest(item, min, max, names));
  return (value, date) => tests.some((test) => test(value, date));
}

function itemTest(item: string, min: number, max: number, names: readonly string[] = []): Test {
  const [range = "", stepText] = item.split("/");
  const step = Number(stepText ?? 1);
  if (range === "*" && stepText === undefined) return () => true;
  const [from = min, given] = range === "*" ? [] : range.split("-").map((name) => numberOf(name, names, min));
  const to = given ?? (stepText === undefined ? from : max);
  if (to >= from) return (value) => value >= from && value <= to && (value - from) % step === 0;
  // Sunday is both 0 and 7, and counts once on the way round.
  const size = names === WEEKDAYS ? 7 : max - min + 1;
  return (value) => {
    if (names === WEEKDAYS && value === 7) return false;
    return [value, value + size].some((at) => at >= from && at <= to + size && (at - from) % step === 0);
  };
}

function numberOf(text: string, names: readonly string[], min: number): number {
  const index = names.indexOf(text);
  return index >= 0 ? index + min : Number(text);
}
