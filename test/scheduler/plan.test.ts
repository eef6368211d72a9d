import fc from "fast-check";
import type { Schedule } from "punctual";
import { cron, every } from "punctual";
import { describe, expect, it } from "vitest";
import type { MisfirePolicy, PlannedJob, PlanSettings } from "../../src/scheduler/plan.js";
import { planFires } from "../../src/scheduler/plan.js";

const settings = (misfire: MisfirePolicy, graceMs = 1_000, catchUpWindowMs = 300_000) => ({
  misfire,
  graceMs,
  catchUpWindowMs,
  maxCaughtUp: 100,
  jitterMs: 0,
});
const jobOf = (schedule: Schedule, policies: PlanSettings): PlannedJob => ({
  name: "job",
  schedule,
  settings: policies,
});
const everySecond = every(1_000, { anchor: "epoch" });
const every10s = every("10s", { anchor: "epoch" });

describe("planFires", () => {
  it.each<[string, MisfirePolicy, number, number[], number[]]>([
    // what, policy, now (due at 10 s, every 10 s), fires, missed
    ["in time", "fireOnce", 10_000, [10_000], []],
    ["within grace", "skip", 11_000, [10_000], []],
    ["just beyond grace", "skip", 11_001, [], [10_000]],
    ["one missed", "fireOnce", 15_000, [10_000], [10_000]],
    ["several missed", "fireOnce", 35_000, [30_000], [10_000, 20_000, 30_000]],
    ["several missed", "fireAll", 35_000, [10_000, 20_000, 30_000], [10_000, 20_000, 30_000]],
    ["several missed", "skip", 35_000, [], [10_000, 20_000, 30_000]],
    ["missed, the last in time", "fireOnce", 30_500, [30_000], [10_000, 20_000]],
    ["missed, the last in time", "fireAll", 30_500, [10_000, 20_000, 30_000], [10_000, 20_000]],
    ["missed, the last in time", "skip", 30_500, [30_000], [10_000, 20_000]],
  ])("%s, %s, now %d", (_, misfire, now, fires, missed) => {
    const plan = planFires(10_000, jobOf(every10s, settings(misfire)), now);
    const next = Math.floor(now / 10_000) * 10_000 + 10_000;
    expect(plan).toEqual({ fires, missed, missedBefore: null, next, nextStart: next });
  });

  it("fires every time within the grace, however dense", () => {
    const dense = every(100, { anchor: "epoch" });
    expect(planFires(100, jobOf(dense, settings("skip")), 450).fires).toEqual([100, 200, 300, 400]);
  });

  it("lists what was missed within the window, and says that there was more", () => {
    const plan = planFires(10_000, jobOf(every10s, settings("fireAll", 1_000, 25_000)), 1_000_000);
    expect(plan.missed).toEqual([980_000, 990_000]);
    expect(plan.fires).toEqual([980_000, 990_000, 1_000_000]);
    expect([plan.missedBefore, plan.next]).toEqual([10_000, 1_010_000]);
  });

  it("caps what it makes up for", () => {
    const plan = planFires(1_000, jobOf(everySecond, settings("fireAll")), 300_000);
    expect(plan.missed).toHaveLength(298);
    expect(plan.fires).toHaveLength(102);
    expect(plan.fires[0]).toBe(199_000);
  });

  it("ends when the schedule does", () => {
    const once = { next: (after: number) => (after < 10_000 ? 10_000 : null) };
    expect(planFires(10_000, jobOf(once, settings("skip")), 10_000)).toMatchObject({ fires: [10_000], next: null });
    expect(planFires(10_000, jobOf(once, settings("fireOnce")), 60_000)).toMatchObject({ fires: [10_000], next: null });
    expect(planFires(10_000, jobOf(once, settings("fireOnce")), 900_000)).toMatchObject({
      fires: [],
      missedBefore: 10_000,
    });
  });

  it("refuses a schedule that stands still or answers nonsense", () => {
    for (const answer of [10_000, 5, Number.NaN, undefined, Number.POSITIVE_INFINITY]) {
      const stuck = { next: () => answer as number };
      expect(() => planFires(10_000, jobOf(stuck, settings("skip")), 10_000)).toThrow("expected a later time or null");
    }
  });

  it("accounts for every fire time in the window exactly once, in order, never early", () => {
    const schedules = [every10s, everySecond, cron("*/7 * * * * *", { timezone: "UTC" })];
    fc.assert(
      fc.property(
        fc.constantFrom(...schedules),
        fc.nat(3_600_000),
        fc.nat(900_000),
        fc.constantFrom<MisfirePolicy>("skip", "fireOnce", "fireAll"),
        fc.nat(5_000),
        fc.nat(600_000),
        (schedule, start, late, misfire, graceMs, windowMs) => {
          const due = schedule.next(start) ?? 0;
          const now = due + late;
          const plan = planFires(due, jobOf(schedule, settings(misfire, graceMs, windowMs)), now);
          const all: number[] = [];
          for (let time: number | null = due; time !== null && time <= now; time = schedule.next(time)) all.push(time);
          const accounted = [...new Set([...plan.missed, ...plan.fires])].sort((a, b) => a - b);
          const lookedBackMs = Math.max(windowMs, graceMs);
          expect(accounted).toEqual(all.filter((time) => now - time <= lookedBackMs));
          expect(plan.missed.every((time) => now - time > graceMs)).toBe(true);
          expect(plan.fires).toEqual([...plan.fires].sort((a, b) => a - b));
          expect(plan.fires.every((time) => time <= now)).toBe(true);
          expect(plan.next).toBe(schedule.next(now));
          expect(plan.missedBefore === null).toBe(now - due <= lookedBackMs);
        },
      ),
      { numRuns: 500 },
    );
  });
});
