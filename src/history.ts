/**
 * The history in a database; needs kysely and a driver.
 * @module punctual/history
 */
export type { BatchProblem } from "./history/batch-problem.js";
export type { BatchWriterStats } from "./history/batch-writer.js";
export type {
  History,
  HistoryPage,
  HistoryQuery,
  RunJournal,
  Unfinished,
  UnfinishedRun,
} from "./history/history.js";
export type { JobCounts } from "./history/job-tally.js";
export type {
  HistoryEntry,
  HistoryRecord,
  Outcome,
  RecordedAttempt,
  RecordedRun,
  RecordedSkip,
  BegunRun,
  RunSource,
  SkipReason,
  SkipSource,
  StoredError,
} from "./history/record.js";
export type {
  BufferOptions,
  RetentionOptions,
  SqlHistoryOptions,
  SqliteHistoryOptions,
} from "./history/sql/options.js";
export { SqlHistory } from "./history/sql/sql-history.js";
export type { SqliteEngine, SqliteHandle, SqliteStatement } from "./history/sql/sqlite-engine.js";
export type { JobStats, Percentiles, StatsQuery } from "./history/sql/stats.js";
