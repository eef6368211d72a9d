import type { FieldRule, Place } from "./cron-fields.js";
import { badItem, checkValue, numberOf } from "./cron-fields.js";
import type { DayRule } from "./day-rules.js";

const BEFORE_LAST = /^L-(\d+)(W)?$/i;
const NEAREST = /^(?:L|(\d+))W$/i;
const OF_MONTH = /^(\w+?)(?:#(\w+)|L)$/i;

/**
 * Reads an item of a day field that names a day by its month: `L`, `L-3`, `LW`, `L-3W`, `15W` in day of
 * month; `MON#2`, `FRI#L`, `5L` in day of week. `undefined` when it is none of these.
 * @throws InvalidScheduleError
 */
export function readDayItem(field: FieldRule, item: string, place: Place): DayRule | undefined {
  if (field.days === "month") return dateItem(field, item, place);
  return field.days === "week" ? weekdayItem(field, item, place) : undefined;
}

function dateItem(field: FieldRule, item: string, place: Place): DayRule | undefined {
  if (item.toUpperCase() === "L") return { kind: "last", before: 0 };
  const beforeLast = BEFORE_LAST.exec(item);
  if (beforeLast !== null) {
    const before = Number(beforeLast[1]);
    if (before < 1 || before > 30) {
      throw badItem(field, place, 2, `expected 1 to 30 days before the last, given ${beforeLast[1]}`);
    }
    return { kind: beforeLast[2] === undefined ? "last" : "nearestToLast", before };
  }
  const nearest = NEAREST.exec(item);
  if (nearest === null) return undefined;
  if (nearest[1] === undefined) return { kind: "nearestToLast", before: 0 };
  checkValue(field, nearest[1], place, 0);
  return { kind: "nearestTo", day: Number(nearest[1]) };
}

function weekdayItem(field: FieldRule, item: string, place: Place): DayRule | undefined {
  const parts = OF_MONTH.exec(item);
  if (parts === null) return undefined;
  const [, name = "", n = "L"] = parts;
  checkValue(field, name, place, 0);
  const weekday = numberOf(field, name) % 7;
  if (n.toUpperCase() === "L") return { kind: "lastWeekday", weekday };
  if (/^[1-5]$/.test(n)) return { kind: "nth", weekday, n: Number(n) };
  const reason = `expected 1 to 5, or L for the last of the month, given ${JSON.stringify(n)}`;
  throw badItem(field, place, name.length + 1, reason);
}
