import type { Clock } from "../../clock/clock.js";
import { SystemClock } from "../../clock/system-clock.js";
import { InvalidOptionError } from "../../errors.js";
import type { Duration } from "../../schedule/duration.js";
import { parseDuration } from "../../schedule/duration.js";
import type { BatchProblem } from "../batch-problem.js";
import type { SqliteEngine } from "./sqlite-engine.js";

/** What a history forgets. Counts, statistics and last fire times stay. */
export interface RetentionOptions {
  /** Records from longer ago go. @default none: they stay */
  readonly maxAge?: Duration;
  /** Beyond so many of one job, its oldest records go. @default none: they stay */
  readonly maxPerJob?: number;
  /** Runs that did not succeed stay for so long, whatever the others say. @default none: they go like all */
  readonly keepFailures?: Duration;
  /** So many of a job's latest runs that did not succeed stay, whatever the others say. @default 0 */
  readonly minFailuresPerJob?: number;
}

/** How records wait to be written. */
export interface BufferOptions {
  /** How many wait at most, those that are being written included. @default 50,000 */
  readonly limit?: number;
  /** `drop` loses what comes when there is no room, and says so; `wait` keeps it all, and has the scheduler's further fires wait, as for a limit, until there is room. @default "drop" */
  readonly whenFull?: "drop" | "wait";
}

/** Options of every `SqlHistory`. */
export interface SqlHistoryOptions {
  /** Begins the names of the tables: a small letter, then small letters, digits and `_`, 30 at most. @default "punctual_" */
  readonly prefix?: string;
  /** What is forgotten: by itself, a minute after the first use and then each hour, and by `retain`. @default nothing */
  readonly retention?: RetentionOptions;
  /** What is kept while the database is slow or away. */
  readonly buffer?: BufferOptions;
  /** Told when records are not written, or lost, and when all is right again. @default a process warning */
  readonly onProblem?: (problem: BatchProblem) => void;
  /** Tells how old a record is. @default the system's clock */
  readonly clock?: Clock;
}

/** Options of `SqlHistory.sqlite`. */
export interface SqliteHistoryOptions extends SqlHistoryOptions {
  /** What opens the file. @default libsql where it is installed, else Node's own SQLite */
  readonly engine?: SqliteEngine;
  /**
   * How long a file is asked for again while another process writes to it, before that counts as a failure; the event loop
   * goes on meanwhile. @default "5s"
   */
  readonly busyTimeout?: Duration;
}

/** Retention in milliseconds; `null` where nothing is said. */
export interface CheckedRetention {
  readonly maxAgeMs: number | null;
  readonly maxPerJob: number | null;
  readonly keepFailuresMs: number | null;
  readonly minFailuresPerJob: number;
}

/** Options, checked and complete. */
export interface CheckedOptions {
  readonly prefix: string;
  readonly retention: CheckedRetention;
  readonly hasRetention: boolean;
  readonly buffer: Required<BufferOptions>;
  readonly onProblem: (problem: BatchProblem) => void;
  readonly clock: Clock;
  readonly engine: SqliteEngine | undefined;
  readonly busyTimeoutMs: number;
}

const KEYS = ["prefix", "retention", "buffer", "onProblem", "clock"];
const RETENTION_KEYS = ["maxAge", "maxPerJob", "keepFailures", "minFailuresPerJob"];

/** @throws InvalidOptionError */
export function checkOptions(options: SqliteHistoryOptions, more: readonly string[] = []): CheckedOptions {
  checkKeys(options, "options", "", [...KEYS, ...more]);
  const { prefix = "punctual_", retention = {}, buffer = {}, clock = new SystemClock(), engine } = options;
  const busyTimeoutMs = parseDuration(options.busyTimeout ?? "5s", "busyTimeout");
  const { onProblem = warn } = options;
  if (typeof onProblem !== "function") throw new InvalidOptionError("onProblem", "a function", onProblem);
  checkTablePrefix(prefix);
  if (engine !== undefined && engine !== "libsql" && engine !== "node") {
    throw new InvalidOptionError("engine", '"libsql" or "node"', engine);
  }
  const hasRetention = options.retention !== undefined;
  return {
    ...{ prefix, retention: checkRetention(retention), hasRetention, buffer: checkBuffer(buffer) },
    ...{ onProblem, clock, engine, busyTimeoutMs },
  };
}

/** @throws InvalidOptionError */
export function checkTablePrefix(prefix: unknown): void {
  if (typeof prefix === "string" && /^[a-z][a-z0-9_]{0,29}$/.test(prefix)) return;
  throw new InvalidOptionError("prefix", "a small letter, then small letters, digits and _, 30 at most", prefix);
}

function checkBuffer(buffer: BufferOptions): Required<BufferOptions> {
  checkKeys(buffer, "buffer", "buffer.", ["limit", "whenFull"]);
  const { limit = 50_000, whenFull = "drop" } = buffer;
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new InvalidOptionError("buffer.limit", "a whole number from 1", limit);
  if (whenFull !== "drop" && whenFull !== "wait") {
    throw new InvalidOptionError("buffer.whenFull", '"drop" or "wait"', whenFull);
  }
  return { limit, whenFull };
}

/** The first failure of a batch, and what is lost: each further try would only say the same. */
function warn(problem: BatchProblem): void {
  if (problem.kind === "failed" && problem.failures === 1) {
    process.emitWarning(
      `the history could not write ${problem.records} records, and tries again: ${String(problem.error)}`,
    );
  } else if (problem.kind === "refused") {
    process.emitWarning(
      `the history lost the record ${problem.id}, which its database refuses: ${String(problem.error)}`,
    );
  } else if (problem.kind === "retention") {
    process.emitWarning(`the history could not forget old records, and tries again: ${String(problem.error)}`);
  } else if (problem.kind === "dropped")
    process.emitWarning("the history has no room for more records, and loses them");
  else if (problem.kind === "recovered" && problem.records > 0) {
    process.emitWarning(`the history writes again; ${problem.records} records were lost`);
  }
}

function checkRetention(retention: RetentionOptions): CheckedRetention {
  checkKeys(retention, "retention", "retention.", RETENTION_KEYS);
  const { maxAge, maxPerJob, keepFailures, minFailuresPerJob = 0 } = retention;
  for (const [name, count] of Object.entries({ maxPerJob, minFailuresPerJob })) {
    if (count === undefined || (Number.isSafeInteger(count) && count >= 0)) continue;
    throw new InvalidOptionError(`retention.${name}`, "a whole number from 0", count);
  }
  return {
    maxAgeMs: maxAge === undefined ? null : parseDuration(maxAge, "retention.maxAge"),
    maxPerJob: maxPerJob ?? null,
    keepFailuresMs: keepFailures === undefined ? null : parseDuration(keepFailures, "retention.keepFailures"),
    minFailuresPerJob,
  };
}

/** Checks that something is an object that has no keys but those. */
export function checkKeys(given: object, path: string, before: string, keys: readonly string[]): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new InvalidOptionError(path, "an object", given);
  }
  for (const [key, value] of Object.entries(given)) {
    if (keys.includes(key)) continue;
    throw new InvalidOptionError(before + key, `no option of that name (there are ${keys.join(", ")})`, value);
  }
}
