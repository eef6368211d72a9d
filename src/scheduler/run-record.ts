import type { Outcome } from "../history/record.js";

export type { Outcome };

/** One fire that was performed, after it has ended. Its `outcome` tells which of `result` and `error` it has. */
export type Run<Result = unknown> = RunRecord & (RunSuccess<Result> | RunFailure);

/** What every finished run has. */
export interface RunRecord {
  readonly id: string;
  readonly jobName: string;
  /** Epoch milliseconds; `null` for a run outside the schedule. */
  readonly fireTime: number | null;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly latenessMs: number;
  /** Its tries, the last one included. */
  readonly attempts: readonly Attempt[];
}

/** One try of a run. Times are epoch milliseconds. */
export interface Attempt {
  readonly attempt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** What it threw, or why it was ended; `undefined` when it succeeded. */
  readonly error: unknown;
}

/** A run whose command returned. */
export interface RunSuccess<Result> {
  readonly outcome: "succeeded";
  /** What the command returned. */
  readonly result: Result;
  readonly error: undefined;
}

/** A run whose command did not return, or not in time. */
export interface RunFailure {
  readonly outcome: Exclude<Outcome, "succeeded">;
  readonly result: undefined;
  /** What it threw, when it failed; why it was ended or given up, when it was timed out, killed or abandoned. */
  readonly error: unknown;
}
