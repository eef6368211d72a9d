import type { CronSchedule } from "../schedule/cron-schedule.js";
import type { LocalRule, Segment } from "../schedule/zone.js";
import { localDate, timeText } from "./local-text.js";

/** What becomes of a schedule's fire on a day when the wall clock jumps. */
export interface DstEffect {
  readonly kind: "moved" | "skipped" | "doubled";
  /** The local date, and what happens on it, in words. */
  readonly date: string;
  readonly text: string;
}

const MOST_READINGS = 3;
const YEAR_SECONDS = 366 * 86_400;

/** The effects of the clock's jumps within a year from an instant, for a schedule that does not fire at every hour. */
export function dstEffects(schedule: CronSchedule, fromMs: number): DstEffect[] {
  const { rule, zone } = schedule.parts;
  // Nobody misses one fire of an hourly job, which comes an hour later by the sun as well.
  if (rule.fields.hour.low === 0x00ffffff) return [];
  const effects: DstEffect[] = [];
  const end = Math.floor(fromMs / 1_000) + YEAR_SECONDS;
  let before = zone.segmentAt(Math.floor(fromMs / 1_000));
  while (before.end < end) {
    const after = zone.segmentAt(before.end);
    const effect = effectOf(schedule, before, after);
    if (effect !== null) effects.push(effect);
    before = after;
  }
  return effects;
}

function effectOf({ parts: { rule, zone } }: CronSchedule, before: Segment, after: Segment): DstEffect | null {
  const lastShown = before.end + before.offset;
  const shown = after.start + after.offset;
  const date = localDate(zone, after.start * 1_000);
  const readings = readingsBetween(rule, Math.min(lastShown, shown), Math.max(lastShown, shown));
  if (readings.length === 0) return null;
  const one = readings.length === 1;
  if (shown > lastShown) {
    const gap = `the clock goes from ${timeText(lastShown)} to ${timeText(shown)}: ${readings.join(", ")}`;
    if (!rule.fillsGap) return { kind: "skipped", date, text: `${gap} ${one ? "does" : "do"} not fire` };
    return { kind: "moved", date, text: `${gap} ${one ? "fires" : "fire once,"} at ${timeText(shown)}` };
  }
  if (rule.firstPassOnly) return null;
  const overlap = `the clock goes back from ${timeText(lastShown)} to ${timeText(shown)}: ${readings.join(", ")}`;
  return { kind: "doubled", date, text: `${overlap} ${one ? "fires" : "fire"} twice` };
}

/** The first readings that match, as times of day; `…` stands for more. */
function readingsBetween(rule: LocalRule, from: number, to: number): string[] {
  const readings: string[] = [];
  for (let local = rule.nextLocal(from); local < to; local = rule.nextLocal(local + 1)) {
    if (readings.length === MOST_READINGS) return [...readings, "…"];
    readings.push(timeText(local));
  }
  return readings;
}
