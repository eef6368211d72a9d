import { every } from "punctual";
import { describe, expect, it } from "vitest";
import { courseOf } from "./course.js";

describe("what the simulation has found", () => {
  it("a fire that is stood by for waits while another question is under way", async () => {
    expect(
      await courseOf({
        skewsMs: [100, 0],
        lengthMs: 6_900,
        schedule: every("1s", { anchor: "epoch" }),
        options: { lease: 1_095, recover: true },
        work: { durationMs: [100, 100], failChance: 0, deafChance: 0 },
        faults: [{ kind: "crash", node: 0, atMs: 4_950, backAfterMs: null, sameAppId: false }],
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 100 off
      0 n1 begins, 0 off
      910 n0 starts #1 1000
      1010 n0 ends #1 1000
      1010 n0 succeeded 1000
      1910 n0 starts #1 2000
      2010 n0 ends #1 2000
      2010 n0 succeeded 2000
      2020 n1 claimedElsewhere 1000
      2910 n0 starts #1 3000
      3010 n0 ends #1 3000
      3010 n0 succeeded 3000
      3020 n1 claimedElsewhere 2000
      3910 n0 starts #1 4000
      4010 n0 ends #1 4000
      4010 n0 succeeded 4000
      4020 n1 claimedElsewhere 3000
      4910 n0 starts #1 5000
      4950 node0 crash
      5020 n1 claimedElsewhere 4000
      6020 n1 starts #2 5000
      6120 n1 ends #2 5000
      6120 n1 succeeded 5000
      6150 n1 starts #1 6000
      6250 n1 ends #1 6000
      6250 n1 succeeded 6000"
    `);
  });

  it("a fire that is refused while the scheduler stops is left out at once", async () => {
    expect(
      await courseOf({
        lengthMs: 9_900,
        options: { lease: "3s", recover: true },
        faults: [{ kind: "stop", node: 1, atMs: 5_005, graceMs: 0, backAfterMs: null, sameAppId: false }],
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 0 off
      0 n1 begins, 0 off
      5005 node1 stop
      5005 n1 stops
      5010 n0 starts #1 5000
      5010 n1 stopping 5000
      5010 n1 has stopped
      6010 n0 ends #1 5000
      6010 n0 succeeded 5000"
    `);
  });

  it("a fire that waited for a run to end does not overtake an earlier one that was refused", async () => {
    expect(
      await courseOf({
        skewsMs: [0],
        lengthMs: 17_900,
        schedule: "5-7 * * * * *",
        options: { lease: "7s", overlap: "queueAll" },
        work: { durationMs: [2_000, 2_000], failChance: 0, deafChance: 0 },
        steer: ({ what, way, atMs }) => {
          if (what === "release" && atMs < 10_000) return { lost: "silently" };
          const isNext = what === "claim" && way === "request" && atMs > 11_015 && atMs < 11_030;
          return isNext ? { afterMs: 1_000 } : undefined;
        },
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 0 off
      5010 n0 starts #1 5000
      7010 n0 ends #1 5000
      7010 n0 succeeded 5000
      12020 n0 starts #1 6000
      14020 n0 ends #1 6000
      14020 n0 succeeded 6000
      14040 n0 starts #1 7000
      16040 n0 ends #1 7000
      16040 n0 succeeded 7000"
    `);
  });

  it("fires that a hold kept from starting start one after another; one that comes due in a run of them overlaps", async () => {
    expect(
      await courseOf({
        lengthMs: 12_900,
        schedule: "5-9 * * * * *",
        options: { lease: "1s", holdTime: "3500ms", overlap: "skip" },
        work: { durationMs: [700, 700], failChance: 0, deafChance: 0 },
        faults: [{ kind: "crash", node: 0, atMs: 5_900, backAfterMs: null, sameAppId: false }],
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 0 off
      0 n1 begins, 0 off
      5010 n0 starts #1 5000
      5010 n1 claimedElsewhere 5000
      5710 n0 ends #1 5000
      5710 n0 succeeded 5000
      5900 node0 crash
      8520 n1 starts #1 6000
      9000 n1 overlap 9000
      9220 n1 ends #1 6000
      9220 n1 succeeded 6000
      9240 n1 starts #1 7000
      9940 n1 ends #1 7000
      9940 n1 succeeded 7000
      9960 n1 starts #1 8000
      10660 n1 ends #1 8000
      10660 n1 succeeded 8000"
    `);
  });

  it("fires that came due in a run on another node are left out by `skip`, not started after it", async () => {
    expect(
      await courseOf({
        lengthMs: 5_900,
        schedule: "1-4 * * * * *",
        options: { lease: "1s" },
        skewsMs: [10, 0],
        work: { durationMs: [3_500, 3_500], failChance: 0, deafChance: 0 },
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 10 off
      0 n1 begins, 0 off
      1000 n0 starts #1 1000
      1010 n1 claimedElsewhere 1000
      1990 n0 overlap 2000
      2990 n0 overlap 3000
      3990 n0 overlap 4000
      4500 n0 ends #1 1000
      4500 n0 succeeded 1000
      5010 n1 heldElsewhere 2000
      5020 n1 heldElsewhere 3000
      5030 n1 heldElsewhere 4000"
    `);
  });

  it("by `queueOne` one of them starts after it", async () => {
    expect(
      await courseOf({
        lengthMs: 5_900,
        schedule: "1-4 * * * * *",
        options: { lease: "1s", overlap: "queueOne" },
        skewsMs: [10, 0],
        work: { durationMs: [3_500, 3_500], failChance: 0, deafChance: 0 },
        faults: [{ kind: "crash", node: 0, atMs: 4_520, backAfterMs: null, sameAppId: false }],
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 10 off
      0 n1 begins, 0 off
      1000 n0 starts #1 1000
      1010 n1 claimedElsewhere 1000
      2990 n0 overlap 3000
      3990 n0 overlap 4000
      4500 n0 ends #1 1000
      4500 n0 succeeded 1000
      4520 node0 crash
      5010 n1 claimedElsewhere 2000
      5530 n1 heldElsewhere 3000
      5540 n1 heldElsewhere 4000"
    `);
  });

  it("a release that was lost is sent again: nobody does a finished fire once more", async () => {
    expect(
      await courseOf({
        lengthMs: 9_900,
        showsStore: true,
        options: { lease: "5s", recover: true },
        steer: ({ what, atMs }) => (what === "release" && atMs < 7_000 ? { lost: "silently" } : undefined),
      }),
    ).toMatchInlineSnapshot(`
      "0 n0 begins, 0 off
      0 n1 begins, 0 off
      5005 store grants n0 #1 5000
      5005 store refuses n1 claimed by n0 for 5000 5000
      5010 n0 starts #1 5000
      6010 n0 ends #1 5000
      6010 n0 succeeded 5000
      8015 store has back finished 5000"
    `);
  });
});
