import { describe, expect, it } from "vitest";
import { courseOf } from "./simulation/course.js";
import { runWorlds } from "./simulation/many-worlds.js";

const SEED = Number(process.env["PUNCTUAL_SIMULATION_SEED"] ?? Date.now() % 1_000_000);
const FIRES = 100_000;

describe("nodes of a distributed job, simulated", () => {
  it(`keep their promises through ${FIRES.toLocaleString("en")} fires`, { timeout: 300_000 }, async () => {
    const totals = await runWorlds(SEED, FIRES);
    console.log(`PUNCTUAL_SIMULATION_SEED=${SEED}`, totals);
    expect(totals.faults).toEqual([]);
    expect(totals.fires).toBeGreaterThanOrEqual(FIRES);
  });
});

describe("the course of things", () => {
  it("with a hold time below the skew: a fire is started once all the same", async () => {
    expect(await courseOf({ skewsMs: [-1_900, 1_900], options: { holdTime: 1_000, lease: null } })).toMatchInlineSnapshot(`
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

  it("when answers to renewals are slow: the run is aborted before its lease ends at the store", async () => {
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
      14045 store refuses n0 held by n0 for good 10000
      14050 n0 heldElsewhere 10000
      15005 store grants n0 #1 15000
      15010 n0 starts #1 15000"
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

  it.each([false, true])("when a node crashes between claim and start, recover: %s", async (recover) => {
    expect(
      await courseOf({
        skewsMs: [100, 0],
        lengthMs: 15_500,
        options: { lease: "3s", recover },
        faults: [{ kind: "crash", node: 0, atMs: 4_907, backAfterMs: null, sameAppId: false }],
      }),
    ).toMatchSnapshot();
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
});
