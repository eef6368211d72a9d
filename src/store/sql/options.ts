import { MAX_TIMER_DELAY_MS } from "../../clock/clock.js";
import { InvalidOptionError } from "../../errors.js";
import { checkKeys, checkTablePrefix } from "../../history/sql/options.js";
import type { SqliteEngine } from "../../history/sql/sqlite-engine.js";
import type { Duration } from "../../schedule/duration.js";
import { parseDuration } from "../../schedule/duration.js";

/** Options of every `SqlJobStore`. */
export interface SqlJobStoreOptions {
  /** Begins the names of the tables: a small letter, then small letters, digits and `_`, 30 at most. @default "punctual_" */
  readonly prefix?: string;
  /** How often it asks for changes. @default "500ms"; "5s" on PostgreSQL, which tells of them by itself */
  readonly pollInterval?: Duration;
}

/** Options of `SqlJobStore.sqlite`. */
export interface SqliteJobStoreOptions extends SqlJobStoreOptions {
  /** What opens the file. @default libsql where it is installed, else Node's own SQLite */
  readonly engine?: SqliteEngine;
}

/** Options, checked. */
export interface CheckedStoreOptions {
  readonly prefix: string;
  /** `null` where nothing is said. */
  readonly pollMs: number | null;
  readonly engine: SqliteEngine | undefined;
}

/** @throws InvalidOptionError */
export function checkStoreOptions(options: SqliteJobStoreOptions, more: readonly string[] = []): CheckedStoreOptions {
  checkKeys(options, "options", "", ["prefix", "pollInterval", ...more]);
  const { prefix = "punctual_", pollInterval, engine } = options;
  checkTablePrefix(prefix);
  if (engine !== undefined && engine !== "libsql" && engine !== "node") {
    throw new InvalidOptionError("engine", '"libsql" or "node"', engine);
  }
  return { prefix, pollMs: pollInterval === undefined ? null : pollMsOf(pollInterval), engine };
}

function pollMsOf(interval: Duration): number {
  const ms = parseDuration(interval, "pollInterval");
  if (ms >= 1 && ms <= MAX_TIMER_DELAY_MS) return ms;
  throw new InvalidOptionError("pollInterval", "1 ms to 24 days", interval);
}
