import leven from "leven";
import type { FieldLimits } from "./cron-fields.js";

/** The longest text that is compared with what could be meant; a typing error is in a short one. */
const MAX_LENGTH = 40;

/** `did you mean …?` with the candidate nearest to what was written, or `null` when none is near. */
export function suggestNearest(written: string, candidates: readonly string[]): string | null {
  if (written.length > MAX_LENGTH) return null;
  const text = written.toLowerCase();
  let nearest: string | null = null;
  let least = Math.max(1, Math.floor(text.length / 3)) + 1;
  for (const candidate of candidates) {
    // Two letters in the wrong order are one error.
    const turned = sorted(text) === sorted(candidate.toLowerCase()) ? 1 : 0;
    const distance = leven(text, candidate.toLowerCase()) - turned;
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest === null ? null : `did you mean ${nearest}?`;
}

function sorted(text: string): string {
  return [...text].sort().join("");
}

/** What a value that a field has not may have been meant to be. */
export function suggestValue(field: FieldLimits, value: string): string | null {
  const number = Number(value);
  if (number === 24 && field.name === "hour") return "midnight is hour 0";
  if (number === 60 && field.max === 59) return `the ${field.name} after 59 is 0`;
  if (number === 0 && field.min === 1) return "did you mean 1?";
  if (number === 53 || number === 52) return "cron knows no weeks of the year";
  if (value.toUpperCase() === "L" && field.name === "day of week")
    return "write SAT for Saturday, 5L for the last Friday";
  if (/^\d+W$/i.test(value)) return "W goes with one day: write 1W,2W, or MON-FRI in day of week";
  if (/^\d*$/.test(value)) return null;
  const short = field.names.find((name) => value.toUpperCase().startsWith(name));
  return short === undefined ? suggestNearest(value, field.names) : `did you mean ${short}?`;
}

/** What an item that cannot be read may have been meant to be. */
export function suggestItem(field: FieldLimits, item: string): string | null {
  if (item === "") return "no blank and no second comma in a list";
  if (item === "?") return "did you mean *? ? is for the day fields; with 6 fields the first is the second";
  const range = /^(\d+)~(\d+)$/.exec(item);
  if (range !== null) return `a value that differs between jobs is H(${range[1]}-${range[2]})`;
  const step = /\/(\d+)$/.exec(item);
  const unit = { second: "s", minute: "m", hour: "h" }[field.name];
  if (step !== null && unit !== undefined && Number(step[1]) > field.max)
    return `did you mean @every ${step[1]}${unit}?`;
  return step !== null && item.startsWith("/") ? `did you mean *${item}?` : null;
}

/** What a wrong number of fields may come from. */
export function suggestFields(tokens: readonly string[]): string | null {
  if (tokens.length === 0) return "every minute is * * * * *";
  if (tokens.some((token) => token.startsWith(",") || token.endsWith(","))) return "no blank in a list";
  const [first = ""] = tokens;
  return tokens.length === 1 && /^[a-z]+$/i.test(first) ? suggestNearest(`@${first}`, ["@daily", "@hourly"]) : null;
}

/** A duration in the way of Go, for one in plain words. */
export function suggestDuration(text: string): string | null {
  const words = /^(\d+)\s*(milli|sec|min|h|day|week)[a-z]*\.?$/i.exec(text);
  if (words === null) return null;
  const [, count, unit = ""] = words;
  if (unit.toLowerCase() === "week") return `did you mean ${Number(count) * 7}d?`;
  const short = { milli: "ms", sec: "s", min: "m", h: "h", day: "d" }[unit.toLowerCase()];
  return `did you mean ${count}${short}?`;
}
