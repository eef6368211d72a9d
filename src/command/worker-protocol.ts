/** What the two sides of a worker thread say to each other: lane.ts in the main thread, worker-thread.ts in the other. */
import type { MessagePort } from "node:worker_threads";
import type { UpstreamRun } from "./command.js";

/** What tinypool hands a thread: the port on which all else is said. */
export interface LaneTask {
  readonly port: MessagePort;
}

/** Said to a thread: a run, that the run shall end, or (`null`) that there are no more for now. */
export type LaneMessage = ThreadTask | AbortMessage | null;

/** Said by a thread, in this order: what a run reports, and how it ended. */
export type RunMessage = ProgressMessage | LogMessage | ThreadReply;

/**
 * A run, as it is sent to a thread. A tuple, because structured clone writes and reads the names of an object's properties
 * with every message, and messages are most of what a small run costs.
 */
export type ThreadTask = readonly [
  number: number,
  url: string,
  exportName: string,
  id: string,
  jobName: string,
  fireTime: number | null,
  startedAt: number,
  attempt: number,
  data: unknown,
  upstream: UpstreamRun | null,
  token: number | null,
  givenTraceparent: string | null,
];

/** How a run ended in its thread. */
export type ThreadReply = readonly [ok: true, result: unknown] | readonly [ok: false, failure: ThreadFailure];

/** What the command threw, why it could not be called, or why its result could not be sent. */
export type ThreadFailure =
  | { readonly code: "COMMAND_FAILED"; readonly error: SentError | { readonly thrown: unknown } }
  | { readonly code: "WORKER_EXPORT_NOT_FOUND"; readonly message: string }
  | {
      readonly code: "WORKER_MODULE_FAILED" | "WORKER_RESULT_NOT_CLONEABLE";
      readonly message: string;
      readonly error: SentError;
    };

/** An error as data: structured clone alone loses what was added to it. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly cause: SentError | { readonly thrown: unknown } | undefined;
}

export interface AbortMessage {
  readonly abort: number;
  readonly reason: SentError | { readonly thrown: unknown };
}

/** A line for the run's logger, which lives in the main thread. */
export interface LogMessage {
  readonly number: number;
  readonly level: LogLevel;
  readonly args: readonly unknown[];
}

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface ProgressMessage {
  readonly progress: number;
  readonly number: number;
}
