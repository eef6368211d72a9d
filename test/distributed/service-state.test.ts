import fc from "fast-check";
import type { ClaimRequest } from "punctual";
import { describe, expect, it, test } from "vitest";
import type { Circumstances, Decision, RunEntry, ServiceState } from "../../src/distributed/service-state.js";
import {
  afterRefusal,
  decideClaim,
  decideLease,
  decideSelect,
  NEW_SERVICE,
  released,
  renewed,
} from "../../src/distributed/service-state.js";
import type { Step } from "./rule-model.js";
import { RuleModel } from "./rule-model.js";
import { WRONG_RULES } from "./wrong-rules.js";

const NOW = 10_000;
const AT: Circumstances = { nowMs: NOW, maxClockSkewMs: 100, isDead: (appId) => appId === "dead" };
const ASKED: ClaimRequest = {
  ...{ serviceName: "service", appId: "b", fireTime: 9_000, claimId: "new" },
  ...{ holdTimeMs: 0, leaseMs: 0, maxAttempts: 1, unlessFinished: null },
};
const RUN: RunEntry = {
  ...{ token: 7, appId: "a", claimId: "old", fireTime: 8_000, attempt: 1 },
  ...{ untilMs: NOW + 500, finished: false },
};
/** A run of `a` goes on, for the fire 8,000. */
const RUNS: Partial<ServiceState> = { markMs: 8_000, token: 7, holder: "a", heldUntilMs: 8_500, run: RUN };
const DIED = { ...RUNS, run: { ...RUN, untilMs: NOW } };
const FINISHED = { ...RUNS, run: { ...RUN, finished: true }, finishedToken: 7 };
/** As after `DIED`, with a lease in between. */
const LEASED: RunEntry = { ...RUN, token: 9, appId: "c", claimId: null, fireTime: null };
const LEFT = { ...RUNS, run: LEASED, left: { fireTime: 8_000, attempt: 1 } };
const HELD = { holder: "a", heldUntilMs: NOW + 300 };
/** `a` held the service while another node asked for the fire 8,500. */
const OWES = { ...FINISHED, holder: "a", heldUntilMs: NOW - 300_000, owed: [8_500] };

describe("afterRefusal", () => {
  const asked = { ...ASKED, leaseMs: 40 };
  const stateAfter = (state: ServiceState, change: Partial<ClaimRequest> = {}): ServiceState => {
    const request = { ...asked, ...change };
    const decision = decideClaim(state, request, AT);
    if (decision.granted) throw new Error("granted");
    return afterRefusal(state, request, decision, AT);
  };
  const held: ServiceState = { ...NEW_SERVICE, ...HELD };

  it("owes a fire that a hold has kept from starting, once, the earliest first", () => {
    const one = stateAfter(held);
    expect(one).toEqual({ ...held, owed: [9_000] });
    expect(stateAfter(one)).toBe(one);
    expect(stateAfter(one, { fireTime: 8_900 }).owed).toEqual([8_900, 9_000]);
  });

  it("owes the hundred earliest ones", () => {
    const many = Array.from({ length: 105 }, (_, index) => NOW - index);
    const { owed } = many.reduce((state, fireTime) => stateAfter(state, { fireTime }), held);
    expect(owed).toEqual(many.slice(-100).reverse());
  });

  it.each([
    ["a run that goes on", RUNS, {}],
    ["a fire that is claimed", FINISHED, { fireTime: 8_000 }],
    ["a fire that is ahead", HELD, { fireTime: NOW + 101 }],
    ["a fire that is left unfinished", DIED, { maxAttempts: 2 }],
    ["a fire of a run that has finished", FINISHED, { unlessFinished: 7 }],
    ["a hold, where there are no leases", HELD, { leaseMs: 0 }],
    ["a hold that keeps from recovering", { ...DIED, ...HELD, holder: "c" }, { fireTime: 8_000, maxAttempts: 2 }],
  ])("changes nothing after a refusal by %s", (_what, state: Partial<ServiceState>, change: Partial<ClaimRequest>) => {
    const before = { ...NEW_SERVICE, ...state };
    expect(stateAfter(before, change)).toBe(before);
  });
});

describe("decideClaim", () => {
  type Row = readonly [
    what: string,
    state: Partial<ServiceState>,
    asked: Partial<ClaimRequest>,
    says: Partial<Decision>,
  ];
  const no = (reason: string, more: object = {}): Partial<Decision> => {
    const none = { holder: null, retryAfterMs: null, runToken: null, unfinished: null };
    return { granted: false, reason, ...none, ...more } as Partial<Decision>;
  };
  const yes = (attempt: number, token = NOW): Partial<Decision> => ({ granted: true, attempt, token });
  const byA = { holder: "a", runToken: 7 };
  const wasA = { holder: "a" };

  const rows: readonly Row[] = [
    ["a new service", {}, {}, yes(1)],
    ["a token that is ahead of the clock", { token: NOW + 5 }, {}, yes(1, NOW + 6)],
    ["a fire as far ahead as may be", {}, { fireTime: NOW + 100 }, yes(1)],
    ["a fire further ahead", {}, { fireTime: NOW + 101 }, no("skew", { retryAfterMs: 101 })],
    ["a fire ahead, before who is in the way", RUNS, { fireTime: NOW + 101 }, no("skew", { retryAfterMs: 101 })],
    ["the mark", FINISHED, { fireTime: 8_000 }, no("claimed", wasA)],
    ["an older fire", FINISHED, { fireTime: 7_999, maxAttempts: 9 }, no("claimed", wasA)],
    ["the first fire above the mark", FINISHED, { fireTime: 8_001 }, yes(1)],
    ["a run that goes on", RUNS, {}, no("held", { ...byA, retryAfterMs: 500 })],
    ["a run of its own that goes on", RUNS, { appId: "a" }, no("held", { ...byA, retryAfterMs: 500 })],
    ["a run of a dead node", { ...RUNS, run: { ...RUN, appId: "dead" } }, {}, yes(1)],
    ["a lease that goes on", LEFT, {}, no("held", { holder: "c", retryAfterMs: 500, runToken: 9 })],
    ["another's hold", HELD, {}, no("held", { holder: "a", retryAfterMs: 300 })],
    ["its own hold", HELD, { appId: "a" }, yes(1)],
    ["a hold at its end", { ...HELD, heldUntilMs: NOW }, {}, yes(1)],
    ["the hold of a dead node", { ...HELD, holder: "dead" }, {}, yes(1)],
    ["the fire of a run that goes on", RUNS, { fireTime: 8_000 }, no("claimed", byA)],
    [
      "the same, to recover it",
      RUNS,
      { fireTime: 8_000, maxAttempts: 2 },
      no("claimed", { ...byA, retryAfterMs: 500 }),
    ],
    ["a fire that died", DIED, { fireTime: 8_000, maxAttempts: 2 }, yes(2)],
    ["the same, with one attempt", DIED, { fireTime: 8_000 }, no("claimed", wasA)],
    ["the same, when its node holds it", { ...DIED, ...HELD }, { fireTime: 8_000, maxAttempts: 2 }, yes(2)],
    [
      "the same, when another node holds it",
      { ...DIED, ...HELD, holder: "c" },
      { fireTime: 8_000, maxAttempts: 2 },
      no("held", { holder: "c", retryAfterMs: 300 }),
    ],
    ["another fire, when the node of one that died holds it", { ...DIED, ...HELD }, {}, yes(1)],
    ["an older fire than that which died", DIED, { fireTime: 7_000, maxAttempts: 2 }, no("claimed", wasA)],
    ["a newer fire than that which died", DIED, { maxAttempts: 2 }, no("held", { retryAfterMs: 0, unfinished: 8_000 })],
    ["the same, with one attempt", DIED, {}, yes(1)],
    [
      "a newer fire, when all attempts have died",
      { ...DIED, run: { ...DIED.run, attempt: 2 } },
      { maxAttempts: 2 },
      yes(1),
    ],
    [
      "what is left, while a lease goes on",
      LEFT,
      { fireTime: 8_000, maxAttempts: 2 },
      no("claimed", { holder: "a", runToken: 9, retryAfterMs: 500 }),
    ],
    [
      "what is left, after it",
      { ...LEFT, run: { ...LEASED, finished: true } },
      { fireTime: 8_000, maxAttempts: 2 },
      yes(2),
    ],
    [
      "what is left, when the lease has died",
      { ...LEFT, run: { ...LEASED, untilMs: 0 } },
      { fireTime: 8_000, maxAttempts: 2 },
      yes(2),
    ],
    ["an asking again", RUNS, { claimId: "old", fireTime: 8_000 }, yes(1, 7)],
    ["an asking again, when it has died", DIED, { claimId: "old", fireTime: 8_000 }, yes(1, 7)],
    ["an asking again, when it has finished", FINISHED, { claimId: "old", fireTime: 8_000 }, yes(1, 7)],
    ["a fire in a run that has finished", FINISHED, { unlessFinished: 7 }, no("held", { holder: "a" })],
    ["a fire in an earlier run than that", FINISHED, { unlessFinished: 6 }, no("held", { holder: "a" })],
    ["a fire in a run that died", DIED, { unlessFinished: 7 }, yes(1)],
    [
      "a fire in a run that died, when a later one has finished",
      { ...FINISHED, cut: [5, 6] },
      { unlessFinished: 6 },
      yes(1),
    ],
    ["a fire in a run that goes on", RUNS, { unlessFinished: 7 }, no("held", { ...byA, retryAfterMs: 500 })],
    ["a newer fire than one that is owed", OWES, {}, no("held", { retryAfterMs: 0, unfinished: 8_500 })],
    ["the same, by who held it", OWES, { appId: "a" }, no("held", { retryAfterMs: 0, unfinished: 8_500 })],
    ["the same, in another's hold", { ...OWES, ...HELD }, {}, no("held", { holder: "a", retryAfterMs: 300 })],
    ["what is owed", OWES, { fireTime: 8_500 }, yes(1)],
    ["an older fire than what is owed", OWES, { fireTime: 8_400 }, yes(1)],
    ["a newer fire than one that was owed for long", { ...OWES, heldUntilMs: NOW - 300_001 }, {}, yes(1)],
    [
      "a fire that died, before one that is owed",
      { ...DIED, owed: [7_000] },
      { fireTime: 8_000, maxAttempts: 2 },
      yes(2),
    ],
  ];

  it.each(rows)("decides on %s", (_what, state, asked, says) => {
    const before = { ...NEW_SERVICE, ...state };
    expect(decideClaim(before, { ...ASKED, ...asked }, AT)).toMatchObject(says);
  });

  it("keeps what a grant changes", () => {
    const asked = { ...ASKED, holdTimeMs: 30, leaseMs: 40, maxAttempts: 2 };
    const decision = decideClaim({ ...NEW_SERVICE, ...FINISHED }, asked, AT);
    expect(decision).toEqual({
      ...{ granted: true, token: NOW, attempt: 1 },
      state: {
        ...{ markMs: 9_000, token: NOW, holder: "b", heldUntilMs: NOW + 30, finishedToken: 7 },
        ...{ cut: [], left: null, owed: [] },
        run: { ...RUN, token: NOW, appId: "b", claimId: "new", fireTime: 9_000, untilMs: NOW + 40 },
      },
    });
  });

  it("knows the runs that were cut, the last sixteen of them", () => {
    const cut = Array.from({ length: 16 }, (_, index) => index - 20);
    const after = decideClaim({ ...NEW_SERVICE, ...DIED, cut }, ASKED, AT);
    expect(after).toMatchObject({ granted: true, state: { cut: [...cut.slice(1), 7] } });
    expect(decideClaim({ ...NEW_SERVICE, ...FINISHED, cut }, ASKED, AT)).toMatchObject({ state: { cut } });
  });

  it("owes what came after the fire that it gives", () => {
    const asked = { ...ASKED, fireTime: 8_500 };
    const decision = decideClaim({ ...NEW_SERVICE, ...OWES, owed: [8_500, 8_600] }, asked, AT);
    expect(decision).toMatchObject({ granted: true, state: { owed: [8_600] } });
  });

  it("lets a lease last from when it was asked for again, unless the run is over", () => {
    const again = { ...ASKED, fireTime: 8_000, claimId: "old", leaseMs: 600 };
    const untilOf = (state: Partial<ServiceState>, leaseMs = 600): unknown => {
      const decision = decideClaim({ ...NEW_SERVICE, ...state }, { ...again, leaseMs }, AT);
      return decision.granted && decision.state.run?.untilMs;
    };
    expect([untilOf(RUNS), untilOf(DIED), untilOf(RUNS, 400), untilOf(FINISHED)]).toEqual([
      NOW + 600,
      NOW + 600,
      NOW + 500,
      NOW + 500,
    ]);
  });

  it("takes a run without a lease for one that leaves nothing", () => {
    const first = decideClaim(NEW_SERVICE, ASKED, AT);
    const state = first.granted ? first.state : NEW_SERVICE;
    expect(decideClaim(state, { ...ASKED, claimId: "2", maxAttempts: 9 }, AT)).toMatchObject({ reason: "claimed" });
    const next = { ...ASKED, claimId: "3", fireTime: 9_001, maxAttempts: 9, unlessFinished: NOW };
    expect(decideClaim(state, next, AT)).toMatchObject({ granted: true, attempt: 1 });
  });
});

test("decideLease asks for no hold, raises no mark, and keeps what is left", () => {
  const state = { ...NEW_SERVICE, ...DIED, ...HELD };
  const decision = decideLease(state, { appId: "b", leaseMs: 50 }, AT);
  expect(decision).toMatchObject({ granted: true, token: NOW, attempt: 1 });
  expect(decision.granted && decision.state).toEqual({
    ...state,
    ...{ token: NOW, cut: [7], left: { fireTime: 8_000, attempt: 1 } },
    run: {
      ...{ token: NOW, appId: "b", claimId: null, fireTime: null },
      attempt: 1,
      untilMs: NOW + 50,
      finished: false,
    },
  });
});

test.each<
  [what: string, state: Partial<ServiceState>, appId: string, holdTimeMs: number, holder: string, until: number]
>([
  ["nobody, at first", {}, "b", 10, "b", NOW + 10],
  ["the holder", HELD, "b", 10, "a", NOW + 300],
  ["the holder, who asks again", HELD, "a", 10, "a", NOW + 300],
  ["the holder, who gives it up", HELD, "a", 0, "a", NOW],
  ["the holder, whom another would depose", HELD, "b", 0, "a", NOW + 300],
  ["the next, at its end", { ...HELD, heldUntilMs: NOW }, "b", 10, "b", NOW + 10],
  ["the next, when it is dead", { ...HELD, holder: "dead" }, "b", 10, "b", NOW + 10],
])("decideSelect: %s", (_what, state, appId, holdTimeMs, holder, heldUntilMs) => {
  const before = { ...NEW_SERVICE, ...state };
  expect(decideSelect(before, appId, holdTimeMs, AT)).toEqual({ ...before, holder, heldUntilMs });
});

describe("renewed and released", () => {
  const state = { ...NEW_SERVICE, ...RUNS };
  const over = { ...NEW_SERVICE, ...DIED };
  const done = { ...NEW_SERVICE, ...FINISHED };

  test("change the run of their token alone", () => {
    expect(renewed(state, 7, 50, NOW)).toEqual({ ...state, run: { ...RUN, untilMs: NOW + 50 } });
    expect(released(state, 7, true, NOW)).toEqual({ ...state, finishedToken: 7, run: { ...RUN, finished: true } });
    expect(released(state, 7, false, NOW)).toEqual({ ...state, run: { ...RUN, untilMs: NOW } });
    for (const token of [6, 8]) {
      expect(renewed(state, token, 50, NOW)).toBeNull();
      for (const finished of [true, false]) expect(released(state, token, finished, NOW)).toBe(state);
    }
  });

  test("renew nothing that is over, and take a late end for an end", () => {
    for (const each of [over, done, NEW_SERVICE]) expect(renewed(each, 7, 50, NOW)).toBeNull();
    expect(released(over, 7, true, NOW).finishedToken).toBe(7);
    expect(released(over, 7, false, NOW)).toEqual(over);
    expect(released(done, 7, false, NOW)).toBe(done);
    expect(released(NEW_SERVICE, 7, true, NOW)).toBe(NEW_SERVICE);
  });
});

describe("whatever is asked", () => {
  const node = fc.nat(3);
  const few = fc.nat(20);
  const lengthMs = fc.constantFrom(0, 5, 50, 200);
  const claim = fc.record({
    kind: fc.constant("claim" as const),
    node,
    firesAgo: fc.integer({ min: -2, max: 3 }),
    holdTimeMs: lengthMs,
    leaseMs: lengthMs,
    maxAttempts: fc.integer({ min: 1, max: 3 }),
    again: fc.option(few, { freq: 5 }),
    unlessFinished: fc.option(few, { freq: 4 }),
  });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: claim },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 5, 50, 100, 200) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("release" as const), which: few, finished: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("renew" as const), which: few, leaseMs: fc.constantFrom(5, 50) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("lease" as const), node, leaseMs: fc.constantFrom(5, 50) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("select" as const), node, holdTimeMs: lengthMs }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("die" as const), node: fc.constant(0) }) },
  );
  const steps = fc.array(step, { minLength: 15, maxLength: 60, size: "max" });

  const seen = { grants: 0, recoveries: 0 };

  test("no fire starts twice but as the next attempt, tokens grow, refusals and old tokens change nothing", () => {
    const check = (taken: readonly Step[]): void => {
      const model = new RuleModel();
      for (const each of taken) model.take(each);
      seen.grants += model.grants.length;
      seen.recoveries += model.grants.filter(({ attempt }) => attempt > 1).length;
    };
    fc.assert(fc.property(steps, check), { numRuns: 1_500 });
    // The steps do meet what they are to check.
    expect(seen.grants).toBeGreaterThan(1_500);

    expect(seen.recoveries).toBeGreaterThan(50);
  });

  const broken = [
    ...["grants a fire twice", "grants older fires", "forgets the hold", "takes tokens from the clock"],
    ...["answers again with another token", "counts a lease from the first asking", "claims while a run goes on"],
    ...["renews what has ended", "renews whatever is there", "frees whatever is there", "gives leases to all"],
    ...[
      "begins the attempts anew",
      "recovers for all",
      "counts one attempt too many",
      "takes every end for a good one",
    ],
  ];
  test.each(broken)("a rule that %s is found by that", (fault) => {
    const parts = WRONG_RULES.find(([name]) => name === fault)?.[2];
    expect(parts).toBeDefined();
    const check = (taken: readonly Step[]): void => {
      const model = new RuleModel(parts);
      for (const each of taken) model.take(each);
    };
    expect(fc.check(fc.property(steps, check), { numRuns: 5_000, endOnFailure: true }).failed).toBe(true);
  });

  test("who asks again when told has a final answer soon", () => {
    const last = fc.record({
      fireTime: fc.integer({ min: 0, max: 5_000 }),
      maxAttempts: fc.integer({ min: 1, max: 3 }),
    });
    const check = (
      taken: readonly Step[],
      { fireTime, maxAttempts }: Pick<ClaimRequest, "fireTime" | "maxAttempts">,
    ): void => {
      const model = new RuleModel();
      for (const each of taken) model.take(each);
      model.askUntilFinal({ ...ASKED, appId: "late", fireTime, maxAttempts, claimId: "last" });
    };
    fc.assert(fc.property(steps, last, check), { numRuns: 1_000 });
  });
});
