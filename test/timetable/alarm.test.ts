import { ManualClock } from "punctual/testing";
import { describe, expect, it } from "vitest";
import { Alarm } from "../../src/timetable/alarm.js";

const START = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

function alarmWith(clock: ManualClock): { alarm: Alarm; rung: number[]; jumps: number[] } {
  const rung: number[] = [];
  const jumps: number[] = [];
  const ring = (): void => void rung.push(clock.now() - START);
  const alarm = new Alarm({ clock, ring, jumped: (byMs) => jumps.push(byMs), ref: true });
  return { alarm, rung, jumps };
}

describe("Alarm", () => {
  it("rings once, at its time", async () => {
    const clock = new ManualClock(START);
    const { alarm, rung } = alarmWith(clock);
    alarm.set(START + 1_500);
    await clock.advance(1_499);
    expect(rung).toEqual([]);
    await clock.advance(60_000);
    expect(rung).toEqual([1_500]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("has one timer however often it is set, for the earliest time", async () => {
    const clock = new ManualClock(START);
    const { alarm, rung } = alarmWith(clock);
    for (const delay of [9_000, 3_000, 7_000, 5_000]) alarm.set(START + delay);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(10_000);
    expect(rung).toEqual([5_000]);
    alarm.set(START + 60_000);
    alarm.set(Number.POSITIVE_INFINITY);
    expect(clock.pendingTimers).toBe(0);
  });

  it("waits longer than a timer can, waking every 30 s", async () => {
    let timers = 0;
    class CountingClock extends ManualClock {
      override setTimer(delayMs: number, ring: () => void): ReturnType<ManualClock["setTimer"]> {
        timers++;
        expect(delayMs).toBeLessThanOrEqual(30_000);
        return super.setTimer(delayMs, ring);
      }
    }
    const clock = new CountingClock(START);
    const { alarm, rung } = alarmWith(clock);
    alarm.set(START + 30 * DAY);
    await clock.advance(DAY);
    expect([timers, rung]).toEqual([2_881, []]);
    clock.set(START + 30 * DAY - 10);
    await clock.advance(40_000);
    expect(rung).toEqual([30 * DAY + 29_990]);
  });

  it("does not trust a timer that rings early", async () => {
    class HastyClock extends ManualClock {
      override setTimer(delayMs: number, ring: () => void): ReturnType<ManualClock["setTimer"]> {
        return super.setTimer(delayMs > 1 ? delayMs - 1 : delayMs, ring);
      }
    }
    const clock = new HastyClock(START);
    const { alarm, rung } = alarmWith(clock);
    alarm.set(START + 100);
    await clock.advance(99);
    expect(rung).toEqual([]);
    await clock.advance(1);
    expect(rung).toEqual([100]);
  });

  it("notices within 30 s that the clock was set, either way", async () => {
    const clock = new ManualClock(START);
    const { alarm, rung, jumps } = alarmWith(clock);
    alarm.set(START + 3_600_000);
    await clock.advance(10_000);
    clock.set(START + 3_600_000);
    await clock.advance(20_000);
    expect(jumps).toEqual([3_590_000]);
    expect(rung).toEqual([3_620_000]);
    alarm.set(START + 3_700_000);
    clock.set(START);
    await clock.advance(30_000);
    expect(jumps).toEqual([3_590_000, -3_620_000]);
    expect(rung).toHaveLength(1);
  });
});
