import fc from "fast-check";
import { at, between, cron, every, except, union } from "punctual";
import { describe, expect, it } from "vitest";

const DAY = 86_400_000;
const utc = (text: string): number => Date.parse(`${text}Z`);
const iso = (ms: number | null | undefined): string | null =>
  ms === null || ms === undefined ? null : new Date(ms).toISOString().slice(0, 19);

describe("previous", () => {
  it.each([
    ["0 0 29 2 *", "UTC", "2026-01-01T00:00:00", "2024-02-29T00:00:00"],
    ["30 2 * * *", "America/New_York", "2026-03-08T12:00:00", "2026-03-08T07:00:00"],
    ["30 1 * * *", "America/New_York", "2026-11-01T12:00:00", "2026-11-01T05:30:00"],
    ["*/30 * * * *", "America/New_York", "2026-11-01T06:30:00", "2026-11-01T06:00:00"],
    ["0 0 0 1 1 * 2020", "UTC", "2026-01-01T00:00:00", "2020-01-01T00:00:00"],
    ["0 0 0 1 1 * 2030", "UTC", "2026-01-01T00:00:00", null],
    ["* * * * *", "UTC", "2026-01-01T00:00:00", "2025-12-31T23:59:00"],
    ["59 59 23 31 12 *", "UTC", "1970-01-01T00:00:00", "1969-12-31T23:59:59"],
    ["0 0 1 1 *", "UTC", "0001-01-01T00:00:00", null],
    ["0 0 1 1 *", "UTC", "0001-01-01T00:00:01", "0001-01-01T00:00:00"],
    ["0 12 31 12 *", "UTC", "9999-12-31T23:00:00", "9999-12-31T12:00:00"],
  ])("of %s in %s before %s", (expression, timezone, before, expected) => {
    expect(iso(cron(expression, { timezone }).previous(utc(before)))).toBe(expected);
  });

  it("is strictly before, for instants between milliseconds as well, and null for no time", () => {
    const schedule = every("10ms", { anchor: "epoch" });
    expect([schedule.previous(20), schedule.previous(20.5), schedule.previous(19.5)]).toEqual([10, 20, 10]);
    expect([at(5).previous(5), at(5).previous(6)]).toEqual([null, 5]);
    expect(schedule.previous(Number.NaN)).toBeNull();
    expect(cron("@daily").previous(Number.NEGATIVE_INFINITY)).toBeNull();
  });

  it("is the mirror of next", () => {
    const texts = ["*/7 * * * *", "30 2 * * *", "0 */2 * * *", "0 0 L * *", "0 0 1,15W * FRI#2", "*/20 1,2 * * SUN"];
    const zones = ["America/New_York", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia", "Africa/Cairo", "UTC"];
    const policies = ["vixie", "skip", "both"] as const;
    const instants = fc.integer({ min: utc("1900-01-01T00:00:00") / 1_000, max: utc("2090-01-01T00:00:00") / 1_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.constantFrom(...zones),
        fc.constantFrom(...policies),
        instants,
        (expression, timezone, dst, second) => {
          const schedule = cron(expression, { timezone, dst });
          const time = schedule.next(second * 1_000) as number;
          expect(schedule.previous(time + 1)).toBe(time);
          const before = schedule.previous(time) as number;
          expect(before).toBeLessThanOrEqual(second * 1_000);
          expect(schedule.next(before)).toBe(time);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("upcoming", () => {
  it("goes through the fire times strictly after an instant, and ends with the schedule", () => {
    const daily = cron("@daily", { timezone: "UTC" });
    const times: number[] = [];
    for (const time of daily.upcoming(0)) {
      times.push(time);
      if (times.length === 3) break;
    }
    expect(times).toEqual([DAY, 2 * DAY, 3 * DAY]);
    expect([...at(5).upcoming(0), ...at(5).upcoming(5)]).toEqual([5]);
    expect([...between(union(at(7), at(5), at(7)), 0, 9).upcoming(0)]).toEqual([5, 7]);
  });
});

describe("matches", () => {
  it("tells whether a second is a fire time", () => {
    const schedule = cron("30 2 * * *", { timezone: "America/New_York" });
    expect(schedule.matches(utc("2026-03-07T07:30:00"))).toBe(true);
    expect(schedule.matches(new Date("2026-03-07T07:30:00.999Z"))).toBe(true);
    expect(schedule.matches(utc("2026-03-07T07:30:01"))).toBe(false);
    // 02:30 of the 8th fell into a gap: it fires at its end.
    expect(schedule.matches(utc("2026-03-08T07:00:00"))).toBe(true);
    expect(schedule.matches(utc("2026-03-08T07:30:00"))).toBe(false);
  });

  it("tells it to the millisecond where the schedule does", () => {
    const schedule = every("250ms", { anchor: "epoch" });
    expect([schedule.matches(500), schedule.matches(501)]).toEqual([true, false]);
    const workdays = except("@daily", "* * * * SAT,SUN", { timezone: "UTC" });
    expect([workdays.matches(utc("2026-01-02T00:00:00")), workdays.matches(utc("2026-01-03T00:00:00"))]).toEqual([
      true,
      false,
    ]);
  });
});

describe("next, near the second before 1970", () => {
  it("does not take it for the lack of one", () => {
    const schedule = cron("59 59 23 31 12 *", { timezone: "UTC" });
    expect(iso(schedule.next(utc("1969-12-31T12:00:00")))).toBe("1969-12-31T23:59:59");
  });
});

describe("a limited number of years", () => {
  it("leaves the second pass of the last overlap", () => {
    const schedule = cron("0 */30 1 1 11 * 2026", { timezone: "America/New_York" });
    expect([...schedule.upcoming(0)].map(iso)).toEqual([
      "2026-11-01T05:00:00",
      "2026-11-01T05:30:00",
      "2026-11-01T06:00:00",
      "2026-11-01T06:30:00",
    ]);
  });

  it("fires at the end of a gap, and not in the years around", () => {
    const schedule = cron("TZ=America/New_York 0 30 2 8 3 * 2024-2028/2");
    expect(iso(schedule.next(0))).toBe("2024-03-08T07:30:00");
    expect(iso(schedule.next(utc("2025-01-01T00:00:00")))).toBe("2026-03-08T07:00:00");
    expect(iso(schedule.next(utc("2026-03-08T07:00:00")))).toBe("2028-03-08T07:30:00");
    expect(schedule.next(utc("2028-03-08T07:30:00"))).toBeNull();
  });
});
