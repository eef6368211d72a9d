import { SystemClock } from "../../clock/system-clock.js";
import type { BatchProblem } from "../batch-problem.js";
import type { BatchWriterStats } from "../batch-writer.js";
import { BatchWriter } from "../batch-writer.js";
import type { History, HistoryPage, HistoryQuery, RunJournal } from "../history.js";
import type { JobCounts } from "../job-tally.js";
import { checkInstant, checkQuery } from "../query.js";
import type { HistoryEntry, HistoryItem, HistoryRecord } from "../record.js";
import { recordOf } from "../record.js";
import type { MysqlPool, PostgresPool } from "./kysely.js";
import { listSteps } from "./list.js";
import type { CheckedOptions, SqlHistoryOptions, SqliteHistoryOptions } from "./options.js";
import { checkKeys, checkOptions } from "./options.js";
import { mysqlStore, postgresStore } from "./pool-store.js";
import { getSteps, lastFireSteps } from "./read.js";
import { isRefusal } from "./refusal.js";
import { RetentionTimer } from "./retention-timer.js";
import { SqlJournal } from "./sql-journal.js";
import { SqlRecords } from "./sql-records.js";
import type { SqliteHandle } from "./sqlite-engine.js";
import { SqliteStore, sqliteSource } from "./sqlite-store.js";
import type { JobStats, StatsQuery } from "./stats.js";
import { jobCountSteps, statsSteps } from "./stats.js";
import type { SqlStore } from "./store.js";

/** What a crash takes with it at most; a server bears so many commits. */
const INTERVAL_MS = 20;

/**
 * Keeps records in a database: SQLite, PostgreSQL 12, MySQL 8 or MariaDB 10.5, or later. It needs the package kysely. Several
 * processes may use one database; its tables are made when it is first used. A result comes back as what JSON makes of
 * it; one of more than 64 KiB, or that JSON cannot write, as a text that shows it.
 */
export class SqlHistory implements History {
  readonly #options: CheckedOptions;
  readonly #records: SqlRecords;
  readonly #writer: BatchWriter;
  readonly #retention: RetentionTimer | null;
  readonly #journal: SqlJournal;

  private constructor(store: SqlStore, options: CheckedOptions) {
    this.#options = options;
    this.#records = new SqlRecords(store, options.prefix, options.clock);
    const { buffer, onProblem } = options;
    // Its waits are real, whatever the clock that tells how old records are.
    const clock = new SystemClock();
    const records = this.#records;
    this.#journal = new SqlJournal({ records, clock, writer: () => this.#writer });
    const write = (batch: readonly HistoryItem[]): Promise<void> => this.#journal.write(batch);
    const told = (problem: BatchProblem): void => {
      if (problem.kind === "refused") this.#journal.refused(problem.id);
      onProblem.call(options, problem);
    };
    this.#writer = new BatchWriter({ ...buffer, clock, intervalMs: INTERVAL_MS, isRefusal, write, onProblem: told });
    this.#retention = options.hasRetention ? this.#retentionTimer() : null;
  }

  /**
   * In a file of SQLite's, made when it is not there and switched to WAL; or in a database of better-sqlite3, libsql or
   * `node:sqlite` that was opened by its owner, who closes it.
   *
   * @throws InvalidOptionError
   * @throws PunctualError with code `PEER_MISSING` when neither libsql nor Node's own SQLite is there to open the file
   */
  static sqlite(database: string | SqliteHandle, options: SqliteHistoryOptions = {}): SqlHistory {
    const checked = checkOptions(options, ["engine", "busyTimeout"]);
    return new SqlHistory(
      new SqliteStore(sqliteSource(database, checked.engine), checked.prefix, checked.busyTimeoutMs),
      checked,
    );
  }

  /** In PostgreSQL, through a `Pool` of the package pg, which its owner ends. @throws InvalidOptionError */
  static postgres(pool: PostgresPool, options: SqlHistoryOptions = {}): SqlHistory {
    const checked = checkOptions(options);
    return new SqlHistory(postgresStore(pool, checked.prefix), checked);
  }

  /**
   * In MySQL or MariaDB, through a pool of the package mysql2 (`createPool`, not that of `mysql2/promise`), which its owner
   * ends.
   *
   * @throws InvalidOptionError
   */
  static mysql(pool: MysqlPool, options: SqlHistoryOptions = {}): SqlHistory {
    const checked = checkOptions(options);
    return new SqlHistory(mysqlStore(pool, checked.prefix), checked);
  }

  get journal(): RunJournal {
    return this.#journal;
  }

  /** What waits to be written, what was, and what failed, since this was made. */
  get writing(): BatchWriterStats {
    return this.#writer.stats;
  }

  append(entries: readonly HistoryEntry[]): void | Promise<void> {
    this.#retention?.start();
    return this.#writer.append(entries);
  }

  /** Writes one batch in one transaction, past those that wait. What was written before is not written or counted again. */
  async writeBatch(entries: readonly HistoryEntry[]): Promise<void> {
    await this.#records.write(entries.map(recordOf));
  }

  /**
   * Resolves when all that was appended before is written.
   * @throws PunctualError with code `HISTORY_FAILED` when that is not done in 15 s; it is still tried then
   */
  async flush(): Promise<void> {
    this.#retention?.start();
    await this.#writer.flush();
  }

  async list(query: HistoryQuery = {}): Promise<HistoryPage> {
    const checked = checkQuery(query);
    await this.flush();
    return await this.#records.read((builder) => listSteps(builder, checked));
  }

  async get(id: string): Promise<HistoryRecord | undefined> {
    await this.flush();
    return await this.#records.read((builder) => getSteps(builder, id));
  }

  async lastFireTimes(): Promise<ReadonlyMap<string, number>> {
    await this.flush();
    return await this.#records.read(lastFireSteps);
  }

  /** How often each thing happened to that job, in records that are kept no more too. */
  async counts(jobName: string): Promise<JobCounts> {
    await this.flush();
    return await this.#records.read((builder) => jobCountSteps(builder, jobName));
  }

  /** What happened to each job that has records in the window, in the order of names. @throws InvalidOptionError, as a rejection */
  async stats(query: StatsQuery = {}): Promise<readonly JobStats[]> {
    checkKeys(query, "query", "query.", ["job", "from", "to"]);
    const window = checkQuery(query);
    if (window.jobs?.size === 0) return [];
    await this.flush();
    return await this.#records.read((builder) => statsSteps(builder, window));
  }

  /** Forgets the records from before that instant, 500 at a time; counts and last fire times stay. @throws InvalidOptionError, as a rejection */
  async prune(before: Date | number): Promise<number> {
    const beforeMs = Math.ceil(checkInstant(before, "before"));
    await this.flush();
    return await this.#records.prune((where) => [where("time_ms", "<", beforeMs)]);
  }

  /** Forgets what the option `retention` says, 500 records at a time. Resolves with how many those were. */
  async retain(): Promise<number> {
    await this.flush();
    return await this.#records.retain(this.#options.retention);
  }

  /** Writes what waits, and closes a file that was opened here; it opens again when used again. */
  async close(): Promise<void> {
    try {
      await this.#retention?.close();
      await this.#writer.close();
      await this.#journal.close();
    } finally {
      await this.#records.close();
    }
  }

  #retentionTimer(): RetentionTimer {
    const { clock, retention, onProblem } = this.#options;
    return new RetentionTimer({
      clock,
      retain: (goesOn) => this.#records.retain(retention, goesOn),
      failed: (error) => {
        try {
          onProblem({ kind: "retention", error });
        } catch {
          // As with every problem: whoever is told cannot stop anything.
        }
      },
    });
  }
}
