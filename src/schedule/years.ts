import { NONE } from "./bits.js";
import { LAST_YEAR } from "./civil.js";
import type { FieldLimits, Place } from "./cron-fields.js";
import { badItem, checkStep, checkValue } from "./cron-fields.js";
import { remember } from "./remember.js";
import { suggestItem } from "./suggest.js";

/** One item of a year field: every `step`-th year of a range, both ends included. */
export interface YearRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

const YEAR: FieldLimits = { name: "year", min: 1, max: LAST_YEAR, names: [] };
/** Where a bare step begins, as in Quartz, which knows no earlier year. */
const FIRST_STEP = 1970;
const ITEM = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\w+))?$/;
const known = new Map<string, readonly YearRange[]>();

/** The first year of any of the ranges that is `year` or later, or NONE. */
export function nextYear(ranges: readonly YearRange[], year: number): number {
  let first = NONE;
  for (const { from, to, step } of ranges) {
    const next = year <= from ? from : from + Math.ceil((year - from) / step) * step;
    if (next <= to && (first === NONE || next < first)) first = next;
  }
  return first;
}

/** Reads a year field; `null` is every year. @throws InvalidScheduleError */
export function readYears(token: string, text: string, position: () => number): readonly YearRange[] | null {
  if (token === "*") return null;
  const same = known.get(token);
  if (same !== undefined) return same;
  let at = position();
  const ranges = token.split(",").map((item) => {
    const range = readYearRange(item, { text, position: at });
    at += item.length + 1;
    return range;
  });
  return remember(known, token, ranges);
}

function readYearRange(item: string, place: Place): YearRange {
  const parts = ITEM.exec(item);
  if (parts === null) {
    const reason = `${JSON.stringify(item)} is not a year, range or step`;
    throw badItem(YEAR, place, 0, reason, suggestItem(YEAR, item));
  }
  const [, any, first, last, step] = parts;
  checkStep(YEAR, step, item, place);
  if (first !== undefined) checkValue(YEAR, first, place, 0);
  if (last !== undefined) checkValue(YEAR, last, place, item.indexOf("-") + 1);
  const from = any === undefined ? Number(first) : step === undefined ? YEAR.min : FIRST_STEP;
  const to = last !== undefined ? Number(last) : any === undefined && step === undefined ? from : YEAR.max;
  if (from <= to) return { from, to, step: Number(step ?? 1) };
  throw badItem(YEAR, place, 0, "expected a range that goes forward", `did you mean ${to}-${from}?`);
}
