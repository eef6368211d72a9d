/**
 * The Open Cron Pattern Specification, versions 1.0 to 1.4: every conformance vector that it publishes, the examples of
 * its text, and what is done otherwise here, with the reason. Its instants have no zone; here they are UTC.
 */
import { cron, parseSchedule } from "punctual";
import { describe, expect, it } from "vitest";
import { instants, itAccepts, itFires, itRefuses } from "./rows.js";

/** A pattern, instants that it must match, and instants that it must not. */
type Vector = readonly [pattern: string, match: readonly string[], not: readonly string[]];

function itMatches(vectors: readonly Vector[]): void {
  for (const [pattern, match, not] of vectors) {
    it(`${pattern}: ${match.join(", ")}, not ${not.join(", ")}`, () => {
      const schedule = cron(pattern, { timezone: "UTC" });
      const fires = (ms: number | null): boolean => ms !== null && schedule.matches(ms) && schedule.next(ms - 1) === ms;
      const silent = (ms: number | null): boolean =>
        ms !== null && !schedule.matches(ms) && schedule.next(ms - 1) !== ms;
      expect(instants(match).map(fires)).toEqual(match.map(() => true));
      expect(instants(not).map(silent)).toEqual(not.map(() => true));
    });
  }
}

describe("OCPS 1.0: the baseline, Vixie's five fields", () => {
  itMatches([
    ["15 10 * * *", ["2025-03-10T10:15"], ["2025-03-10T10:14"]],
    // Names in any case
    ["30 8 * jan Mon", ["2025-01-06T08:30"], ["2025-02-03T08:30"]],
    // A step counts from the start of its range
    ["5-59/15 9 * * *", ["2025-03-10T09:05", "09:20", "09:35", "09:50"], ["2025-03-10T09:15"]],
    ["0-30/10 * * * *", ["2025-03-10T09:00", "09:10", "09:20", "09:30"], ["2025-03-10T09:40", "09:50", "09:05"]],
    // Both days restricted: either
    ["0 12 1 * MON", ["2025-10-01T12:00", "10-06T12:00"], ["2025-10-07T12:00"]],
    // A star does not restrict, a full range does
    ["0 12 * * MON", ["2025-10-06T12:00"], ["2025-10-07T12:00"]],
    ["0 12 1-31 * MON", ["2025-10-06T12:00", "10-07T12:00"], ["2025-10-08T11:00"]],
    // Sunday is 0 and 7
    ["0 0 * * 0", ["2025-10-05"], ["2025-10-06"]],
    ["0 0 * * 7", ["2025-10-05"], ["2025-10-06"]],
    ["0 0 * * SUN", ["2025-10-05"], ["2025-10-04"]],
    // Lists, ranges and stars are put together
    [
      "0,30-40/5,59 9-17 * * *",
      ["2025-03-10T09:00", "09:30", "09:35", "17:40", "17:59"],
      ["2025-03-10T09:45", "18:00"],
    ],
    ["0 0 1,15 JAN-MAR *", ["2025-01-01", "02-15", "03-01"], ["2025-04-01", "01-02"]],
  ]);
  itRefuses([
    ["60 0 * * *", "minute"],
    ["0 0 /30 * *", "day of month"],
    ["0 24 * * *", "hour"],
    ["0 0 0 * *", "day of month"],
    ["0 0 * 13 *", "month"],
    ["0 0 * * 8", "day of week"],
  ]);
});

describe("OCPS 1.1: nicknames", () => {
  itMatches([
    ["@yearly", ["2026-01-01"], ["2026-01-02"]],
    ["@annually", ["2026-01-01"], ["2026-02-01"]],
    ["@monthly", ["2026-02-01"], ["2026-02-02"]],
    ["@weekly", ["2025-10-05"], ["2025-10-06"]],
    ["@daily", ["2025-10-07"], ["2025-10-07T00:01"]],
    ["@daily", ["2025-10-08", "10-09", "11-01"], ["2025-10-08T00:00:01", "23:59:59", "11-01T00:01"]],
    ["@midnight", ["2025-10-07"], ["2025-10-07T00:01"]],
    ["@hourly", ["2025-10-07T10:00"], ["2025-10-07T10:01"]],
  ]);
  // A nickname stands alone
  itRefuses([["@daily 0 0 * * *", null]]);
  // @reboot is read; it has no fire times of its own, because it waits for the start of a scheduler
  itAccepts(["@reboot"]);
  it("@reboot has no fire time", () => {
    expect(parseSchedule("@reboot").next(0)).toBeNull();
  });
  it.each([
    ["@yearly", "0 0 1 1 *"],
    ["@monthly", "0 0 1 * *"],
    ["@weekly", "0 0 * * 0"],
    ["@daily", "0 0 * * *"],
    ["@hourly", "0 * * * *"],
  ])("%s is as %s", (nickname, pattern) => {
    const from = Date.UTC(2025, 9, 7);
    const [short, long] = [nickname, pattern].map((text) => cron(text, { timezone: "Europe/Paris" }));
    for (let time = from; time < from + 400 * 86_400_000; time = long?.next(time) ?? Number.POSITIVE_INFINITY) {
      expect(short?.next(time)).toBe(long?.next(time));
    }
  });
});

describe("OCPS 1.2: seconds and years", () => {
  itMatches([
    ["15 10 * * *", ["2025-03-10T10:15:00"], ["2025-03-10T10:15:30"]],
    ["30 15 10 * * *", ["2025-03-10T10:15:30"], ["2025-03-10T10:15:29"]],
    ["0 15 10 * * * 2025", ["2025-03-10T10:15:00"], ["2026-03-10T10:15:00"]],
    // Steps over the whole range begin at 1970
    ["0 0 0 1 1 * 1970-2199/2", ["2026-01-01"], ["2025-01-01"]],
  ]);
  itAccepts(["15 10 * * *", "30 15 10 * * *", "0 15 10 * * * 2025"]);
});

describe("OCPS 1.3: L, # and W", () => {
  itMatches([
    ["0 0 L * *", ["2025-02-28", "2024-02-29", "2025-01-31"], ["2025-02-27", "2024-02-28"]],
    ["0 0 * * FRI#L", ["2025-02-28"], ["2025-02-21"]],
    ["0 0 * * 5#L", ["2025-02-28"], ["2025-02-21"]],
    ["0 0 * * 5L", ["2025-02-28"], ["2025-02-21"]],
    ["0 0 * * TUE#3", ["2025-06-17"], ["2025-06-10", "06-24"]],
    ["0 0 * * 2#3", ["2025-06-17"], ["2025-06-10", "06-24"]],
    ["0 0 * * MON#1", ["2025-06-02"], ["2025-06-09"]],
    ["0 12 15W * *", ["2025-06-16T12:00"], ["2025-06-15T12:00"]],
    // The 15th: a Wednesday, a Saturday, a Sunday
    ["0 12 15W * *", ["2025-10-15T12:00", "2025-11-14T12:00", "2026-02-16T12:00"], ["2025-11-15T12:00", "11-17T12:00"]],
    // Not over the border of the month
    ["0 12 1W * *", ["2025-02-03T12:00"], ["2025-02-01T12:00", "2025-01-31T12:00"]],
    ["0 12 31W * *", ["2025-08-29T12:00"], ["2025-08-31T12:00", "09-01T12:00"]],
  ]);
  itRefuses([
    ["0 12 1-15W * *", "day of month"],
    ["0 0 * * FRI#6", "day of week"],
    ["0 0 * * FRI#0", "day of week"],
  ]);
});

describe("OCPS 1.4: how the days go together", () => {
  itMatches([
    ["0 12 1 * MON", ["2025-09-01T12:00", "09-08T12:00", "10-01T12:00"], ["2025-10-07T12:00"]],
    ["0 12 1 * +MON", ["2025-09-01T12:00"], ["2025-09-08T12:00", "10-01T12:00"]],
    // `?` is a star
    ["0 12 ? * MON", ["2025-09-08T12:00"], ["2025-09-09T12:00"]],
    ["0 12 1 * ?", ["2025-10-01T12:00"], ["2025-10-06T12:00"]],
  ]);
  itRefuses([
    // `+` only at the start of the day of week, `?` only in the days
    ["0 12 +1 * MON", "day of month"],
    ["0 12 1 * MON,+TUE", "day of week"],
    ["0 12 1 * ++MON", "day of week"],
    ["0 12 1 * +", "day of week"],
    ["+0 12 1 * MON", "minute"],
    ["0 12 1 +1 *", "month"],
    ["? 12 * * *", "minute"],
    ["0 ? * * *", "hour"],
    ["0 12 * ? *", "month"],
  ]);
  // The recommended range of years, by the Gregorian rules throughout
  itFires([
    ["0 0 0 29 2 * 1-4", "UTC", "0001-01-01", "0004-02-29", "never"],
    ["0 0 0 29 2 * 1500-1600/100", "UTC", "1499-01-01", "1600-02-29", "never"],
    ["59 59 23 31 12 * 9999", "UTC", "9998-01-01", "9999-12-31T23:59:59", "never"],
  ]);
  // Recommended for summer time: once in an overlap, at its first pass
  itFires([["30 1 * * *", "America/New_York", "2025-11-01T12:00-04", "11-02T01:30", "11-03T01:30-05"]]);
});

describe("OCPS: deviations", () => {
  describe("1.0: a range that descends is refused there; here it goes round, as users of Quartz and croner expect", () => {
    itFires([["0 0 10-5 * *", "UTC", "2026-01-05", "01-10", "01-11"]]);
  });
  describe("1.0: an impossible date is accepted there; here it is refused, because such a job would never run", () => {
    itRefuses([["* * 31 2 *", "day of month"]]);
  });
  describe("1.0: a day field that begins with a star is unrestricted there; here only a bare star is", () => {
    itFires([["0 12 */10 * MON", "UTC", "2025-10-05", "10-06T12:00", "10-11T12:00", "10-13T12:00"]]);
    itFires([["0 12 */10 * +MON", "UTC", "2025-10-05", "12-01T12:00", "2026-05-11T12:00"]]);
  });
  describe("1.1: nicknames are in small letters there; here in any case, as earlier drafts had it", () => {
    itFires([["@Daily", "UTC", "2025-10-07", "10-08"]]);
  });
  describe("1.2: years other than 1970 to 2199 are non-portable; here 1 to 9999, as 1.4 recommends", () => {
    itFires([["0 0 0 1 1 * 1969", "UTC", "1968-01-01", "1969-01-01", "never"]]);
  });
  describe("1.3: W stands alone there; here it may be one of a list", () => {
    itFires([["0 0 1W,15 * *", "UTC", "2025-02-01", "02-03", "02-15"]]);
  });
  describe("1.4: a reading in a gap is skipped there; here it fires at the gap's end, unless dst is `skip`", () => {
    itFires([["30 2 * * *", "America/New_York", "2025-03-08T12:00-05", "03-09T03:00-04", "03-10T02:30"]]);
    itFires([["30 2 * * *", "America/New_York", "2025-03-08T12:00-05", "03-10T02:30-04"]], { dst: "skip" });
  });
});
