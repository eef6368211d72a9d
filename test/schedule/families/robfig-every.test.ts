/**
 * `@every` of robfig/cron, whose duration is one of Go's time.ParseDuration. It counts from the job's registration, both
 * there and here; there in whole seconds, one at least, here in milliseconds.
 */
import { parseSchedule } from "punctual";
import { describe, expect, it } from "vitest";
import { instants, itRefuses } from "./rows.js";

/** A duration, when the job was registered, and its first fire times. */
type EveryRow = readonly [duration: string, registered: string, ...times: string[]];

function itFiresEvery(rows: readonly EveryRow[]): void {
  for (const [duration, registered, ...times] of rows) {
    it(`@every ${duration} from ${registered}`, () => {
      const [from = null, ...expected] = instants([registered, ...times]);
      const schedule = parseSchedule(`@every ${duration}`);
      const bound = schedule.bind?.({ jobName: "a", registeredAtMs: from ?? Number.NaN, cron: {} }) ?? schedule;
      const found: (number | null)[] = [];
      for (const _ of expected) found.push(bound.next(found.at(-1) ?? from ?? Number.NaN));
      expect(found).toEqual(expected);
    });
  }
}

/** A duration, and how many milliseconds lie between its fire times. */
function itIsMs(rows: readonly (readonly [duration: string, ms: number])[]): void {
  for (const [duration, ms] of rows) {
    it(`@every ${duration} is ${ms} ms`, () => {
      const schedule = parseSchedule(`@every ${duration}`);
      const bound = schedule.bind?.({ jobName: "a", registeredAtMs: 0, cron: {} }) ?? schedule;
      expect([bound.next(0), bound.next(ms)]).toEqual([ms, 2 * ms]);
    });
  }
}

describe("@every: fire times", () => {
  itFiresEvery([
    ["15m", "2012-07-09T14:45", "15:00", "15:15"],
    ["15m", "2012-07-09T14:59", "15:14", "15:29"],
    ["15m", "2012-07-09T14:59:59", "15:14:59"],
    // Round the hour, the day, the month and the year
    ["35m", "2012-07-09T15:45", "16:20"],
    ["14m", "2012-07-09T23:46", "07-10T00:00"],
    ["35m", "2012-07-09T23:45", "07-10T00:20"],
    ["44m24s", "2012-07-09T23:35:51", "07-10T00:20:15"],
    ["25h44m24s", "2012-07-09T23:35:51", "07-11T01:20:15"],
    ["2184h25m", "2012-07-09T23:35", "10-09T00:00"],
    ["15s", "2012-12-31T23:59:45", "2013-01-01T00:00", "00:00:15"],
    ["5m", "2025-01-01T18:02", "18:07", "18:12"],
    // A part of a millisecond is rounded away
    ["15m50ns", "2012-07-09T14:45", "15:00", "15:15"],
  ]);
});

describe("@every: durations as Go writes them", () => {
  itIsMs([
    ["1h30m", 5_400_000],
    ["1h30m10s", 5_410_000],
    ["1.5h", 5_400_000],
    ["0.5s", 500],
    [".5m", 30_000],
    ["1.s", 1_000],
    ["90s", 90_000],
    ["1m30.5s", 90_500],
    ["500ms", 500],
    ["2s500ms", 2_500],
    ["1500us", 2],
    ["3000us", 3],
    ["3000\u00b5s", 3],
    ["3000\u03bcs", 3],
    ["2000000ns", 2],
    // Units in any order, and more than once; a plus sign
    ["30m1h", 5_400_000],
    ["1h1h", 7_200_000],
    ["+90s", 90_000],
  ]);
});

describe("@every: refused there and here", () => {
  itRefuses([
    ["@every Xm", "duration"],
    ["@every", "duration"],
    ["@every 5", "duration"],
    ["@every h", "duration"],
    ["@every 5x", "duration"],
    ["@every 1h 5m", "duration"],
    ["@every 1h-5m", "duration"],
    ["@every 1,5h", "duration"],
    ["@every .s", "duration"],
    ["@every 5M", "duration"],
  ]);
});

describe("@every: deviations", () => {
  // There the least interval is a second, and a time of registration is cut to its second.
  itIsMs([
    ["15ms", 15],
    ["1ms", 1],
    ["1us", 1],
  ]);
  it("counts from the millisecond of the registration", () => {
    const registeredAtMs = Date.UTC(2012, 6, 9, 14, 45, 0, 5);
    const bound = parseSchedule("@every 15m").bind?.({ jobName: "a", registeredAtMs, cron: {} });
    expect(bound?.next(registeredAtMs)).toBe(registeredAtMs + 900_000);
  });
  // There a day has no unit.
  itIsMs([
    ["1d", 86_400_000],
    ["1d12h", 129_600_000],
  ]);
  // There zero and less become a second.
  itRefuses([
    ["@every 0s", "duration"],
    ["@every 0", "duration"],
    ["@every -5s", "duration"],
  ]);
});
