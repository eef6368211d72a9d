import { WallClock } from "./wall-clock.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What is compared: the fire times of a span of time in a zone. */
export interface Window {
  readonly clock: WallClock;
  readonly from: number;
  readonly to: number;
}

const CLOCKS = new Map<string, WallClock>();

function span(timeZone: string, from: string, days: number): Window {
  const clock = CLOCKS.get(timeZone) ?? new WallClock(timeZone);
  CLOCKS.set(timeZone, clock);
  const start = Date.parse(`${from}T00:00:00Z`);
  return { clock, from: start, to: start + days * DAY };
}

/** Some hours around the change of a zone's offset on a day, and some days. */
function change(timeZone: string, day: string): Window[] {
  const { clock, from, to } = span(timeZone, day, 1);
  const [transition] = clock.transitions(from - DAY, to + DAY);
  if (transition === undefined) throw new Error(`the clocks of ${timeZone} do not change about ${day}`);
  const { at } = transition;
  const night = { clock, from: at - 3 * HOUR - 1_000, to: at + 4 * HOUR };
  return [night, night, { clock, from: at - 2 * DAY, to: at + 2 * DAY }];
}

const CHANGES: readonly (readonly [timeZone: string, ...days: string[]])[] = [
  ["America/New_York", "2026-03-08", "2026-11-01"],
  ["Europe/London", "2026-03-29", "2026-10-25"],
  // By half an hour.
  ["Australia/Lord_Howe", "2026-10-03", "2026-04-04"],
  // At midnight.
  ["America/Havana", "2026-03-08", "2026-11-01"],
  ["Africa/Cairo", "2026-04-23", "2026-10-29"],
  ["America/Santiago", "2026-09-06", "2026-04-05"],
  // To midnight: the gap ends on another day than its readings.
  ["America/Scoresbysund", "2026-03-29", "2026-10-25"],
  ["Africa/Casablanca", "2026-03-22", "2026-02-15"],
  // By a whole day.
  ["Pacific/Apia", "2011-12-30"],
];

const SPANS: readonly (readonly [timeZone: string, from: string, days: number])[] = [
  ["UTC", "2026-05-11", 7],
  ["Asia/Tokyo", "2026-05-11", 7],
  ["Asia/Kolkata", "2026-05-11", 7],
  ["UTC", "1969-12-20", 30],
  ["America/New_York", "1969-11-01", 120],
  ["Europe/London", "1970-12-20", 30],
  ["Asia/Tokyo", "2027-12-20", 30],
  ["UTC", "2028-02-20", 20],
  ["America/New_York", "2028-02-20", 15],
  ["UTC", "2026-01-01", 400],
  ["Asia/Kolkata", "2099-11-01", 600],
  ["UTC", "2100-02-20", 20],
  ["Asia/Tokyo", "2100-12-20", 30],
  ["UTC", "2999-12-20", 20],
];

export const WINDOWS: readonly Window[] = [
  ...CHANGES.flatMap(([timeZone, ...days]) => days.flatMap((day) => change(timeZone, day))),
  ...SPANS.map(([timeZone, from, days]) => span(timeZone, from, days)),
];
