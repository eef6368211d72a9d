import { cron } from "punctual";
import { describe, expect, it } from "vitest";

const utc = (text: string): number => Date.parse(text.includes("T") ? `${text}Z` : `${text}T00:00:00Z`);
const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString().slice(0, 19));

function nextTimes(expression: string, timezone: string, after: string, count: number): (string | null)[] {
  const schedule = cron(expression, { timezone });
  const times: (string | null)[] = [];
  let time: number | null = utc(after);
  for (let n = 0; n < count && time !== null; n++) {
    time = schedule.next(time);
    times.push(iso(time));
  }
  return times;
}

describe("next, in UTC", () => {
  it.each([
    // expression, after, the next ones
    ["* * * * *", "2026-01-01T00:00:00", ["2026-01-01T00:01:00", "2026-01-01T00:02:00"]],
    ["*/15 * * * * *", "2026-01-01T00:00:01", ["2026-01-01T00:00:15", "2026-01-01T00:00:30"]],
    ["0 9 * * MON-FRI", "2026-01-02T09:00:00", ["2026-01-05T09:00:00", "2026-01-06T09:00:00"]],
    ["0 0 31 * *", "2026-01-31", ["2026-03-31T00:00:00", "2026-05-31T00:00:00"]],
    ["0 0 29 2 *", "2026-01-01", ["2028-02-29T00:00:00", "2032-02-29T00:00:00"]],
    ["0 0 29 2 *", "2097-01-01", ["2104-02-29T00:00:00"]],
    ["59 59 23 31 12 *", "2026-12-31T23:59:58", ["2026-12-31T23:59:59", "2027-12-31T23:59:59"]],
    // both day fields restricted: either may match
    ["0 0 13 * 5", "2026-02-01", ["2026-02-06T00:00:00", "2026-02-13T00:00:00", "2026-02-20T00:00:00"]],
    ["0 0 */2 * 1", "2026-01-01", ["2026-01-03T00:00:00", "2026-01-05T00:00:00", "2026-01-07T00:00:00"]],
    // a bare ? restricts nothing
    ["0 0 ? * 5", "2026-02-01", ["2026-02-06T00:00:00", "2026-02-13T00:00:00"]],
    // ranges that go round
    ["0 22-2 * * *", "2026-01-01T00:30:00", ["2026-01-01T01:00:00", "2026-01-01T02:00:00", "2026-01-01T22:00:00"]],
    ["0 0 * * FRI-MON", "2026-01-01", ["2026-01-02T00:00:00", "2026-01-03T00:00:00", "2026-01-04T00:00:00"]],
    ["0 0 1 NOV-FEB *", "2026-02-02", ["2026-11-01T00:00:00", "2026-12-01T00:00:00", "2027-01-01T00:00:00"]],
    // Sunday is 0 and 7; lists may overlap
    ["0 0 * * 0,7", "2026-01-01", ["2026-01-04T00:00:00", "2026-01-11T00:00:00"]],
    ["1-5,3,*/2 0 1 1 *", "2026-01-01T00:00:30", ["2026-01-01T00:01:00", "2026-01-01T00:02:00"]],
    ["@yearly", "2026-01-01", ["2027-01-01T00:00:00"]],
    ["@weekly", "2026-01-01", ["2026-01-04T00:00:00"]],
    ["@MIDNIGHT", "2026-01-01", ["2026-01-02T00:00:00"]],
    ["  @hourly ", "2026-01-01", ["2026-01-01T01:00:00"]],
    ["TZ=Asia/Tokyo 30 4 * * *", "2026-01-01", ["2026-01-01T19:30:00"]],
    ["CRON_TZ=Asia/Tokyo @daily", "2026-01-01", ["2026-01-01T15:00:00"]],
  ])("%s after %s", (expression, after, times) => {
    expect(nextTimes(expression, "UTC", after, times.length)).toEqual(times);
  });

  it("needs both days with dayMatch and", () => {
    const schedule = cron("0 0 13 * 5", { timezone: "UTC", dayMatch: "and" });
    expect(iso(schedule.next(utc("2026-01-01")))).toBe("2026-02-13T00:00:00");
    expect(iso(schedule.next(utc("2026-02-13")))).toBe("2026-03-13T00:00:00");
  });

  it("ends with the year 9999 and works before 1970", () => {
    expect(nextTimes("0 0 31 12 *", "UTC", "9999-12-30", 3)).toEqual(["9999-12-31T00:00:00", null]);
    expect(nextTimes("@yearly", "America/New_York", "9998-12-31", 3)).toEqual(["9999-01-01T05:00:00", null]);
    expect(nextTimes("0 12 29 2 *", "UTC", "1900-01-01", 2)).toEqual(["1904-02-29T12:00:00", "1908-02-29T12:00:00"]);
    expect(nextTimes("0 12 1 1 *", "UTC", "0001-01-01", 1)).toEqual(["0001-01-01T12:00:00"]);
    expect(nextTimes("0 12 2 1 *", "Europe/Paris", "-001000-01-01T00:00:00", 1)).toEqual(["0001-01-02T11:50:39"]);
    expect(cron("@daily").next(Number.NaN)).toBeNull();
  });
});

describe("next, where the wall clock jumps", () => {
  it.each([
    // New York, 8 March 2026: 02:00 becomes 03:00
    ["30 2 * * *", "America/New_York", "2026-03-08", ["2026-03-08T07:00:00", "2026-03-09T06:30:00"]],
    ["0,30 2 * * *", "America/New_York", "2026-03-08", ["2026-03-08T07:00:00", "2026-03-09T06:00:00"]],
    ["0 2,3 * * *", "America/New_York", "2026-03-08", ["2026-03-08T07:00:00", "2026-03-09T06:00:00"]],
    ["0 */2 * * *", "America/New_York", "2026-03-08T05:30:00", ["2026-03-08T08:00:00"]],
    // ... 1 November 2026: 02:00 becomes 01:00
    ["30 1 * * *", "America/New_York", "2026-11-01T05:00:00", ["2026-11-01T05:30:00", "2026-11-02T06:30:00"]],
    ["*/30 * * * *", "America/New_York", "2026-11-01T05:00:00", ["2026-11-01T05:30:00", "2026-11-01T06:00:00"]],
    ["0 1-3 * * *", "America/New_York", "2026-11-01T04:30:00", ["2026-11-01T05:00:00", "2026-11-01T07:00:00"]],
    ["*/20 1 * * *", "America/New_York", "2026-11-01T05:30:00", ["2026-11-01T05:40:00", "2026-11-01T06:00:00"]],
    // started in the second pass, a fixed time that the first pass showed does not come again
    ["30 1 * * *", "America/New_York", "2026-11-01T06:10:00", ["2026-11-02T06:30:00"]],
    // Lord Howe shifts by half an hour
    ["15 2 * * *", "Australia/Lord_Howe", "2026-10-03T14:00:00", ["2026-10-03T15:30:00", "2026-10-04T15:15:00"]],
    ["45 1 * * *", "Australia/Lord_Howe", "2026-04-04T14:00:00", ["2026-04-04T14:45:00", "2026-04-05T15:15:00"]],
    // a long wait passes many changes, and may end in any span
    ["0 12 30 12 *", "Pacific/Auckland", "2026-01-01", ["2026-12-29T23:00:00", "2027-12-29T23:00:00"]],
    ["0 0 29 2 *", "Europe/Paris", "2026-01-01", ["2028-02-28T23:00:00", "2032-02-28T23:00:00"]],
    ["0 * * 1 *", "Pacific/Auckland", "2026-02-14", ["2026-12-31T11:00:00", "2026-12-31T12:00:00"]],
    // Havana's midnight gap, Apia's missing 30 December 2011
    ["0 0 * * *", "America/Havana", "2026-03-07T06:00:00", ["2026-03-08T05:00:00", "2026-03-09T04:00:00"]],
    ["0 12 30 12 *", "Pacific/Apia", "2011-12-01", ["2011-12-30T10:00:00", "2012-12-29T22:00:00"]],
    ["@daily", "Pacific/Apia", "2011-12-29T09:59:59", ["2011-12-29T10:00:00", "2011-12-30T10:00:00"]],
  ])("%s in %s after %s", (expression, timezone, after, times) => {
    expect(nextTimes(expression, timezone, after, times.length)).toEqual(times);
  });
});
