import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jitterOf } from "../../src/scheduler/jitter.js";
import type { FailedAttempt, RetrySettings } from "../../src/scheduler/retry.js";
import { retryDelay } from "../../src/scheduler/retry.js";

const settings: RetrySettings = {
  attempts: 5,
  backoff: "exponential",
  delayMs: 1_000,
  maxDelayMs: 6_000,
  jitter: "none",
  retryIf: null,
  pastNextFire: false,
};
const failed: FailedAttempt = { attempt: 1, error: new Error("no"), now: 0, nextFireTime: null, random: 0.5 };

describe("retryDelay", () => {
  it.each<[string, Partial<RetrySettings>, Partial<FailedAttempt>, number | null]>([
    ["the first wait", {}, {}, 1_000],
    ["doubles", {}, { attempt: 3 }, 4_000],
    ["up to the longest", {}, { attempt: 4 }, 6_000],
    ["gives up after the last attempt", {}, { attempt: 5 }, null],
    ["stays when fixed", { backoff: "fixed" }, { attempt: 4 }, 1_000],
    ["is spread by full jitter", { jitter: "full" }, { attempt: 2, random: 0.25 }, 500],
    ["even to nothing", { jitter: "full" }, { random: 0 }, 0],
    ["ends in time before the next fire", {}, { nextFireTime: 1_001 }, 1_000],
    ["gives up at the next fire", {}, { nextFireTime: 1_000 }, null],
    ["goes past it when told", { pastNextFire: true }, { nextFireTime: 500 }, 1_000],
    ["gives up on an error that is not worth it", { retryIf: () => false }, {}, null],
    ["goes on for one that is", { retryIf: (error) => error === failed.error }, {}, 1_000],
    ["of zero", { delayMs: 0 }, { attempt: 4 }, 0],
    ["is finite after a thousand attempts", { attempts: 2_000 }, { attempt: 1_500 }, 6_000],
  ])("%s", (_, policy, attempt, delay) => {
    expect(retryDelay({ ...settings, ...policy }, { ...failed, ...attempt })).toBe(delay);
  });

  it("never waits longer than said, nor past the next fire, nor for ever", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(100_000),
        fc.nat(100_000),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.option(fc.nat(200_000)),
        (attempts, attempt, delayMs, more, random, nextFireTime) => {
          const policy: RetrySettings = { ...settings, attempts, delayMs, maxDelayMs: delayMs + more, jitter: "full" };
          const delay = retryDelay(policy, { ...failed, attempt, random, nextFireTime });
          if (delay === null) return;
          expect(attempt).toBeLessThan(attempts);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(delayMs + more);
          if (nextFireTime !== null) expect(delay).toBeLessThan(nextFireTime);
        },
      ),
    );
  });
});

describe("jitterOf", () => {
  it("is the same for the same job and fire time, and never as late as the next one", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.nat(),
        fc.integer({ min: 1, max: 10_000 }),
        fc.nat(20_000),
        (name, time, gap, most) => {
          const jitter = jitterOf(name, time, time + gap, most);
          expect(jitterOf(name, time, time + gap, most)).toBe(jitter);
          expect(jitter).toBeGreaterThanOrEqual(0);
          expect(jitter).toBeLessThanOrEqual(Math.min(most, gap - 1));
        },
      ),
    );
  });

  it("spreads jobs, and the fires of one job, evenly", () => {
    for (const jitters of [
      Array.from({ length: 10_000 }, (_, n) => jitterOf(`job-${n}`, 1_767_225_600_000, null, 999)),
      Array.from({ length: 10_000 }, (_, n) => jitterOf("job", 1_767_225_600_000 + n * 60_000, null, 999)),
    ]) {
      const tenths = Array.from({ length: 10 }, (_, n) => jitters.filter((ms) => Math.floor(ms / 100) === n).length);
      expect(Math.min(...tenths)).toBeGreaterThan(850);
      expect(Math.max(...tenths)).toBeLessThan(1_150);
    }
  });
});
