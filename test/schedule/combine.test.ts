import {
  after,
  at,
  between,
  cron,
  every,
  except,
  InvalidOptionError,
  InvalidScheduleError,
  limit,
  only,
  parseSchedule,
  type Schedule,
  sameSchedule,
  union,
} from "punctual";
import { describe, expect, it } from "vitest";

const UTC = { timezone: "UTC" };
const utc = (text: string): number => Date.parse(text.includes("T") ? `${text}Z` : `${text}T00:00:00Z`);

/** The next fire times after an instant, as texts without what is zero. */
function times(schedule: Schedule, after: string, count: number): string[] {
  const found: string[] = [];
  for (let time = schedule.next(utc(after)); time !== null && found.length < count; time = schedule.next(time)) {
    found.push(new Date(time).toISOString().replace(":00.000Z", ""));
  }
  return found;
}

describe("union", () => {
  it("fires whenever a part does, once where several do", () => {
    const schedule = union(cron("0 9 * * *", UTC), cron("0 */9 * * *", UTC), at(new Date("2026-01-01T10:30:00Z")));
    expect(times(schedule, "2026-01-01", 4)).toEqual([
      "2026-01-01T09:00",
      "2026-01-01T10:30",
      "2026-01-01T18:00",
      "2026-01-02T00:00",
    ]);
  });

  it("is refused without parts, and with a delay, which has no times of its own", () => {
    expect(() => union()).toThrow("union: expected at least one schedule");
    expect(() => union("@daily", after("5m"))).toThrow(InvalidOptionError);
    expect(() => union("@daily", "61 * * * *")).toThrow(InvalidScheduleError);
  });
});

describe("except and only", () => {
  const daily = cron("0 9 * * *", UTC);

  it("leave out, or keep, dates and ranges of dates, both ends included", () => {
    const holidays = ["2026-01-01", { from: "2026-01-03", to: "2026-01-05" }];
    expect(times(except(daily, holidays, UTC), "2025-12-31T12:00:00", 3)).toEqual([
      "2026-01-02T09:00",
      "2026-01-06T09:00",
      "2026-01-07T09:00",
    ]);
    expect(times(only(daily, holidays, UTC), "2025-12-31T12:00:00", 9)).toEqual([
      "2026-01-01T09:00",
      "2026-01-03T09:00",
      "2026-01-04T09:00",
      "2026-01-05T09:00",
    ]);
  });

  it("take dates by the wall clock of their zone", () => {
    const midnight = cron("0 0 * * *", UTC);
    // Midnight in UTC is the evening before in New York.
    expect(times(except(midnight, "2026-01-02", { timezone: "America/New_York" }), "2026-01-01", 2)).toEqual([
      "2026-01-02T00:00",
      "2026-01-04T00:00",
    ]);
    // Apia had no 30 December 2011: the date covers nothing.
    const apia = { timezone: "Pacific/Apia" };
    expect(times(only(cron("0 12 * * *", apia), "2011-12-30", apia), "2011-12-01", 1)).toEqual([]);
  });

  it("take ranges of instants, the end not included", () => {
    const window = { from: new Date("2026-01-02T09:00:00Z"), to: new Date("2026-01-04T09:00:00Z") };
    expect(times(except(daily, window, UTC), "2026-01-01", 3)).toEqual([
      "2026-01-01T09:00",
      "2026-01-04T09:00",
      "2026-01-05T09:00",
    ]);
  });

  it("take an expression of five fields as its whole minutes, one with seconds as its seconds", () => {
    const often = cron("*/20 * * * * *", UTC);
    expect(times(except(often, "* 0-3 * * *", UTC), "2026-01-01", 1)).toEqual(["2026-01-01T04:00"]);
    expect(times(except(often, "0 * * * * *", UTC), "2026-01-01", 2)).toEqual([
      "2026-01-01T00:00:20.000Z",
      "2026-01-01T00:00:40.000Z",
    ]);
    expect(times(only(often, "*/2 4 * * MON-FRI", UTC), "2026-01-03", 4)).toEqual([
      "2026-01-05T04:00",
      "2026-01-05T04:00:20.000Z",
      "2026-01-05T04:00:40.000Z",
      "2026-01-05T04:02",
    ]);
  });

  it("take an expression as readings of the wall clock, at both passes of an overlap", () => {
    const zone = { timezone: "America/New_York" };
    const open = only(every("30m"), "30 1 * * *", zone);
    expect(times(open, "2026-11-01", 3)).toEqual(["2026-11-01T05:30", "2026-11-01T06:30", "2026-11-02T06:30"]);
  });

  it("take another schedule, a predicate, and lists of all that", () => {
    const sundays = (ms: number): boolean => new Date(ms).getUTCDay() === 0;
    const schedule = except(daily, [sundays, cron("0 9 1 * *", UTC), at(utc("2026-01-03T09:00:00"))], UTC);
    expect(times(schedule, "2026-01-01", 3)).toEqual(["2026-01-02T09:00", "2026-01-05T09:00", "2026-01-06T09:00"]);
    const everySixHours = every("6h", { anchor: "epoch" });
    expect(() => only(daily, everySixHours, UTC).next(0)).toThrow("left out a million fire times");
    expect(times(only(cron("0 */3 * * *", UTC), everySixHours, UTC), "2026-01-01", 2)).toEqual([
      "2026-01-01T06:00",
      "2026-01-01T12:00",
    ]);
  });

  it("go on where a date or a month has to be passed without asking for every second", () => {
    const seconds = cron("* * * * * *", UTC);
    expect(times(except(seconds, { from: "2026-01-01", to: "2026-12-31" }, UTC), "2026-01-01", 1)).toEqual([
      "2027-01-01T00:00",
    ]);
    expect(times(except(seconds, "* * * 1-11 *", UTC), "2026-01-01", 1)).toEqual(["2026-12-01T00:00"]);
    expect(times(only(seconds, "2030-06-01", UTC), "2026-01-01", 1)).toEqual(["2030-06-01T00:00"]);
    expect(times(only(seconds, "2020-06-01", UTC), "2026-01-01", 1)).toEqual([]);
  });

  it("give up on a predicate that is never true", () => {
    expect(() => only("* * * * * *", () => false, UTC).next(0)).toThrow("left out a million fire times");
  });

  it.each([
    ["2026-02-30", "calendar: expected a date"],
    ["2026-1-1", "calendar: expected a date"],
    [{ from: "2026-02-02", to: "2026-02-01" }, "calendar.to: expected a date not before 2026-02-02"],
    [{ from: 5, to: 5 }, "calendar.to: expected an instant after from"],
    [["2026-01-01", "61 * * * *"], "expected 0 to 59"],
    [["2026-01-01", 5], "calendar[1]: expected a date"],
    [null, "calendar: expected a date"],
    [{ from: "2026-02-02" }, "calendar.from: expected a valid Date"],
  ])("refuse the calendar %j", (calendar, message) => {
    expect(() => except("@daily", calendar as never)).toThrow(message);
  });
});

describe("between and limit", () => {
  it("keep the fire times from one instant on and before another", () => {
    const schedule = between(cron("@daily", UTC), new Date("2026-01-02T00:00:00Z"), utc("2026-01-04"));
    expect(times(schedule, "2020-01-01", 9)).toEqual(["2026-01-02T00:00", "2026-01-03T00:00"]);
    expect(schedule.previous(utc("2030-01-01"))).toBe(utc("2026-01-03"));
    expect(() => between("@daily", 5, 5)).toThrow("to: expected an instant after from");
  });

  it("keep the first so many after an instant, wherever they are asked from", () => {
    const schedule = limit(cron("@daily", UTC), 3, { from: utc("2026-01-01") });
    expect(times(schedule, "2020-01-01", 9)).toEqual(["2026-01-02T00:00", "2026-01-03T00:00", "2026-01-04T00:00"]);
    expect(times(schedule, "2026-01-03", 9)).toEqual(["2026-01-04T00:00"]);
    expect(times(limit(at(5), 3, { from: 0 }), "1970-01-01", 9)).toHaveLength(1);
    expect(() => limit("@daily", 0)).toThrow("count: expected a whole number");
    expect(() => limit("@daily", 3).next(0)).toThrow("limit.from: expected an instant to count from");
  });

  it("count from the registration of a job", () => {
    const schedule = limit(cron("@daily", UTC), 1);
    const bound = schedule.bind?.({ jobName: "a", registeredAtMs: utc("2026-01-01"), cron: UTC });
    expect(times(bound as Schedule, "2020-01-01", 9)).toEqual(["2026-01-02T00:00"]);
  });

  it("need a schedule whose times can be told before", () => {
    for (const text of ["@reboot", "@after 5m"]) {
      expect(() => limit(parseSchedule(text), 1)).toThrow(InvalidOptionError);
      expect(() => except(parseSchedule(text), "2026-01-01")).toThrow(InvalidOptionError);
    }
  });
});

describe("a schedule that is given to a job", () => {
  const owner = {
    jobName: "report",
    registeredAtMs: 0,
    cron: { timezone: "Asia/Tokyo", dayMatch: "and", dst: "skip" },
  } as const;

  it("takes from it what has been left open, and nothing else", () => {
    expect(cron("0 9 * * *").bind(owner)).toBe(cron("0 9 * * *", owner.cron));
    expect(cron("0 9 * * *", UTC).bind(owner)).toBe(cron("0 9 * * *", { ...owner.cron, ...UTC }));
    const own = cron("0 9 * * *", { timezone: "UTC", dayMatch: "or", dst: "vixie" });
    expect(own.bind(owner)).toBe(own);
    expect(String(cron("CRON_DST=both TZ=UTC 0 9 1 * 1").bind(owner))).toBe("CRON_TZ=UTC CRON_DST=both 0 9 1 * +1");
  });

  it("passes it on to its parts and calendars", () => {
    const schedule = except(union("0 9 * * *", "0 10 * * *"), "2026-01-02");
    expect(times(schedule.bind?.(owner) as Schedule, "2025-12-31T12:00:00", 3)).toEqual([
      "2026-01-01T00:00",
      "2026-01-01T01:00",
      "2026-01-03T00:00",
    ]);
  });
});

describe("sameSchedule", () => {
  it.each([
    ["0 9 * * MON-FRI", "0  9 * * 1-5"],
    ["@daily", "0 0 * * *"],
    ["TZ=Asia/Kathmandu @daily", "TZ=Asia/Katmandu @daily"],
    ["0 0 1,15W,L * *", "0 0 1,15w,l * *"],
    ["0 0 13 * +FRI", "0 0 13 * +5"],
    ["0 0 * * 0,7", "0 0 * * SUN"],
    ["@every 90m", "@every 1h30m"],
    ["@after 60s", "@after 1m"],
    ["@reboot", "@REBOOT"],
    ["2027-01-01T00:00:00Z", "2027-01-01T01:00:00+01:00"],
    ["0 0 0 1 1 * 2027-2027", "0 0 0 1 1 * 2027"],
  ])("%s and %s", (a, b) => {
    expect(sameSchedule(parseSchedule(a), parseSchedule(b))).toBe(true);
  });

  it.each([
    ["0 9 * * MON-FRI", "0 9 * * 1-4"],
    ["0 9 * * *", "TZ=Asia/Kathmandu 0 9 * * *"],
    ["0 9 * * *", "CRON_DST=skip 0 9 * * *"],
    ["0 0 13 * FRI", "0 0 13 * +FRI"],
    ["0 0 L * *", "0 0 L-1 * *"],
    ["@every 90m", "@every 91m"],
    ["@every 90m", "@after 90m"],
    ["0 0 0 1 1 * 2027", "0 0 1 1 *"],
    // The same readings, but the first is a wildcard schedule: they differ where the clock jumps.
    ["* 2 * * *", "0-59 2 * * *"],
  ])("not %s and %s", (a, b) => {
    expect(sameSchedule(parseSchedule(a), parseSchedule(b))).toBe(false);
  });

  it("compares what is put together part by part", () => {
    const make = (date: string): Schedule => limit(except(union("@daily", "@every 5m"), [date]), 5, { from: 0 });
    expect(sameSchedule(make("2026-01-01"), make("2026-01-01"))).toBe(true);
    expect(sameSchedule(make("2026-01-01"), make("2026-01-02"))).toBe(false);
    const own = { next: (): null => null };
    expect([sameSchedule(own, own), sameSchedule(own, { ...own })]).toEqual([true, false]);
  });
});

describe("a schedule as text", () => {
  it.each([
    "0 9 * * MON-FRI",
    "CRON_TZ=Asia/Tokyo 0 9 * * MON-FRI",
    "CRON_TZ=Asia/Tokyo CRON_DST=both 30 2 1,15W,L * *",
    "0 0 13 * +FRI",
    "H H(1-5) * * *",
    "@daily",
    "@every 1h30m",
    "@after 5m",
    "@reboot",
    "2027-01-01T00:00:00.000Z",
    "0 0 0 1 1 * 2027-2031/2",
  ])("%s comes back as it was", (text) => {
    const schedule = parseSchedule(text);
    expect(String(schedule)).toBe(text);
    expect(JSON.parse(JSON.stringify(schedule))).toBe(text);
    expect(sameSchedule(parseSchedule(String(schedule)), schedule)).toBe(true);
  });

  it("has its options in it", () => {
    const schedule = cron("0 0 13 * 5", { timezone: "Asia/Tokyo", dayMatch: "and", dst: "skip" });
    expect(String(schedule)).toBe("CRON_TZ=Asia/Tokyo CRON_DST=skip 0 0 13 * +5");
    expect(sameSchedule(parseSchedule(String(schedule)), schedule)).toBe(true);
    expect(JSON.stringify(union("@daily", "@every 5m"))).toBe('["@daily","@every 5m"]');
  });
});
