import type { ClockTimer } from "../clock/clock.js";
import type { Command, Execution } from "../command/command.js";
import { describeCommand } from "../command/describe.js";
import { latenessMs } from "../command/lateness.js";
import type { Lease } from "../distributed/distributed.js";
import type { KeepAlive } from "../distributed/keep-alive.js";
import type { RecordedRun, RunSource, BegunRun } from "../history/record.js";
import { storedError } from "../history/stored-error.js";
import type { JobState } from "./job-state.js";
import { nextRunNumber, runId } from "./run-id.js";
import type { Attempt, RunFailure, RunSuccess } from "./run-record.js";
import type { FireDetails } from "./waiting-fire.js";
import { NO_DETAILS } from "./waiting-fire.js";

/** Why a run is being ended by others. */
export interface Ending {
  readonly outcome: RunFailure["outcome"];
  /** The outcome of one that does not heed its signal and cannot be ended. */
  readonly outcomeIfDeaf: RunFailure["outcome"];
  readonly error: Error;
  /** Whether it counts as ended so even if its command then returns. */
  readonly evenIfReturned: boolean;
}

/** The ending of a run that is over by its reason, whatever its command still does. */
export function endingAs(outcome: Ending["outcome"], error: Error): Ending {
  return { outcome, outcomeIfDeaf: outcome, error, evenIfReturned: true };
}

/** What a run has by its claim. */
export interface Held {
  /** The fencing number. */
  readonly token: number;
  /** The first attempt of this run: more than 1 when it goes on with what a dead node has left. */
  readonly attempt: number;
  readonly appId: string;
  readonly lease: { readonly lease: Lease; readonly leaseMs: number; readonly askedAtMs: number } | null;
}

/** Where a run is. `deaf`: on record as ended, but its function, which did not heed its signal, still runs. */
export type RunPhase = "new" | "running" | "waitingForRetry" | "deaf" | "ended";

/** What a run ended with. */
export type RunEnd = RunSuccess<unknown> | RunFailure;

const SUCCESS_OF_NOTHING: RunEnd = { outcome: "succeeded", result: undefined, error: undefined };

/**
 * What the scheduler keeps of a run, and nobody else sees. When the run has ended it is the history's entry as well, so that
 * a crowd of runs, whose records nobody asks for, makes one object less each.
 */
export class RunState implements RunSource {
  readonly kind = "run";
  readonly job: JobState;
  readonly fireTime: number | null;
  startedAt: number;
  readonly tags: readonly string[];
  /** The group against whose limit it counts; its job may be given another meanwhile. */
  readonly group: string | null;
  /** What its id is made of. */
  readonly number: number = nextRunNumber();
  details: FireDetails;
  phase: RunPhase = "new";
  /** What it has by its claim; `null` for what is not a distributed job's. */
  readonly held: Held | null;
  /** Renews its lease. */
  kept: KeepAlive | null = null;
  ending: Ending | null = null;
  /** When its kill grace is over, by the monotonic clock, while it is being ended. */
  killAt: number = Number.POSITIVE_INFINITY;
  /** Of the timeout, the wait for a retry, or the kill grace: there is one at a time. */
  timer: ClockTimer | null = null;
  execution: Execution | null = null;
  terminated = false;
  /** Its function did not heed its signal, and has been taken off the record while it ran on. */
  givenUp = false;
  attemptStartedAt: number;
  /** Attempts that have failed. */
  failedAttempts: Attempt[] | null = null;
  #end: RunEnd = SUCCESS_OF_NOTHING;
  #endedAt = 0;

  constructor(job: JobState, fireTime: number | null, details: FireDetails, startedAt: number, held: Held | null) {
    this.job = job;
    this.held = held;
    this.fireTime = fireTime;
    this.startedAt = startedAt;
    this.tags = job.settings.tags;
    this.group = job.settings.group;
    this.details = details;
    this.attemptStartedAt = startedAt;
  }

  get id(): string {
    return runId(this.startedAt, this.number);
  }

  get jobName(): string {
    return this.job.name;
  }

  get outcome(): RunEnd["outcome"] {
    return this.#end.outcome;
  }

  /** Whether it did not come to its end: what a stop has cut, or who lost its lease, others may do again. */
  get wasCut(): boolean {
    const code = (this.#end.error as { readonly code?: unknown } | undefined)?.code;
    return this.outcome === "lostLease" || this.outcome === "abandoned" || code === "SCHEDULER_STOPPED";
  }

  /** Which attempt the run begins with. */
  get firstAttempt(): number {
    return this.held?.attempt ?? 1;
  }

  /** The run's tries, the last one included, once it has ended. */
  get attempts(): readonly Attempt[] {
    const failed = this.failedAttempts;
    const attempt = (failed?.length ?? 0) + this.firstAttempt;
    const last = { attempt, startedAt: this.attemptStartedAt, endedAt: this.#endedAt, error: this.#end.error };
    return failed === null ? [last] : [...failed, last];
  }

  /** Puts down how the run ended; a run whose function is deaf may be asked for its data still. */
  setEnd(end: RunEnd, endedAt: number, deaf: boolean): void {
    this.#end = end;
    this.#endedAt = endedAt;
    // A history keeps this, and shall not keep what may be large, nor the collector carry it along.
    this.execution = null;
    if (!deaf) this.details = NO_DETAILS;
  }

  /** That it begins, as a history keeps it. */
  toStart(): BegunRun {
    const { id, jobName, fireTime, startedAt, tags } = this;
    return {
      ...{ kind: "start", id, jobName, fireTime, startedAt, tags },
      ...described(this.job.command),
      node: this.job.settings.node,
      token: this.held?.token ?? null,
      attempt: this.firstAttempt,
    };
  }

  toRecord(): RecordedRun {
    const { kind, id, jobName, fireTime, startedAt, tags, outcome } = this;
    const { result, error } = this.#end;
    return {
      ...{ kind, id, jobName, fireTime, startedAt, tags, outcome },
      ...described(this.job.command),
      node: this.job.settings.node,
      endedAt: this.#endedAt,
      latenessMs: latenessMs(fireTime, startedAt),
      attempts: this.attempts.map(recordedAttempt),
      result,
      error: error === undefined ? null : storedError(error),
      output: outputOf(result) ?? outputOf(error),
      token: this.held?.token ?? null,
    };
  }
}

/** A run that is on record before it begins: its id is known before its start. */
export class NotedRunState extends RunState {
  readonly #id = super.id;
  readonly #attempt: number;

  constructor(...parts: ConstructorParameters<typeof RunState>) {
    super(...parts);
    this.#attempt = Math.max(this.details.attempt, super.firstAttempt);
  }

  override get id(): string {
    return this.#id;
  }

  override get firstAttempt(): number {
    return this.#attempt;
  }

  /** It is on record now, and begins. */
  begins(now: number): void {
    this.startedAt = now;
    this.attemptStartedAt = now;
  }
}

function recordedAttempt({ attempt, startedAt, endedAt, error }: Attempt): RecordedRun["attempts"][number] {
  return { attempt, startedAt, endedAt, ...(error !== undefined && { error: storedError(error) }) };
}

function described(command: Command): Pick<RecordedRun, "commandKind" | "command"> {
  return { commandKind: typeof command === "function" ? "function" : command.kind, command: describeCommand(command) };
}

/** The end of what a process wrote, or of a response's body: of a shell or http command's result or error. */
function outputOf(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  const { stdout, stderr, body } = value as { stdout?: unknown; stderr?: unknown; body?: unknown };
  const parts = [stdout, stderr, body].filter((part): part is string => typeof part === "string" && part !== "");
  return parts.length === 0 ? null : parts.join("\n");
}
