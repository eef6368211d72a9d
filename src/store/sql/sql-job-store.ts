import { SystemClock } from "../../clock/system-clock.js";
import type { MysqlPool, PostgresPool } from "../../history/sql/kysely.js";
import { mysqlStore, postgresStore } from "../../history/sql/pool-store.js";
import type { SqliteHandle } from "../../history/sql/sqlite-engine.js";
import { SqliteStore, sqliteSource } from "../../history/sql/sqlite-store.js";
import type { SqlStore, Steps } from "../../history/sql/store.js";
import type { JobStore, KillMessage, StoredRow, StoredState, StoreWatch, StoreWatcher } from "../job-store.js";
import { RevisionWatch } from "../revision-watch.js";
import type { CheckedStoreOptions, SqliteJobStoreOptions, SqlJobStoreOptions } from "./options.js";
import { checkStoreOptions } from "./options.js";
import type { ListenPool } from "./postgres-listener.js";
import { PostgresListener } from "./postgres-listener.js";
import type { MigrationTarget } from "../../history/sql/migration-lock.js";
import { migrateSteps } from "./schema.js";
import { channelOf, killSteps, loadSteps, newsSteps, removeSteps, saveSteps } from "./statements.js";

/** Where nobody tells of changes. */
const POLL_MS = 500;
/** Beside somebody who does. */
const SLOW_POLL_MS = 5_000;

/**
 * Keeps definitions in a database: SQLite, PostgreSQL 12, MySQL 8 or MariaDB 10.5, or later. It needs the package kysely. Its
 * tables are made when it is first used, and those of a newer version are refused.
 */
export class SqlJobStore implements JobStore {
  readonly #store: SqlStore;
  readonly #tables: MigrationTarget;
  readonly #pollMs: number;
  /** Where it is told of changes; `null` where it has to ask. */
  readonly #pool: ListenPool | null;
  // Other processes go by real time, whatever a scheduler's clock.
  readonly #clock = new SystemClock();
  #migrated: Promise<void> | null = null;

  private constructor(store: SqlStore, { prefix, pollMs }: CheckedStoreOptions, pool: ListenPool | null = null) {
    this.#store = store;
    this.#tables = { builder: store.builder, dialect: store.dialect, prefix };
    // A pool of one has no connection to spare.
    this.#pool = pool?.options?.max === 1 ? null : pool;
    this.#pollMs = pollMs ?? (this.#pool === null ? POLL_MS : SLOW_POLL_MS);
  }

  /**
   * In a file of SQLite's, made when it is not there and switched to WAL; or in a database of better-sqlite3, libsql or
   * `node:sqlite` that was opened by its owner, who closes it. Changes are asked for each `pollInterval`.
   *
   * @throws InvalidOptionError
   * @throws PunctualError with code `PEER_MISSING` when neither libsql nor Node's own SQLite is there to open the file
   */
  static sqlite(database: string | SqliteHandle, options: SqliteJobStoreOptions = {}): SqlJobStore {
    const checked = checkStoreOptions(options, ["engine"]);
    return new SqlJobStore(new SqliteStore(sqliteSource(database, checked.engine), checked.prefix), checked);
  }

  /**
   * In PostgreSQL, through a `Pool` of the package pg, which its owner ends. While a scheduler runs, one connection of the
   * pool listens; a pool of one connection is asked for changes instead, as one behind a pooler of transactions should be.
   *
   * @throws InvalidOptionError
   */
  static postgres(pool: PostgresPool, options: SqlJobStoreOptions = {}): SqlJobStore {
    const checked = checkStoreOptions(options);
    return new SqlJobStore(postgresStore(pool, checked.prefix), checked, pool);
  }

  /**
   * In MySQL or MariaDB, through a pool of the package mysql2 (`createPool`, not that of `mysql2/promise`), which its owner
   * ends. Changes are asked for each `pollInterval`.
   *
   * @throws InvalidOptionError
   */
  static mysql(pool: MysqlPool, options: SqlJobStoreOptions = {}): SqlJobStore {
    const checked = checkStoreOptions(options);
    return new SqlJobStore(mysqlStore(pool, checked.prefix), checked);
  }

  async load(): Promise<StoredState> {
    return await this.#perform("read", () => loadSteps(this.#tables));
  }

  async save(row: Omit<StoredRow, "revision">): Promise<number> {
    return await this.#perform("write", () => saveSteps(this.#tables, row));
  }

  async remove(name: string): Promise<number | null> {
    return await this.#perform("write", () => removeSteps(this.#tables, name));
  }

  async kill(message: KillMessage): Promise<void> {
    await this.#perform("write", () => killSteps(this.#tables, message));
  }

  async watch(watcher: StoreWatcher): Promise<StoreWatch> {
    const ask = (seenKills: number | null) => this.#perform("read", () => newsSteps(this.#tables, seenKills));
    let watch: RevisionWatch | null = null;
    const listener = await this.#listen(() => watch?.nudge());
    try {
      watch = await RevisionWatch.begin({ clock: this.#clock, pollMs: this.#pollMs, ask }, watcher);
    } catch (error) {
      listener?.end();
      throw error;
    }
    return {
      end: async () => {
        watch?.end();
        listener?.end();
      },
    };
  }

  /** Closes a file that was opened here; it opens again when used again. */
  async close(): Promise<void> {
    this.#migrated = null;
    await this.#store.close();
  }

  async #listen(onNews: () => void): Promise<PostgresListener | null> {
    if (this.#pool === null) return null;
    const channel = channelOf(this.#tables.prefix);
    return await PostgresListener.begin({ clock: this.#clock, pool: this.#pool, channel, onNews });
  }

  async #perform<T>(mode: "read" | "write", steps: () => Steps<T>): Promise<T> {
    try {
      this.#migrated ??= this.#store.perform("write", migrateSteps(this.#tables));
      await this.#migrated;
      return await this.#store.perform(mode, steps());
    } catch (error) {
      // The tables may be gone, or another database in the place of the one that there was.
      this.#migrated = null;
      throw error;
    }
  }
}
