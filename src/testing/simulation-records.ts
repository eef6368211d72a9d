import type { PunctualError } from "../errors.js";
import type { Outcome, SkipReason } from "../history/record.js";

/** A fire time, and what became of it. Times are epoch milliseconds. */
export interface SimulatedFire {
  readonly job: string;
  readonly fireTime: number;
  /**
   * `started`, on time or later; `skipped`, for the reason; `missed`, and not made up for; `waiting`, when the simulation
   * ended, for a run of its job to end or for a limit.
   */
  readonly fate: "started" | "skipped" | "missed" | "waiting";
  /** Why it was skipped, else `null`. */
  readonly reason: SkipReason | null;
  /** When that was decided. */
  readonly at: number;
}

/** A run. Times are epoch milliseconds. */
export interface SimulatedRun {
  readonly job: string;
  /** `null` for a run that follows another one. */
  readonly fireTime: number | null;
  readonly startedAt: number;
  /** `null` while it goes on when the simulation ends. */
  readonly endedAt: number | null;
  readonly outcome: Outcome | null;
  /** How many attempts it had. */
  readonly attempts: number;
  readonly latenessMs: number;
  /** Of a run that did not heed its signal: when its command ended at last, or `null` when that was not seen. */
  readonly deafUntil: number | null;
}

/** A fire, or a run after another one, that was not started. */
export interface SimulatedSkip {
  readonly job: string;
  /** `null` for what was to follow another job's run. */
  readonly fireTime: number | null;
  readonly reason: SkipReason;
  readonly at: number;
}

/** Fire times that were found too late, as by the event `fire:missed`; one that the policy makes up for is among them. */
export interface SimulatedMiss {
  readonly job: string;
  /** When it was noticed. */
  readonly at: number;
  /** Oldest first, those from before the catch-up window included. */
  readonly fireTimes: readonly number[];
  readonly cause: "blocked" | "clockJumped" | "stopped";
}

/** A time during which more went on at once than was to be. */
export interface SimulatedOverlap {
  /** Two runs or more of one job; or more of a group's or of all jobs than the option `crowd` says. */
  readonly of: "job" | "group" | "scheduler";
  /** The job's or group's name. */
  readonly name: string | null;
  readonly from: number;
  /** When it was over, or the end of the simulation. */
  readonly to: number;
  readonly mostRuns: number;
}

/** An instant at which more runs went on than in the time around it. */
export interface SimulatedPeak {
  readonly at: number;
  readonly runs: number;
  /** Whose runs, the most first. */
  readonly jobs: readonly { readonly job: string; readonly runs: number }[];
}

/** A second or minute, by its begin, and how many runs started in it. */
export interface SimulatedRush {
  readonly from: number;
  readonly starts: number;
}

/** A part of the simulated time. */
export interface SimulatedBucket {
  readonly from: number;
  readonly starts: number;
  /** The most runs at once. */
  readonly mostRuns: number;
  /** How many runs went on, on average over time. */
  readonly meanRuns: number;
}

/** What became of the fires of one job, or of all, in numbers. */
export interface SimulatedCounts {
  /** Fire times; the sum of `skipped`, `missed`, `waiting` and those that started. */
  readonly fires: number;
  /** Runs that started, those that followed others included. */
  readonly runs: number;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  /** Fires missed and not made up for. */
  readonly missed: number;
  readonly waiting: number;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** Runs that went on when the simulation ended. */
  readonly unfinished: number;
  readonly attempts: number;
  readonly overlaps: number;
  readonly mostRuns: number;
  /** The sum of how long its runs took, deaf ones until their commands ended. */
  readonly busyMs: number;
  readonly longestMs: number;
  readonly worstLatenessMs: number;
}

/** The counts of one job. */
export interface SimulatedJobCounts extends SimulatedCounts {
  readonly job: string;
}

/** What the scheduler reported as an `error` event. */
export interface SimulatedError {
  readonly at: number;
  readonly job: string | null;
  readonly error: PunctualError;
}
