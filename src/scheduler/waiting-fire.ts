import type { HeapEntry } from "../timetable/entry-heap.js";
import { NOT_IN_HEAP } from "../timetable/entry-heap.js";
import type { SkipReason } from "./admit.js";
import type { Asking } from "./claim-line.js";
import type { JobState } from "./job-state.js";
import type { Run } from "./run-record.js";

/** What a fire is about, besides its job and its fire time. */
export interface FireDetails {
  /** The data of a run now; `undefined` for the job's. */
  readonly data: unknown;
  /** The finished run that this one follows, in a chain. */
  readonly upstream: Run | null;
  /** Who waits for its end. */
  readonly waiter: RunWaiter | null;
  /** Calls a function in the async context of the code that called `runNow`; `null` where nobody will ask for that. */
  readonly caller: (<Result>(call: () => Result) => Result) | null;
  /** What is known of the asking for it; `null` for what is not a distributed job's fire. */
  readonly asking: Asking | null;
  /** Its first attempt: 2 for a run that a process has not survived. */
  readonly attempt: number;
  /** What may have ended a process is on record before it begins. */
  readonly notedFirst: boolean;
  /** One of several that were missed, and are each made up for: they wait for one another. */
  readonly caughtUp: boolean;
}

/** The details of a fire of the schedule. */
export const NO_DETAILS: FireDetails = {
  data: undefined,
  upstream: null,
  waiter: null,
  caller: null,
  asking: null,
  attempt: 1,
  notedFirst: false,
  caughtUp: false,
};

/** Of one of several fires that were missed. */
export const CAUGHT_UP: FireDetails = { ...NO_DETAILS, caughtUp: true };
/** Of a fire of the time in which no process was there. */
export const RESUMED: FireDetails = { ...NO_DETAILS, notedFirst: true };
/** Of one of several of those. */
export const RESUMED_CAUGHT_UP: FireDetails = { ...RESUMED, caughtUp: true };

/** Told what becomes of a run that somebody asked for. */
export interface RunWaiter {
  ended(run: Run): void;
  skipped(reason: SkipReason): void;
}

/** A fire that waits: for a run of its job to end, or for room in a limit. */
export class WaitingFire implements HeapEntry {
  heapIndex: number = NOT_IN_HEAP;
  order = 0;
  readonly job: JobState;
  /** The schedule's instant, or `null` for a run outside the schedule. */
  readonly fireTime: number | null;
  readonly details: FireDetails;

  constructor(job: JobState, fireTime: number | null, details: FireDetails) {
    this.job = job;
    this.fireTime = fireTime;
    this.details = details;
  }
}
