/**
 * What docs/cron.md, section 4, says to write for the expressions of other systems, as far as the tables of the families
 * do not have it yet: node-cron, croner, Jenkins, EventBridge.
 */
import { cron } from "punctual";
import { describe, expect, it } from "vitest";
import { itAccepts, itFires, itRefuses } from "./rows.js";

const NY = "America/New_York";

describe("coming from node-cron", () => {
  itFires([
    // `0 0 13 * 5` is Friday the 13th there
    ["0 0 13 * +5", "UTC", "2026-01-01", "02-13", "03-13", "11-13", "2027-08-13"],
    // It skips the gap's reading, and the second pass of every hour that comes twice
    ["30 2 * * *", NY, "2026-03-07T12:00-05", "03-08T03:00-04", "03-09T02:30"],
    ["CRON_DST=skip 30 2 * * *", NY, "2026-03-07T12:00-05", "03-09T02:30-04"],
    ["0 * * * *", NY, "2026-11-01T00:30-04", "01:00", "01:00-05", "02:00"],
  ]);
  itRefuses([
    ["0 0 1 january *", "month"],
    ["0 0 * * friday", "day of week"],
    ["*/100 * * * *", "minute"],
  ]);
});

describe("coming from croner", () => {
  itFires([
    ["5/15 * * * *", "UTC", "2026-01-01", "00:05", "00:20", "00:35", "00:50"],
    ["0 0 L-3 * *", "UTC", "2026-01-01", "01-28", "02-25", "03-28"],
  ]);
  itRefuses([
    ["? * * * *", "minute"],
    ["0 0 31 2 *", "day of month"],
    ["2027-01-01T00:00:00", "instant"],
  ]);
});

describe("coming from EventBridge", () => {
  itFires([
    // `cron(0 10 * * ? *)` has the year last and no second: a second goes in front
    ["0 0 10 * * ? *", "UTC", "2026-01-01", "10:00", "01-02T10:00"],
    // `cron(0 18 ? * 2-6 *)` is Monday to Friday, `cron(0 10 ? * 6L 2026)` the last Fridays
    ["0 0 18 ? * MON-FRI *", "UTC", "2026-01-02", "18:00", "01-05T18:00"],
    ["0 0 10 ? * FRIL 2026", "UTC", "2026-11-01", "11-27T10:00", "12-25T10:00", "never"],
    // EventBridge Scheduler skips a reading in a gap, and fires once in an overlap
    ["CRON_DST=skip 0 30 2 * * ? *", NY, "2026-03-07T12:00-05", "03-09T02:30-04"],
    ["CRON_DST=skip 0 30 1 * * ? *", NY, "2026-10-31T12:00-04", "11-01T01:30", "11-02T01:30-05"],
  ]);
  // Without that second its `?` stands where none may be, so that it is never misread
  itRefuses([
    ["0 10 * * ? *", "month"],
    ["0 18 ? * MON-FRI *", "hour"],
    ["rate(5 minutes)", null],
  ]);
});

describe("coming from Jenkins", () => {
  const DAY = 86_400_000;

  /** The fire times of the first days of 2026 for some jobs, as minutes since the start of their day. */
  function minutes(expression: string, days: number, jobName: string): number[] {
    const schedule = cron(expression, { timezone: "UTC", jobName });
    const from = Date.UTC(2026, 0, 1);
    const found: number[] = [];
    for (let time = schedule.next(from - 1); time !== null && time < from + days * DAY; time = schedule.next(time)) {
      found.push(((time - from) % DAY) / 60_000);
    }
    return found;
  }

  const jobs = Array.from({ length: 50 }, (_, index) => `job ${index}`);

  it.each([
    // expression, fire times a day, the earliest and the latest minute of the day
    ["H * * * *", 24, 0, 1439],
    ["H H * * *", 1, 0, 1439],
    ["H H(0-2) * * *", 1, 0, 179],
    ["H(0-29) 3 * * *", 1, 180, 209],
    ["H/15 * * * *", 96, 0, 1439],
    ["H(0-29)/10 * * * *", 72, 0, 1439],
    ["H H(8-15)/2 * * *", 4, 480, 959],
  ])("%s", (expression, perDay, least, greatest) => {
    const found = jobs.map((job) => minutes(expression, 2, job));
    for (const times of found) {
      expect(times).toHaveLength(2 * perDay);
      expect(times.slice(0, perDay)).toEqual(times.slice(perDay));
      expect(Math.min(...times)).toBeGreaterThanOrEqual(least);
      expect(Math.max(...times)).toBeLessThanOrEqual(greatest);
    }
    expect(new Set(found.map(String)).size, "the names spread the jobs").toBeGreaterThan(jobs.length / 10);
  });

  it("H in day of month is at most 28, so that each month has its run", () => {
    for (const jobName of jobs) {
      const schedule = cron("0 0 H * *", { timezone: "UTC", jobName });
      const year = [...Array(12).keys()].map((month) => schedule.next(Date.UTC(2026, month, 1) - 1) ?? 0);
      expect(year.map((time) => new Date(time).getUTCMonth())).toEqual([...Array(12).keys()]);
    }
  });

  // What its hashed macros are called here, and that the macros themselves do not hash
  itAccepts(["H H * * H", "H H H * *", "H H H H *"]);
  itFires([
    ["@hourly", "UTC", "2026-01-01", "01:00", "02:00"],
    ["@midnight", "UTC", "2026-01-01", "01-02", "01-03"],
    ["TZ=Europe/London 0 17 * * *", "UTC", "2026-06-01", "16:00"],
  ]);
});
