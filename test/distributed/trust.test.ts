import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ServiceState } from "../../src/distributed/service-state.js";
import { decideClaim, decideLease, NEW_SERVICE, renewed } from "../../src/distributed/service-state.js";
import { marginMs, renewAfterMs, trustedUntil } from "../../src/distributed/trust.js";

const delayMs = fc.double({ min: 0, max: 1e6, noNaN: true });
const leaseMs = fc.integer({ min: 1, max: 1e7 });

test("the margin is a fifth, and a lease is renewed twice before it is trusted no more", () => {
  expect([marginMs(10_000), trustedUntil(500, 10_000), renewAfterMs(30_000)]).toEqual([2_000, 8_500, 10_000]);
  expect(2 * renewAfterMs(30_000)).toBeLessThan(trustedUntil(0, 30_000));
});

/** By one clock: the holder's, and the store's that is as fast. */
describe("trust ends a margin before the store's end of the lease, however slow the way to the store and back", () => {
  const asked = { serviceName: "service", appId: "a", fireTime: 0, claimId: "1", holdTimeMs: 0, maxAttempts: 2 };
  const at = (nowMs: number): Parameters<typeof decideClaim>[2] => ({ nowMs, maxClockSkewMs: 0, isDead: () => false });
  const endOf = (state: ServiceState | null): number => state?.run?.untilMs as number;
  const holds = (askedAtMs: number, lengthMs: number, state: ServiceState | null): void => {
    const leftMs = endOf(state) - trustedUntil(askedAtMs, lengthMs);
    // To within what a double can tell.
    expect(leftMs).toBeGreaterThanOrEqual(lengthMs / 5 - 1e-6);
  };

  test("when it is claimed, leased or renewed", () => {
    const check = (askedAtMs: number, thereMs: number, length: number): void => {
      const nowMs = askedAtMs + thereMs;
      const claimed = decideClaim(NEW_SERVICE, { ...asked, leaseMs: length, unlessFinished: null }, at(nowMs));
      holds(askedAtMs, length, claimed.granted ? claimed.state : null);
      const leased = decideLease(NEW_SERVICE, { appId: "a", leaseMs: length }, at(nowMs));
      const { token, state } = leased.granted ? leased : { token: 0, state: NEW_SERVICE };
      holds(askedAtMs, length, state);
      const lateMs = nowMs + length / 2;
      holds(lateMs - thereMs, length, renewed(state, token, length, lateMs));
    };
    fc.assert(fc.property(delayMs, delayMs, leaseMs, check));
  });

  test("when its answer was lost, and it is claimed again, also after its end", () => {
    const check = (firstMs: number, laterMs: number, thereMs: number, length: number): void => {
      const request = { ...asked, leaseMs: length, unlessFinished: null };
      const first = decideClaim(NEW_SERVICE, request, at(firstMs));
      const askedAtMs = firstMs + laterMs;
      const again = decideClaim(first.granted ? first.state : NEW_SERVICE, request, at(askedAtMs + thereMs));
      expect(again).toMatchObject({ granted: true, attempt: 1, token: first.granted && first.token });
      holds(askedAtMs, length, again.granted ? again.state : null);
    };
    fc.assert(fc.property(delayMs, delayMs, delayMs, leaseMs, check));
  });
});
