import fc from "fast-check";
import type { Clock, ClockTimer } from "punctual";
import { ManualClock } from "punctual/testing";
import { expect, it } from "vitest";
import { VirtualClock } from "../../src/testing/virtual-clock.js";

const START = Date.UTC(2026, 0, 1);

/** One timer: what it waits, how long the one waits that it sets when it rings, and which earlier one it then cancels. */
type Timer = readonly [delayMs: number, nextMs: number | null, cancelled: number | null];

/** Sets all timers, and tells what rings at which time. Every third needs no cancelling. */
function setAll(clock: Clock, timers: readonly Timer[], plain: (delayMs: number, ring: () => void) => void): string[] {
  const log: string[] = [];
  const set: (ClockTimer | undefined)[] = [];
  for (const [index, [delayMs, nextMs, cancelled]] of timers.entries()) {
    const ring = (): void => {
      log.push(`${index} ${clock.now() - START} ${clock.monotonic()}`);
      if (nextMs !== null) clock.setTimer(nextMs, () => log.push(`${index} again ${clock.now() - START}`));
      if (cancelled !== null) set[cancelled % timers.length]?.cancel();
    };
    if (index % 3 === 0) plain(delayMs, ring);
    else set[index] = clock.setTimer(delayMs, ring);
  }
  for (const timer of set.slice(0, set.length / 2)) timer?.cancel();
  return log;
}

it("rings what a manual clock rings, in its order", async () => {
  const few = fc.option(fc.integer({ min: 0, max: 50 }));
  const timer = fc.tuple(fc.integer({ min: -1, max: 100 }), few, few);
  await fc.assert(
    fc.asyncProperty(fc.array(timer, { maxLength: 300 }), async (timers) => {
      const manual = new ManualClock(START);
      const expected = setAll(manual, timers, (delayMs, ring) => void manual.setTimer(delayMs, ring));
      const clock = new VirtualClock(START);
      const log = setAll(clock, timers, (delayMs, ring) => clock.set(delayMs, { cancelled: false, ring }));
      await manual.advance(120);
      while (clock.ringNext(120, true));
      expect(log).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

it("clears cancelled timers away, and keeps the others", () => {
  const clock = new VirtualClock(START);
  const rung: number[] = [];
  const timers = Array.from({ length: 10_000 }, (_, n) => clock.setTimer((n * 7_919) % 10_007, () => rung.push(n)));
  const kept = (n: number): boolean => n % 10 === 0;
  for (const [n, timer] of timers.entries()) if (!kept(n)) timer.cancel();
  timers[1]?.cancel();
  while (clock.ringNext(20_000));
  const expected = timers.map((_, n) => n).filter(kept);
  expect(rung).toEqual(expected.sort((a, b) => ((a * 7_919) % 10_007) - ((b * 7_919) % 10_007)));
});

it("holds back what comes due in a block", () => {
  const clock = new VirtualClock(START, 1, [
    { from: 10, to: 20 },
    { from: 20, to: 25 },
  ]);
  const rung: number[][] = [];
  for (const at of [9, 10, 19, 22, 30]) clock.setTimer(at + 1, () => rung.push([at, clock.monotonic()]));
  while (clock.ringNext(30));
  expect(rung).toEqual([
    [9, 9],
    [10, 25],
    [19, 25],
    [22, 25],
  ]);
  expect(clock.ringNext(30)).toBe(false);
  expect(clock.ringNext(30, true)).toBe(true);
});
