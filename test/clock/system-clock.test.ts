import { SystemClock } from "punctual";
import { describe, expect, it } from "vitest";

describe("SystemClock", () => {
  it("tells the time, and time that never goes back", () => {
    const clock = new SystemClock();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
    const first = clock.monotonic();
    expect(clock.monotonic()).toBeGreaterThanOrEqual(first);
  });

  it("rings after a delay, at once for none, and not when cancelled", async () => {
    const clock = new SystemClock();
    const rung: string[] = [];
    clock.setTimer(20, () => rung.push("cancelled")).cancel();
    clock.setTimer(0, () => rung.push("cancelled")).cancel();
    await Promise.all([
      new Promise<void>((resolve) => clock.setTimer(20, () => resolve(void rung.push("later")))),
      new Promise<void>((resolve) => clock.setTimer(0, () => resolve(void rung.push("at once")))),
    ]);
    expect(rung).toEqual(["at once", "later"]);
  });

  it("does not ring at once for a delay that is too long for Node", async () => {
    const clock = new SystemClock();
    let rang = false;
    const timer = clock.setTimer(2 ** 31 + 5, () => {
      rang = true;
    });
    await new Promise((resolve) => clock.setTimer(30, () => resolve(undefined)));
    timer.cancel();
    expect(rang).toBe(false);
  });
});
