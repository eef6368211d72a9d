import type { SkipReason } from "../history/record.js";

export type { SkipReason };

/**
 * What a fire does while its job already has as many runs as it may: it is left out (`skip`); it waits, alone (`queueOne`)
 * or with others up to a number (`queueAll`, 100 unless said); it ends what runs and takes its place (`replace`); or it
 * runs beside it (`allow`).
 */
export type OverlapPolicy = "skip" | "queueOne" | "queueAll" | { readonly queueAll: number } | "replace" | "allow";

/** How many fires of a job wait at most where `queueAll` does not say. */
export const DEFAULT_QUEUE_LENGTH = 100;

/** What a fire finds when it is about to start. */
export interface AdmitState {
  readonly stopping: boolean;
  readonly paused: boolean;
  readonly overlap: OverlapPolicy;
  /** Runs of the same job that go on, and fires of it that wait for a limit alone. */
  readonly running: number;
  readonly maxConcurrent: number;
  /** Fires of the same job that wait for its runs to end. */
  readonly waiting: number;
  /** Whether the job's group and the scheduler have room for one more run. */
  readonly roomInLimits: boolean;
  /** Whether one more fire may wait for that. */
  readonly roomInQueue: boolean;
}

/** What becomes of a fire. */
export type Admission =
  | { readonly kind: "start" }
  /** Until a run of its job ends, or until its group and the scheduler have room. */
  | { readonly kind: "wait"; readonly for: "job" | "limit" }
  /** What runs is told to end, what waits is left out, and the fire waits. */
  | { readonly kind: "replace" }
  | { readonly kind: "skip"; readonly reason: SkipReason };

const START: Admission = { kind: "start" };
const WAIT_FOR_JOB: Admission = { kind: "wait", for: "job" };
const WAIT_FOR_LIMIT: Admission = { kind: "wait", for: "limit" };
const REPLACE: Admission = { kind: "replace" };

/** Decides whether a fire starts, waits, takes another's place or is left out. */
export function admit(state: AdmitState): Admission {
  if (state.stopping) return skip("stopping");
  if (state.paused) return skip("paused");
  if (state.overlap !== "allow" && state.running >= state.maxConcurrent) return overlapping(state);
  if (state.roomInLimits) return START;
  return state.roomInQueue ? WAIT_FOR_LIMIT : skip("limit");
}

function overlapping({ overlap, waiting }: AdmitState): Admission {
  if (overlap === "replace") return REPLACE;
  return waiting < queueLength(overlap) ? WAIT_FOR_JOB : skip("overlap");
}

/** How many fires of a job may wait for its runs to end. */
export function queueLength(overlap: OverlapPolicy): number {
  if (typeof overlap === "object") return overlap.queueAll;
  return overlap === "queueAll" ? DEFAULT_QUEUE_LENGTH : overlap === "queueOne" || overlap === "replace" ? 1 : 0;
}

function skip(reason: SkipReason): Admission {
  return { kind: "skip", reason };
}
