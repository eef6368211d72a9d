import type { HttpCommand } from "./http-command.js";
import type { Logger } from "./logger.js";
import type { ShellCommand } from "./shell-command.js";
import type { Transfer } from "./transfer.js";

/** What a command is told of the run that it performs; the same in this thread and on a worker thread. */
export interface RunContext<Data = unknown> {
  /** Unique and sortable by start (UUID version 7); the same for every attempt of one run. */
  readonly id: string;
  readonly jobName: string;
  /** The instant that the schedule named, epoch milliseconds; `null` for a run outside the schedule. */
  readonly fireTime: number | null;
  /** When the run started, epoch milliseconds; never before `fireTime`. */
  readonly startedAt: number;
  /** `startedAt` minus `fireTime`; 0 for a run outside the schedule. */
  readonly latenessMs: number;
  /** Which attempt this is, from 1 on. */
  readonly attempt: number;
  /** Of a run that follows another in a chain: that one, finished. Else `null`. */
  readonly upstream: UpstreamRun | null;
  /** The run's fencing number, where a lease gives one; else `null`. */
  readonly token: number | null;
  /**
   * Names the run's trace (W3C Trace Context, 32 hexadecimal digits): its id without dashes, or the trace that an observer
   * (`traceRuns` of `punctual/otel`) has put it in.
   */
  readonly traceId: string;
  /** The same as a `traceparent` header's value, for what the run calls. */
  readonly traceparent: string;
  /** Writes to the scheduler's logger, with job and run id. */
  readonly logger: Logger;
  /** What the job's `data` option, or the caller of `runNow`, gave. On a worker thread it is a copy. */
  readonly data: Data;
  /** Aborts when the run shall end; its `reason` says why. */
  readonly signal: AbortSignal;
  /** Reports how far the run is, from 0 to 1, as a `run:progress` event. */
  progress(fraction: number): void;
}

/** What a run is told of the one that it follows. */
export interface UpstreamRun {
  readonly id: string;
  readonly jobName: string;
  readonly fireTime: number | null;
  readonly outcome: string;
  /** What its command returned, if it did. */
  readonly result: unknown;
  /** What it threw, or why it was ended. On a worker thread it is a copy. */
  readonly error: unknown;
}

/** A command that is performed in this thread. */
export type CommandFunction<Data = unknown, Result = unknown> = (
  run: RunContext<Data>,
) => Result | Transfer<Result> | Promise<Result | Transfer<Result>>;

/** A command that is performed on a worker thread: made by `worker()`, and nothing but data. */
export interface WorkerCommand<Data = unknown, Result = unknown> {
  readonly kind: "worker";
  /** The module's `file:` URL. */
  readonly url: string;
  readonly exportName: string;
  /** Carries the types alone; never set. */
  readonly types?: (data: Data) => Result;
}

/** The work of a job. */
export type Command<Data = unknown, Result = unknown> =
  | CommandFunction<Data, Result>
  | WorkerCommand<Data, Result>
  | ShellCommand<Data, Result>
  | HttpCommand<Data, Result>;

/** What an executor needs of a run; the signal is what it makes of `abort`. */
export interface ExecutorRun extends Omit<RunContext, "signal"> {
  /** Objects to hand over, not copy, with `data`. */
  readonly transferList: Transfer["list"];
  /** What an observer has it have for its `traceparent`; `null` for its own. */
  readonly givenTraceparent: string | null;
}

/** A command being performed. */
export interface Execution {
  /** Settles as the command does. */
  readonly result: Promise<unknown>;
  /** Tells the command to end: its signal aborts. */
  abort(reason: Error): void;
  /** Ends it now, whatever it does; `result` then rejects with `reason`. */
  terminate(reason: Error): void;
}

/** Performs one kind of command; a new kind of command is a new executor. */
export interface Executor<C> {
  execute(command: C, run: ExecutorRun): Execution;
  /** Frees what the executor holds, once nothing runs. It may be used again afterwards. */
  close(): Promise<void>;
}
