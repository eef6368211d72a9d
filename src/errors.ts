/** Every `code` that an error of this package can carry; docs/errors.md explains each one. */
export type ErrorCode =
  | "DISTRIBUTED_UNAVAILABLE"
  | "DUPLICATE_NAME"
  | "FLOCK_UNSUPPORTED"
  | "HISTORY_FAILED"
  | "HTTP_FAILED"
  | "HTTP_REDIRECTS"
  | "HTTP_STATUS"
  | "HTTP_TOO_LARGE"
  | "INVALID_DURATION"
  | "INVALID_OPTION"
  | "INVALID_SCHEDULE"
  | "INVALID_TIMEZONE"
  | "JOB_REMOVED"
  | "LEASE_LOST"
  | "LEASE_RELEASED"
  | "LISTENER_FAILED"
  | "PEER_MISSING"
  | "RETRY_IF_FAILED"
  | "RUN_KILLED"
  | "RUN_REPLACED"
  | "RUN_SKIPPED"
  | "RUN_TIMED_OUT"
  | "SCHEDULER_STOPPED"
  | "SCHEDULER_STOPPING"
  | "SCHEDULE_FAILED"
  | "SHELL_EXIT_CODE"
  | "SHELL_SIGNAL"
  | "SHELL_SPAWN_FAILED"
  | "STORED_JOB_INVALID"
  | "STORE_FAILED"
  | "STORE_MISSING"
  | "UNKNOWN_COMMAND"
  | "WORKER_DATA_NOT_CLONEABLE"
  | "WORKER_EXITED"
  | "WORKER_EXPORT_NOT_FOUND"
  | "WORKER_MODULE_FAILED"
  | "WORKER_MODULE_NOT_FOUND"
  | "WORKER_OUT_OF_MEMORY"
  | "WORKER_POOL_FAILED"
  | "WORKER_RESULT_NOT_CLONEABLE"
  | "WORKER_TERMINATED"
  | "WORKER_UNCAUGHT";

/** Base of every error that this package throws or reports: branch on `code`, which never changes; messages may. */
export class PunctualError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An option, argument or name that cannot be used; `path` says which one, as in `workers.maxThreads`. */
export class InvalidOptionError extends PunctualError {
  readonly path: string;

  constructor(path: string, expected: string, given: unknown, code: ErrorCode = "INVALID_OPTION") {
    super(code, `${path}: expected ${expected}, given ${show(given)}`);
    this.path = path;
  }
}

/**
 * A schedule that cannot be read or can never fire; `position` is the offset of the bad part in `expression`, and
 * `suggestion` what may have been meant.
 */
export class InvalidScheduleError extends PunctualError {
  readonly expression: string;
  readonly position: number;
  readonly field: string | null;
  readonly reason: string;
  readonly suggestion: string | null;

  constructor(
    expression: string,
    position: number,
    field: string | null,
    reason: string,
    suggestion: string | null = null,
  ) {
    const where = field === null ? "" : ` in ${field}`;
    const hint = suggestion === null ? "" : ` ${suggestion}`;
    super("INVALID_SCHEDULE", `invalid schedule${where}: ${reason}\n${pointAt(expression, position)}${hint}`);
    this.expression = expression;
    this.position = position;
    this.field = field;
    this.reason = reason;
    this.suggestion = suggestion;
  }
}

/** How much of a long expression is shown before and after its bad part. */
const SHOWN_LENGTH = 60;

/** The text on one line, and below it a caret under the position. */
function pointAt(text: string, position: number): string {
  const start = Math.max(0, position - SHOWN_LENGTH);
  const shown = text.slice(start, position + SHOWN_LENGTH).replaceAll(/\s|\p{Cc}/gu, " ");
  return `  ${shown}\n  ${" ".repeat(position - start)}^`;
}

/** A fire that was not started, thrown only to a caller who waits for one (`runNow`); `reason` is the skip reason. */
export class RunSkippedError extends PunctualError {
  readonly reason: string;

  constructor(jobName: string, reason: string) {
    super("RUN_SKIPPED", `job ${show(jobName)} was not run now: ${reason}`);
    this.reason = reason;
  }
}

/** Where nodes agree could not be asked, or could not tell: not the same as a refusal. */
export class DistributedUnavailableError extends PunctualError {
  constructor(why: string, options?: ErrorOptions) {
    super("DISTRIBUTED_UNAVAILABLE", `cannot tell who starts it: ${why}`, options);
  }
}

/** A worker thread, its module, or what crosses to and from it failed; the `code` says which. */
export class WorkerError extends PunctualError {}

/** Shows a value in an error message, shortly, and whatever it is. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === "function") return value.name === "" ? "a function" : `function ${value.name}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : value.toISOString();
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null)
    return `an object with ${Object.keys(value).join(", ") || "no keys"}`;
  return String(value);
}
