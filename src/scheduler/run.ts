import type { ExecutorRun, RunContext, UpstreamRun } from "../command/command.js";
import { latenessMs } from "../command/lateness.js";
import type { Logger } from "../command/logger.js";
import { runLogger } from "../command/logger.js";
import { checkFraction } from "../command/progress.js";
import type { RunTrace } from "../command/trace.js";
import { traceIdOf, traceparentOf } from "../command/trace.js";
import type { Transfer } from "../command/transfer.js";
import { unwrapTransfer } from "../command/transfer.js";
import type { Run } from "./run-record.js";
import type { RunEnd, RunState } from "./run-state.js";

/** What all runs of a scheduler share. */
export interface RunHost {
  readonly logger: Logger;
  readonly onProgress: (run: ActiveRun, fraction: number) => void;
}

/**
 * A run that goes on: what its command is given. Id, signal and the like are made when first asked for; a crowd of small
 * jobs asks for none of them.
 */
export class ActiveRun implements RunContext, ExecutorRun, RunTrace {
  readonly #host: RunHost;
  readonly #state: RunState;
  #attempt: number;
  #id: string | undefined;
  #controller: AbortController | undefined;
  #abortedFor: Error | undefined;
  #progress: number | undefined;
  #logger: Logger | undefined;
  #traceparent: string | null = null;

  constructor(host: RunHost, state: RunState) {
    this.#host = host;
    this.#state = state;
    this.#attempt = state.firstAttempt;
  }

  get id(): string {
    this.#id ??= this.#state.id;
    return this.#id;
  }

  get jobName(): string {
    return this.#state.job.name;
  }

  get fireTime(): number | null {
    return this.#state.fireTime;
  }

  get startedAt(): number {
    return this.#state.startedAt;
  }

  get latenessMs(): number {
    return latenessMs(this.fireTime, this.startedAt);
  }

  get attempt(): number {
    return this.#attempt;
  }

  get upstream(): UpstreamRun | null {
    return this.#state.details.upstream;
  }

  get token(): number | null {
    return this.#state.held?.token ?? null;
  }

  get traceId(): string {
    return traceIdOf(this);
  }

  get givenTraceparent(): string | null {
    return this.#traceparent;
  }

  get traceparent(): string {
    return traceparentOf(this);
  }

  get logger(): Logger {
    this.#logger ??= runLogger(this.#host.logger, {
      job: this.jobName,
      runId: this.id,
      attempt: this.#attempt,
    });
    return this.#logger;
  }

  get data(): unknown {
    return unwrapTransfer(this.#data).value;
  }

  get transferList(): Transfer["list"] {
    return unwrapTransfer(this.#data).list;
  }

  get #data(): unknown {
    const { details, job } = this.#state;
    return details.data === undefined ? job.data : details.data;
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
    this.#host.onProgress(this, fraction);
  }

  static stateOf(run: ActiveRun): RunState {
    return run.#state;
  }

  /** Has the run be what its caller, or who records it, calls it in traces. */
  static traceAs(run: ActiveRun, traceparent: string): void {
    run.#traceparent = traceparent;
  }

  /** Aborts the signal of the attempt, in whatever thread or process its command is. */
  static abort(run: ActiveRun, reason: Error): void {
    run.#abortedFor = reason;
    run.#controller?.abort(reason);
    run.#state.execution?.abort(reason);
  }

  /** Makes the run ready for its next attempt, with a signal of its own. */
  static nextAttempt(run: ActiveRun, startedAt: number): void {
    run.#attempt++;
    run.#controller = undefined;
    run.#abortedFor = undefined;
    run.#logger = undefined;
    run.#progress = undefined;
    run.#state.execution = null;
    run.#state.terminated = false;
    run.#state.killAt = Number.POSITIVE_INFINITY;
    run.#state.attemptStartedAt = startedAt;
  }

  /** The record of the run, now that it has ended. */
  static record(run: ActiveRun, endedAt: number, end: RunEnd): Run {
    const { id, jobName, fireTime, startedAt, latenessMs } = run;
    const { attempts } = run.#state;
    const { outcome, result, error } = end;
    // Each property by its name: a spread costs a microsecond, and every run of a worker has a record.
    const record = { id, jobName, fireTime, startedAt, endedAt, latenessMs, attempts, outcome, result, error };
    return Object.freeze(record as Run);
  }
}
