import type { ScheduleSpec } from "punctual";
import { cron, except, InvalidOptionError, InvalidScheduleError, limit } from "punctual";
import { explain, lint } from "punctual/explain";
import { describe, expect, it } from "vitest";

const from = Date.UTC(2026, 1, 1);
const options = { timezone: "America/New_York", from };

describe("explain", () => {
  it("tells all there is to know on a few lines", () => {
    expect(String(explain("30 2 * * SUN", { ...options, from: Date.UTC(2026, 2, 1), count: 3 }))).toBe(
      [
        "At 02:30, only on Sunday",
        "next, in America/New_York:",
        "  2026-03-01 02:30:00 -05:00",
        "  2026-03-08 03:00:00 -04:00",
        "  2026-03-15 02:30:00 -04:00",
        "warning: on 2026-03-08 the clock goes from 02:00 to 03:00: 02:30 fires at 03:00",
      ].join("\n"),
    );
  });

  it.each<[ScheduleSpec, string]>([
    ["0 9 * * MON-FRI", "At 09:00, Monday through Friday"],
    ["0 22-2 * * *", "Every hour, between 22:00 and 02:00"],
    ["@daily", "At 00:00"],
    ["H(7-7) H(5-5) * * *", "At 05:07"],
    ["0 0 * * FRI#L", "At 00:00, on the last Friday of the month"],
    ["0 0 13 * +FRI", "At 00:00, on day 13 of the month, only on Friday"],
    ["0 0 13 * FRI", "At 00:00, on day 13 of the month, and on Friday"],
    [
      "0 0 1,15W,L * *",
      "At 00:00, on day 1 of the month; At 00:00, on the weekday nearest day 15 of the month; " +
        "At 00:00, on the last day of the month",
    ],
    ["0 0 L-3W * FRI", '"0 0 L-3W * *"; At 00:00, only on Friday'],
    ["@every 90m", "Every 1h30m"],
    ["@after 5m", "5m after the end of the run before"],
    ["@reboot", "When the scheduler starts"],
    ["2027-01-01T00:00:00Z", "Once, at 2027-01-01T00:00:00.000Z"],
    [["0 9 * * *", "0 17 * * SAT"], "At 09:00; At 17:00, only on Saturday"],
    [except("0 9 * * *", ["2026-12-25"]), 'At 09:00, except ["2026-12-25"]'],
    [limit("0 9 * * *", 3), "At 09:00, 3 times"],
    [{ next: () => null }, "A schedule of its own"],
  ])("%j", (spec, sentence) => {
    expect(explain(spec, options).sentence).toBe(sentence);
  });

  it("speaks other languages", () => {
    expect(explain("0 9 * * 1-5", { ...options, locale: "de-AT" }).sentence).toBe("Um 09:00, Montag bis Freitag");
    expect(explain("0 9 * * 1-5", { ...options, locale: "fr" }).sentence).toContain("lundi");
    expect(() => explain("@daily", { locale: "tlh" })).toThrow("locale: expected one of en");
  });

  it("shows the fire times by the schedule's own clock", () => {
    const { timezone, fireTimes } = explain("CRON_TZ=Asia/Kathmandu @daily", { ...options, count: 1 });
    expect({ timezone, fireTimes }).toEqual({
      timezone: "Asia/Kathmandu",
      fireTimes: [{ ms: Date.UTC(2026, 1, 1, 18, 15), text: "2026-02-02 00:00:00 +05:45" }],
    });
    expect(explain("@every 1h", { ...options, count: 1 }).fireTimes[0]?.text).toBe("2026-01-31 20:00:00 -05:00");
    expect(explain("@after 1h", options).fireTimes).toHaveLength(1);
    const old = { timezone: "Europe/Amsterdam", from: Date.UTC(1900, 0, 1), count: 1 };
    expect(explain("@daily", old).fireTimes[0]?.text).toMatch(/^1900-01-02 00:00:00 \+00:\d\d(:\d\d)?$/);
  });

  it("refuses what no job could have", () => {
    expect(() => explain("0 0 31 2 *", options)).toThrow(InvalidScheduleError);
    expect(() => explain("@daily", { ...options, count: -1 })).toThrow(InvalidOptionError);
    expect(() => explain("@daily", { from: new Date("never") })).toThrow("from: expected a valid Date");
    expect(() => explain("@daily", { locale: 5 as never })).toThrow("locale: expected a locale");
  });
});

describe("lint", () => {
  const codes = (spec: ScheduleSpec, more = {}): string[] =>
    lint(spec, { ...options, ...more }).map(({ code }) => code);

  it.each<[ScheduleSpec, string[]]>([
    ["30 9 * * MON-FRI", []],
    ["*/5 * * * *", []],
    ["0 30 9 1 1 * 2020", ["NEVER_FIRES"]],
    ["30 9 29 2 *", ["LEAP_DAY_ONLY"]],
    ["30 9 31 * *", ["SHORT_MONTHS"]],
    ["30 9 30,31 * *", ["SHORT_MONTHS"]],
    ["30 9 L * *", []],
    ["30 9 1 * MON", ["EITHER_DAY"]],
    ["30 9 1 * +MON", []],
    ["* * * * * *", ["EVERY_SECOND"]],
    ["* 30 9 * * *", ["EVERY_SECOND"]],
    ["@secondly", []],
    ["@hourly", ["MINUTE_ZERO"]],
    ["0,30 9 * * *", []],
    ["30 2 * * *", ["DST_MOVED"]],
    ["CRON_DST=skip 30 2 * * *", ["DST_SKIPPED"]],
    ["CRON_DST=both 30 1 * * *", ["DST_DOUBLED"]],
    ["30 1 * * *", []],
    ["*/30 1,2 * * *", ["DST_SKIPPED", "DST_DOUBLED"]],
    // Not on a day of a jump.
    ["30 2 * * MON", []],
    ["@reboot", []],
    [["30 2 * * *", "@every 5m"], ["DST_MOVED"]],
    [["0 9 * * *", "0 10 * * *"], ["MINUTE_ZERO"]],
    [except(cron("30 2 * * *"), "2026-12-25"), ["DST_MOVED"]],
  ])("%j", (spec, expected) => {
    expect(codes(spec)).toEqual(expected);
  });

  it("tells the dates of a year ahead, and what happens on them", () => {
    const [skipped, doubled] = lint("*/20 1,2 * * *", options);
    expect([skipped?.dates, doubled?.dates]).toEqual([["2026-03-08"], ["2026-11-01"]]);
    expect(skipped?.message).toBe("on 2026-03-08 the clock goes from 02:00 to 03:00: 02:00, 02:20, 02:40 do not fire");
    expect(doubled?.message).toBe(
      "on 2026-11-01 the clock goes back from 02:00 to 01:00: 01:00, 01:20, 01:40 fire twice",
    );
    expect(lint("0-59 2 * * *", options)[0]?.message).toContain("02:00, 02:01, 02:02, … fire once, at 03:00");
    expect(codes("30 2 * * *", { timezone: "Asia/Tokyo" })).toEqual([]);
    expect(lint("15 2 * * *", { ...options, timezone: "Australia/Lord_Howe" })[0]?.dates).toEqual(["2026-10-04"]);
  });
});
