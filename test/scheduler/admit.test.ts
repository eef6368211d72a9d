import { describe, expect, it } from "vitest";
import type { Admission, AdmitState } from "../../src/scheduler/admit.js";
import { admit } from "../../src/scheduler/admit.js";

const free: AdmitState = {
  stopping: false,
  paused: false,
  overlap: "skip",
  running: 0,
  maxConcurrent: 1,
  waiting: 0,
  roomInLimits: true,
  roomInQueue: true,
};
const start: Admission = { kind: "start" };
const skip = (reason: "overlap" | "limit" | "paused" | "stopping"): Admission => ({ kind: "skip", reason });
const wait = (what: "job" | "limit"): Admission => ({ kind: "wait", for: what });
const replace: Admission = { kind: "replace" };

describe("admit", () => {
  it.each<[string, Partial<AdmitState>, Admission]>([
    ["a free job starts", {}, start],
    ["a stop comes before all", { stopping: true, paused: true, running: 1 }, skip("stopping")],
    ["a pause comes before the policies", { paused: true, overlap: "allow" }, skip("paused")],
    ["skip", { running: 1 }, skip("overlap")],
    ["up to maxConcurrent", { running: 1, maxConcurrent: 2 }, start],
    ["and no further", { running: 2, maxConcurrent: 2 }, skip("overlap")],
    ["allow", { running: 99, overlap: "allow" }, start],
    ["allow heeds the limits", { overlap: "allow", roomInLimits: false }, wait("limit")],
    ["queueOne waits", { running: 1, overlap: "queueOne" }, wait("job")],
    ["alone", { running: 1, overlap: "queueOne", waiting: 1 }, skip("overlap")],
    ["queueAll waits", { running: 1, overlap: "queueAll", waiting: 99 }, wait("job")],
    ["up to a hundred", { running: 1, overlap: "queueAll", waiting: 100 }, skip("overlap")],
    ["or as many as said", { running: 1, overlap: { queueAll: 2 }, waiting: 2 }, skip("overlap")],
    ["replace", { running: 1, overlap: "replace" }, replace],
    ["replace starts where there is room", { overlap: "replace" }, start],
    ["a full limit is waited for", { roomInLimits: false }, wait("limit")],
    ["but not in a full queue", { roomInLimits: false, roomInQueue: false }, skip("limit")],
    ["overlap comes before the limits", { running: 1, roomInLimits: false, roomInQueue: false }, skip("overlap")],
  ])("%s", (_, found, admission) => {
    expect(admit({ ...free, ...found })).toEqual(admission);
  });
});
