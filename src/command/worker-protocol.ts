/** What the two sides of a worker thread say to each other: worker.ts in the main thread, worker-thread.ts in the other. */

import type { UpstreamRun } from "./command.js";

/** Given to a thread when it starts. */
export interface ThreadSetup {
  /** Name of the pool's BroadcastChannel: aborts go one way, progress the other. */
  readonly channelName: string;
}

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

/** How a run ended in its thread. `progress` is the last one reported: its message may arrive after this one. */
export type ThreadReply =
  | readonly [ok: true, result: unknown, progress?: number]
  | readonly [ok: false, failure: ThreadFailure, progress?: number];

/** What the command threw, or why it could not be called. */
export type ThreadFailure =
  | { readonly code: "COMMAND_FAILED"; readonly error: SentError | { readonly thrown: unknown } }
  | { readonly code: "WORKER_EXPORT_NOT_FOUND"; readonly message: string }
  | { readonly code: "WORKER_MODULE_FAILED"; readonly message: string; readonly error: SentError };

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
