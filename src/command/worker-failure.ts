import { PunctualError, WorkerError } from "../errors.js";
import type { EndSignal } from "./end-signal.js";
import { unpackThrown } from "./sent-error.js";
import type { ThreadFailure } from "./worker-protocol.js";

/** What a run rejects with, given how its thread says it failed. */
export function replyError(failure: ThreadFailure): unknown {
  if (failure.code === "COMMAND_FAILED") return unpackThrown(failure.error);
  if (failure.code === "WORKER_EXPORT_NOT_FOUND") return new WorkerError(failure.code, failure.message);
  const cause = unpackThrown(failure.error);
  return new WorkerError(failure.code, `${failure.message}: ${messageOf(cause)}`, { cause });
}

/** What a run rejects with whose data cannot be copied to its thread. */
export function dataError(cause: unknown): WorkerError {
  const message = `the run's data cannot be copied to the worker thread: ${messageOf(cause)}`;
  return new WorkerError("WORKER_DATA_NOT_CLONEABLE", message, { cause });
}

/** What a run rejects with, given what tinypool rejected with. The only place that knows tinypool's and Node's texts. */
export function poolError(error: unknown, terminated: EndSignal): unknown {
  const name = error instanceof Error ? error.name : "";
  if (name === "AbortError" && terminated.aborted) return terminated.reason;
  if (error instanceof PunctualError) return error;
  if ((error as { code?: unknown } | null)?.code === "ERR_WORKER_OUT_OF_MEMORY") {
    return new WorkerError("WORKER_OUT_OF_MEMORY", "the worker thread ran out of memory", { cause: error });
  }
  if (messageOf(error) === "Terminating worker thread") {
    return new WorkerError("WORKER_TERMINATED", "the worker thread was terminated", { cause: error });
  }
  return new WorkerError("WORKER_UNCAUGHT", `uncaught error in the worker thread: ${messageOf(error)}`, {
    cause: error,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
