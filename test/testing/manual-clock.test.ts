import { ManualClock } from "punctual/testing";
import { describe, expect, it } from "vitest";

describe("ManualClock", () => {
  it("rings timers in order of time, then of setting, each at its time", async () => {
    const clock = new ManualClock(1_000);
    const rung: [string, number][] = [];
    for (const [name, delay] of [
      ["c", 30],
      ["a", 10],
      ["b", 30],
    ] as const) {
      clock.setTimer(delay, () => rung.push([name, clock.now()]));
    }
    await clock.advance(29);
    expect(rung).toEqual([["a", 1_010]]);
    await clock.advance(1);
    expect(rung.slice(1)).toEqual([
      ["c", 1_030],
      ["b", 1_030],
    ]);
    expect([clock.now(), clock.monotonic(), clock.pendingTimers]).toEqual([1_030, 30, 0]);
  });

  it("rings timers that are set meanwhile, and lets promises settle between them", async () => {
    const clock = new ManualClock(0);
    const log: string[] = [];
    const promising = async (): Promise<void> => {
      await Promise.resolve();
      log.push("promise");
      clock.setTimer(5, () => log.push("second"));
    };
    clock.setTimer(5, () => void promising());
    clock.setTimer(6, () => log.push("later"));
    await clock.advance(20);
    expect(log).toEqual(["promise", "later", "second"]);
  });

  it("cancels, and counts what waits", async () => {
    const clock = new ManualClock();
    const timer = clock.setTimer(1, () => {
      throw new Error("rang");
    });
    expect(clock.pendingTimers).toBe(1);
    timer.cancel();
    timer.cancel();
    await clock.advance(5);
    expect(clock.pendingTimers).toBe(0);
  });

  it("is set without time passing", async () => {
    const clock = new ManualClock(new Date("2026-01-01T00:00:00Z"));
    let rang = 0;
    clock.setTimer(1_000, () => rang++);
    clock.set(new Date("2027-01-01T00:00:00Z"));
    await clock.advance(0);
    expect([rang, clock.monotonic()]).toEqual([0, 0]);
    await clock.advance(1_000);
    expect([rang, clock.now()]).toEqual([1, Date.UTC(2027, 0, 1) + 1_000]);
  });
});
