import { describe, expect, it } from "vitest";
import type { Scenario } from "./course.js";
import { courseOf } from "./course.js";

const CRASH_AFTER_CLAIM: Scenario = {
  skewsMs: [100, 0],
  lengthMs: 15_500,
  faults: [{ kind: "crash", node: 0, atMs: 4_907, backAfterMs: null, sameAppId: false }],
};

describe("the course of things", () => {
  it("with a hold time below the skew: a fire is started once all the same", async () => {
    expect(
      await courseOf({ skewsMs: [-1_900, 1_900], options: { holdTime: 1_000, lease: null } }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, -1900 off
      0 n1 begins, 1900 off
      1910 n0 starts #1 0
      2910 n0 ends #1 0
      2910 n0 succeeded 0
      3110 n1 starts #1 5000
      4110 n1 ends #1 5000
      4110 n1 succeeded 5000
      6910 n0 claimedElsewhere 5000
      8110 n1 starts #1 10000
      9110 n1 ends #1 10000
      9110 n1 succeeded 10000
      11910 n0 claimedElsewhere 10000
      13110 n1 starts #1 15000
      14110 n1 ends #1 15000
      14110 n1 succeeded 15000
      16910 n0 claimedElsewhere 15000
      18110 n1 starts #1 20000
      19110 n1 ends #1 20000
      19110 n1 succeeded 20000"
    `);
  });

  it("when a node stands still before its claim: the other one starts the fire", async () => {
    expect(
      await courseOf({
        skewsMs: [200, 0],
        lengthMs: 12_000,
        faults: [{ kind: "stall", node: 0, atMs: 4_700, forMs: 3_000 }],
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 200 off
      0 n1 begins, 0 off
      4700 node0 stall for 3000
      5010 n1 starts #1 5000
      6010 n1 ends #1 5000
      6010 n1 succeeded 5000
      7710 n0 claimedElsewhere 5000
      9810 n0 starts #1 10000
      10010 n1 claimedElsewhere 10000
      10810 n0 ends #1 10000
      10810 n0 succeeded 10000"
    `);
  });

  it("when a node stands still in its run for longer than the lease: the run is aborted as soon as it goes on", async () => {
    expect(
      await courseOf({
        skewsMs: [200, 0],
        lengthMs: 14_500,
        options: { lease: "3s", recover: true },
        work: { durationMs: [3_000, 3_000], failChance: 0, deafChance: 0 },
        faults: [{ kind: "stall", node: 0, atMs: 5_500, forMs: 5_000 }],
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 200 off
      0 n1 begins, 0 off
      4810 n0 starts #1 5000
      5500 node0 stall for 5000
      7820 n1 starts #2 5000
      10000 n1 overlap 10000
      10500 n0 lost its lease 5000
      10500 n0 aborts #1 5000
      10500 n0 ends #1 5000
      10500 n0 lostLease 5000
      10820 n1 ends #2 5000
      10820 n1 succeeded 5000
      12830 n0 heldElsewhere 10000"
    `);
  });

  it("when all answers to renewals are slow: the run is aborted before its lease ends at the store", async () => {
    expect(
      await courseOf({
        skewsMs: [0],
        lengthMs: 10_000,
        showsStore: true,
        work: { durationMs: [4_500, 4_500], failChance: 0, deafChance: 0 },
        steer: ({ what, way }) => (what === "renew" && way === "reply" ? { afterMs: 2_500 } : undefined),
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 0 off
      5005 store grants n0 #1 5000
      5010 n0 starts #1 5000
      7400 n0 lost its lease 5000
      7400 n0 aborts #1 5000
      7400 n0 ends #1 5000
      7400 n0 lostLease 5000
      7405 store has back unfinished 5000"
    `);
  });

  it("when the answer to a renewal is slow, and then none comes: trust counts from the question", async () => {
    expect(
      await courseOf({
        skewsMs: [0],
        lengthMs: 10_000,
        showsStore: true,
        work: { durationMs: [9_000, 9_000], failChance: 0, deafChance: 0 },
        steer: ({ what, way, atMs }) => {
          if (what !== "renew") return undefined;
          if (way === "reply") return { afterMs: 1_300 };
          return atMs > 6_500 ? { lost: "silently" } : undefined;
        },
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 0 off
      5005 store grants n0 #1 5000
      5010 n0 starts #1 5000
      8400 n0 lost its lease 5000
      8400 n0 aborts #1 5000
      8400 n0 ends #1 5000
      8400 n0 lostLease 5000
      8405 store has back unfinished 5000"
    `);
  });

  it("when a node comes back under its own name: its earlier lease is not its own", async () => {
    expect(
      await courseOf({
        skewsMs: [0],
        lengthMs: 16_000,
        showsStore: true,
        options: { lease: "8s", recover: true },
        faults: [{ kind: "crash", node: 0, atMs: 5_500, backAfterMs: 1_000, sameAppId: true }],
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 0 off
      5005 store grants n0 #1 5000
      5010 n0 starts #1 5000
      5500 node0 crash
      6500 n0 begins, 0 off
      10005 store refuses n0 held by n0 for 3000 10000
      13015 store refuses n0 held by null for 0, first 5000 10000
      13025 store grants n0 #2 5000
      13030 n0 starts #2 5000
      14030 n0 ends #2 5000
      14030 n0 succeeded 5000
      14035 store has back finished 5000
      14045 store grants n0 #1 10000
      14050 n0 starts #1 10000
      15000 n0 overlap 15000
      15050 n0 ends #1 10000
      15050 n0 succeeded 10000
      15055 store has back finished 10000"
    `);
  });

  it("when one clock is an hour ahead: its node is refused, and poisons nothing", async () => {
    expect(await courseOf({ skewsMs: [3_600_000, 0], lengthMs: 10_500 })).toMatchInlineSnapshot(`
      "0 n0 begins, 3600000 off
      0 n1 begins, 0 off
      5010 n1 starts #1 5000
      6010 n1 ends #1 5000
      6010 n1 succeeded 5000
      10010 n1 starts #1 10000"
    `);
  });

  it("when one clock is set back: no fire is started a second time", async () => {
    expect(
      await courseOf({
        skewsMs: [100, 0],
        faults: [{ kind: "setClock", node: 0, atMs: 10_500, byMs: -7_000 }],
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 100 off
      0 n1 begins, 0 off
      4910 n0 starts #1 5000
      5010 n1 claimedElsewhere 5000
      5910 n0 ends #1 5000
      5910 n0 succeeded 5000
      9910 n0 starts #1 10000
      10010 n1 claimedElsewhere 10000
      10500 node0 setClock
      10910 n0 ends #1 10000
      10910 n0 succeeded 10000
      15010 n1 starts #1 15000
      16010 n1 ends #1 15000
      16010 n1 succeeded 15000
      20010 n1 starts #1 20000"
    `);
  });

  it("when a node crashes between claim and start: the fire is lost, and the next ones go on", async () => {
    expect(await courseOf(CRASH_AFTER_CLAIM)).toMatchInlineSnapshot(`
      "0 n0 begins, 100 off
      0 n1 begins, 0 off
      4907 node0 crash
      5010 n1 claimedElsewhere 5000
      10010 n1 starts #1 10000
      11010 n1 ends #1 10000
      11010 n1 succeeded 10000
      15010 n1 starts #1 15000"
    `);
  });

  it("when a node crashes between claim and start, with `recover`: another one goes on with the fire", async () => {
    expect(await courseOf({ ...CRASH_AFTER_CLAIM, options: { lease: "3s", recover: true } })).toMatchInlineSnapshot(`
      "0 n0 begins, 100 off
      0 n1 begins, 0 off
      4907 node0 crash
      7920 n1 starts #2 5000
      8920 n1 ends #2 5000
      8920 n1 succeeded 5000
      10010 n1 starts #1 10000
      11010 n1 ends #1 10000
      11010 n1 succeeded 10000
      15010 n1 starts #1 15000"
    `);
  });

  it("when the store hangs: fires are left out as soon as that is known, and the next ones go on", async () => {
    expect(
      await courseOf({ faults: [{ kind: "outage", node: null, atMs: 4_000, forMs: 8_000, how: "hangs" }] }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 0 off
      0 n1 begins, 0 off
      4000 * outage for 8000
      7000 n0 distributedUnavailable 5000
      7000 n1 distributedUnavailable 5000
      12000 n0 distributedUnavailable 10000
      12000 n1 distributedUnavailable 10000
      15010 n0 starts #1 15000
      15010 n1 claimedElsewhere 15000
      16010 n0 ends #1 15000
      16010 n0 succeeded 15000
      20010 n0 starts #1 20000
      20010 n1 claimedElsewhere 20000"
    `);
  });

  it("when renewals and the release come after the lease's end: the next holder keeps its own", async () => {
    expect(
      await courseOf({
        skewsMs: [100, 0],
        lengthMs: 14_900,
        showsStore: true,
        options: { lease: "3s", recover: true },
        work: { durationMs: [4_500, 4_500], failChance: 0, deafChance: 0 },
        steer: ({ node, what, way }) =>
          node === 0 && way === "request" && (what === "renew" || what === "release") ? { afterMs: 4_000 } : undefined,
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 100 off
      0 n1 begins, 0 off
      4905 store grants n0 #1 5000
      4910 n0 starts #1 5000
      5005 store refuses n1 claimed by n0 for 2900 5000
      7300 n0 lost its lease 5000
      7300 n0 aborts #1 5000
      7300 n0 ends #1 5000
      7300 n0 lostLease 5000
      7915 store grants n1 #2 5000
      7920 n1 starts #2 5000
      10000 n1 overlap 10000
      11300 store has back unfinished 5000
      11305 store refuses n0 held by n1 for 2610 10000
      12420 n1 ends #2 5000
      12420 n1 succeeded 5000
      12425 store has back finished 5000
      13300 store has back unfinished 5000
      13925 store refuses n0 held by n1 for good 10000
      13930 n0 heldElsewhere 10000"
    `);
  });

  it.each([
    [-1, ["5010 n0 starts #1 5000", "12020 n1 starts #1 10000", "15010 n1 starts #1 15000"]],
    [0, ["5010 n0 starts #1 5000", "12020 n1 starts #1 10000", "15010 n1 starts #1 15000"]],
    // It has asked, and is granted the fire after its death; the hold stands in no recovery's way.
    [1, ["5010 n0 starts #1 5000", "13020 n1 starts #2 10000", "15010 n1 starts #1 15000"]],
  ])(
    "when the leader is killed %i ms from a fire time: no fire is late by more than the hold",
    async (offMs, starts) => {
      const course = await courseOf({
        lengthMs: 19_500,
        options: { lease: "3s", holdTime: "7s", recover: true },
        faults: [{ kind: "crash", node: 0, atMs: 10_000 + offMs, backAfterMs: null, sameAppId: false }],
      });
      expect(course.split("\n").filter((line) => line.includes("starts"))).toEqual(starts);
    },
  );

  it("when two nodes have different schedules: each fire time is started once", async () => {
    expect(
      await courseOf({
        lengthMs: 10_900,
        schedule: { ofNodes: ["*/5 * * * * *", "*/2 * * * * *"] },
        work: { durationMs: [100, 100], failChance: 0, deafChance: 0 },
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 0 off
      0 n1 begins, 0 off
      2010 n1 starts #1 2000
      2110 n1 ends #1 2000
      2110 n1 succeeded 2000
      4010 n1 starts #1 4000
      4110 n1 ends #1 4000
      4110 n1 succeeded 4000
      5010 n0 starts #1 5000
      5110 n0 ends #1 5000
      5110 n0 succeeded 5000
      6010 n1 starts #1 6000
      6110 n1 ends #1 6000
      6110 n1 succeeded 6000
      8010 n1 starts #1 8000
      8110 n1 ends #1 8000
      8110 n1 succeeded 8000
      10010 n0 starts #1 10000
      10010 n1 claimedElsewhere 10000
      10110 n0 ends #1 10000
      10110 n0 succeeded 10000"
    `);
  });

  it("when a run hangs: its lease is renewed until its timeout ends it", async () => {
    expect(
      await courseOf({
        options: { lease: "3s", timeout: "12s" },
        work: { durationMs: [3_600_000, 3_600_000], failChance: 0, deafChance: 0 },
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 0 off
      0 n1 begins, 0 off
      5010 n0 starts #1 5000
      5010 n1 claimedElsewhere 5000
      10000 n0 overlap 10000
      15000 n0 overlap 15000
      17010 n0 aborts #1 5000
      17010 n0 ends #1 5000
      17010 n0 timedOut 5000
      17020 n1 heldElsewhere 10000
      17030 n1 heldElsewhere 15000
      20010 n0 starts #1 20000
      20010 n1 claimedElsewhere 20000"
    `);
  });

  it.each([
    // 01:30 comes twice, at 05:30Z and at 06:30Z.
    ["November", Date.UTC(2026, 10, 1, 5), "30 1 * * *", [1_800_010]],
    // 02:30 does not come: 03:00 stands for it, at 07:00Z.
    ["March", Date.UTC(2026, 2, 8, 6, 30), "30 2 * * *", [1_800_010]],
  ])(
    "when nodes restart around the change of clocks in %s: the fire is started once",
    async (_, origin, schedule, starts) => {
      const course = await courseOf({
        origin,
        schedule,
        timezone: "America/New_York",
        lengthMs: 3 * 3_600_000,
        faults: [
          { kind: "crash", node: 0, atMs: 1_799_000, backAfterMs: 500, sameAppId: true },
          { kind: "crash", node: 1, atMs: 1_799_000, backAfterMs: 2_000, sameAppId: false },
          { kind: "stop", node: 0, atMs: 3_600_000, graceMs: 0, backAfterMs: 500, sameAppId: true },
          { kind: "crash", node: 1, atMs: 5_300_000, backAfterMs: 500, sameAppId: true },
        ],
      });
      const lines = course.split("\n").filter((line) => line.includes("starts"));
      expect(lines.map((line) => Number.parseFloat(line))).toEqual(starts);
    },
  );
});
