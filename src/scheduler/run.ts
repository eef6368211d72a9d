import type { Execution, ExecutorRun, RunContext } from "../command/command.js";
import { latenessMs } from "../command/lateness.js";
import { checkFraction } from "../command/progress.js";
import type { Transfer } from "../command/transfer.js";
import { unwrapTransfer } from "../command/transfer.js";
import type { JobState } from "./job.js";
import { runId } from "./run-id.js";

/** How a run ended. */
export type Outcome = "succeeded" | "failed" | "killed" | "abandoned";

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
  /** What it threw, when it failed; why it was ended or given up, when it was killed or abandoned. */
  readonly error: unknown;
}

/** What a run starts with. */
export interface RunStart {
  readonly job: JobState;
  readonly fireTime: number | null;
  readonly startedAt: number;
  readonly data: unknown;
  readonly onProgress: (run: ActiveRun, fraction: number) => void;
  /** Told of the finished run, for the one who waits for it. */
  readonly onEnd: ((run: Run) => void) | null;
}

/**
 * A run that goes on: what its command is given, and what the dispatch knows of it. Id, signal and the like are made when
 * first asked for; a crowd of small jobs asks for none of them.
 */
export class ActiveRun implements RunContext, ExecutorRun {
  readonly #start: RunStart;
  #id: string | undefined;
  #controller: AbortController | undefined;
  #abortedFor: Error | undefined;
  #execution: Execution | undefined;
  #progress: number | undefined;
  #ended = false;

  constructor(start: RunStart) {
    this.#start = start;
  }

  get id(): string {
    this.#id ??= runId(this.#start.startedAt);
    return this.#id;
  }

  get jobName(): string {
    return this.#start.job.name;
  }

  get fireTime(): number | null {
    return this.#start.fireTime;
  }

  get startedAt(): number {
    return this.#start.startedAt;
  }

  get latenessMs(): number {
    return latenessMs(this.#start.fireTime, this.#start.startedAt);
  }

  get data(): unknown {
    return unwrapTransfer(this.#start.data).value;
  }

  get transferList(): Transfer["list"] {
    return unwrapTransfer(this.#start.data).list;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortedFor !== undefined) this.#controller.abort(this.#abortedFor);
    }
    return this.#controller.signal;
  }

  progress(fraction: number): void {
    checkFraction(fraction);
    if (fraction === this.#progress) return;
    this.#progress = fraction;
    this.#start.onProgress(this, fraction);
  }

  /** What the run started with. */
  static startOf(run: ActiveRun): RunStart {
    return run.#start;
  }

  /** Marks the run as ended; `false` if it is already: a function that was given up may end later on. */
  static end(run: ActiveRun): boolean {
    const first = !run.#ended;
    run.#ended = true;
    return first;
  }

  /** Gives the run the execution that performs it, for `abort` and `terminate` to reach. */
  static performedBy(run: ActiveRun, execution: Execution): void {
    run.#execution = execution;
  }

  /** Why the run was told to end, if it was. */
  static abortReason(run: ActiveRun): Error | undefined {
    return run.#abortedFor;
  }

  /** Aborts the run's signal, in whatever thread its command is. */
  static abort(run: ActiveRun, reason: Error): void {
    if (run.#abortedFor !== undefined) return;
    run.#abortedFor = reason;
    run.#controller?.abort(reason);
    run.#execution?.abort(reason);
  }

  /** Ends the run's thread; `false` where it has none of its own. */
  static terminate(run: ActiveRun, reason: Error): boolean {
    run.#execution?.terminate(reason);
    return run.#execution !== undefined;
  }

  /** The record of the run, now that it has ended. */
  static record(run: ActiveRun, endedAt: number, end: RunSuccess<unknown> | RunFailure): Run {
    const { id, jobName, fireTime, startedAt, latenessMs } = run;
    return Object.freeze({ id, jobName, fireTime, startedAt, endedAt, latenessMs, ...end });
  }
}
