import { InvalidOptionError, InvalidScheduleError, at, cron, every, parseSchedule } from "punctual";
import { describe, expect, it } from "vitest";

function failure(act: () => unknown): InvalidScheduleError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidScheduleError);
    return error as InvalidScheduleError;
  }
  throw new Error("expected an InvalidScheduleError, got none");
}

describe("a bad expression", () => {
  it.each([
    // expression, field, position of the bad part, what the reason names
    ["", null, 0, "7 with the year last, given 0"],
    ["* * * *", null, 0, "expected 5 fields from minute to day of week"],
    ["* * * * * * * *", null, 0, "given 8"],
    ["61 * * * *", "minute", 0, '0 to 59, given "61"'],
    ["* 24 * * *", "hour", 2, '0 to 23, given "24"'],
    ["0 0 0 * *", "day of month", 4, '1 to 31, given "0"'],
    ["0 0 * 13 *", "month", 6, "FEB"],
    ["0 0 * * 8", "day of week", 8, '0 to 7 or a name such as MON, given "8"'],
    ["0 0 * * MON,TOE", "day of week", 12, '"TOE"'],
    ["*/61 * * * *", "minute", 2, "step of 1 to 60, given 61"],
    ["*/0 * * * *", "minute", 2, "step"],
    ["1- * * * *", "minute", 0, '"1-"'],
    ["1,,2 * * * *", "minute", 2, '""'],
    ["5-x * * * *", "minute", 2, '"x"'],
    ["-5 * * * *", "minute", 0, '"-5"'],
    ["1.5 * * * *", "minute", 0, '"1.5"'],
    ["0 0 31 2 *", "day of month", 4, "no month of the expression has a day 31"],
    ["0 0 30,31 2 *", "day of month", 4, "day 30"],
    ["0 0 31 4,6,9,11 *", "day of month", 4, "day 31"],
    ["TZ=Mars/Olympus 0 0 * * *", "time zone", 3, '"Mars/Olympus"'],
    ["CRON_TZ= 0 0 * * *", "time zone", 8, '""'],
    ["@fortnightly", null, 0, "@yearly"],
    ["@every", "duration", 6, "1h30m"],
    ["@every soon", "duration", 7, "1h30m"],
    ["@every 0s", "duration", 7, "1 ms"],
    ["@every 1h 5", "duration", 7, "1h30m"],
    ["@every -5s", "duration", 7, "1 ms"],
  ])("%j", (expression, field, position, reason) => {
    const error = failure(() => parseSchedule(expression));
    expect(error.code).toBe("INVALID_SCHEDULE");
    expect({ field: error.field, position: error.position }).toEqual({ field, position });
    expect(error.reason).toContain(reason);
    const hint = error.suggestion === null ? "" : ` ${error.suggestion}`;
    expect(error.message.split("\n").at(-1)).toBe(`  ${" ".repeat(position)}^${hint}`);
  });

  it("is one whose days never meet, where both must match", () => {
    expect(cron("0 0 31 2 1").next(0)).not.toBeNull();
    expect(failure(() => cron("0 0 31 2 1", { dayMatch: "and" })).position).toBe(4);
    expect(cron("0 0 29 2 1", { dayMatch: "and", timezone: "UTC" }).next(0)).toBe(Date.UTC(1988, 1, 29));
  });

  it("is refused by type as well", () => {
    expect(() => cron(5 as never)).toThrow(InvalidOptionError);
    expect(() => parseSchedule(null as never)).toThrow(InvalidOptionError);
    expect(() => cron("* * * * *", { timezone: "Nowhere" })).toThrow("timezone: expected an IANA time zone");
    expect(() => cron("* * * * *", { dayMatch: "xor" as never })).toThrow('dayMatch: expected "and" or "or"');
  });
});

describe("parseSchedule", () => {
  it("keeps one schedule for one expression and zone", () => {
    const tokyo = { timezone: "Asia/Tokyo" };
    expect(cron("5 4 * * *", tokyo)).toBe(cron("5 4 * * *", { timezone: "asia/tokyo" }));
    expect(cron("5 4 * * *", tokyo)).not.toBe(cron("5 4 * * *", { timezone: "UTC" }));
    expect(cron("5 4 1 * 1", tokyo)).not.toBe(cron("5 4 1 * 1", { ...tokyo, dayMatch: "and" }));
  });

  it("tells its text and zone", () => {
    const schedule = cron(" TZ=Asia/Tokyo  30 4 * * * ", { timezone: "UTC" });
    expect([schedule.expression, schedule.timezone, String(schedule)]).toEqual([
      "30 4 * * *",
      "Asia/Tokyo",
      "CRON_TZ=Asia/Tokyo 30 4 * * *",
    ]);
    expect(String(parseSchedule("@every 90s"))).toBe("@every 1m30s");
    expect(String(at(0))).toBe("1970-01-01T00:00:00.000Z");
  });

  it("reads an ISO instant that has an offset, and no other date", () => {
    expect(parseSchedule("2027-01-01T00:00:00+01:00").next(0)).toBe(Date.UTC(2026, 11, 31, 23));
    expect(() => parseSchedule("2027-01-01")).toThrow(InvalidScheduleError);
    expect(() => parseSchedule("2027-13-01T00:00:00Z")).toThrow("expected an instant with its offset from UTC");
  });
});

describe("every and at", () => {
  it.each([
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["2d", 172_800_000],
    ["1m0.5s", 60_500],
    ["3000us", 3],
    [1_500, 1_500],
  ])("every(%j) is %d ms", (duration, ms) => {
    expect(every(duration).everyMs).toBe(ms);
  });

  it.each(["", "1", "h", "1x", "1h-5m", " 1h", "1h ", "0s", -1, Number.NaN, Number.POSITIVE_INFINITY, 0, null])(
    "every(%j) is refused",
    (duration) => {
      expect(() => every(duration as never)).toThrow(
        expect.objectContaining({ code: "INVALID_DURATION", path: "every" }),
      );
    },
  );

  it("counts from its anchor, both ways", () => {
    const schedule = every("10s", { anchor: 3_000 });
    expect([-20_000, 2_999, 3_000, 3_001, 12_999, 13_000].map((after) => schedule.next(after))).toEqual([
      -17_000, 3_000, 13_000, 13_000, 13_000, 23_000,
    ]);
    expect(every("10s").bind({ jobName: "a", registeredAtMs: 4_000, cron: {} }).next(4_000)).toBe(14_000);
    expect(every("10s", { anchor: "epoch" }).bind({ jobName: "a", registeredAtMs: 4_000, cron: {} }).next(4_000)).toBe(
      10_000,
    );
    expect(() => every("1s", { anchor: new Date("no") })).toThrow("anchor: expected");
  });

  it("fires at an instant once", () => {
    expect([at(5).next(4), at(5).next(5), at(new Date(5)).next(4.5)]).toEqual([5, null, 5]);
    expect(() => at(new Date("no"))).toThrow("at: expected a valid Date or epoch milliseconds, given an invalid Date");
    expect(() => at(Number.NaN)).toThrow(InvalidOptionError);
  });
});
