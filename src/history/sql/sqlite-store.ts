import { InvalidOptionError } from "../../errors.js";
import type { CompiledQuery, Dialect } from "./kysely.js";
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "./kysely.js";
import { pause } from "./pause.js";
import type { OpenSqlite, SqliteEngine, SqliteHandle, SqliteStatement } from "./sqlite-engine.js";
import { loadEngine } from "./sqlite-engine.js";
import type { Builder, SqlStore, Steps } from "./store.js";
import { TablePrefix } from "./table-prefix.js";

/** How long SQLite waits, in this thread, for another process to end its transaction. Then others here have their turn. */
const BUSY_STEP_MS = 10;
const BUSY_PAUSE_MS = 20;
/** How often it is tried to switch a new file to WAL, for which SQLite itself does not always wait. */
const WAL_TRIES = 500;
const WAL_PAUSE_MS = 20;
/** How long the log of changes grows, in pages of 4 KiB. */
const CHECKPOINT_PAGES = 4_000;
const CACHE_KIB = 16_384;
const BUSY_TIMEOUT_MS = 5_000;
/** How many statements are kept prepared. */
const MAX_STATEMENTS = 300;

/** Where the database comes from: a file, opened when first needed and closed by `close`, or a handle of the user's. */
export type SqliteSource = { readonly path: string; readonly open: OpenSqlite } | { readonly handle: SqliteHandle };

/** What a user gives for a database of SQLite's. @throws InvalidOptionError; PunctualError with code `PEER_MISSING` */
export function sqliteSource(database: string | SqliteHandle, engine: SqliteEngine | undefined): SqliteSource {
  if (typeof database === "string" && database !== "") return { path: database, open: loadEngine(engine) };
  if (typeof (database as SqliteHandle | null)?.prepare === "function") return { handle: database as SqliteHandle };
  throw new InvalidOptionError("database", "the path of a file, or a database of better-sqlite3 or libsql", database);
}

/** A database of SQLite's. A transaction is performed in one go, without giving way to anything else of this process. */
export class SqliteStore implements SqlStore {
  readonly dialect = "sqlite";
  readonly builder: Builder;
  readonly #source: SqliteSource;
  readonly #busyTimeoutMs: number;
  readonly #statements = new Map<string, SqliteStatement>();
  #handle: SqliteHandle | null = null;
  #opening: Promise<SqliteHandle> | null = null;

  /** Of a file of its own it waits so long for another process to end its transaction. */
  constructor(source: SqliteSource, prefix: string, busyTimeoutMs: number = BUSY_TIMEOUT_MS) {
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#source = source;
    this.builder = new Kysely({ dialect: BUILD_ONLY, plugins: [new TablePrefix(prefix)] });
  }

  async perform<T>(mode: "read" | "write", steps: Steps<T>): Promise<T> {
    let handle = this.#handle ?? (await this.#open());
    // Nothing may come between the beginning and the rest.
    for (let tries = 1; !this.#begins(handle, mode, tries); tries++) {
      await pause(BUSY_PAUSE_MS);
      handle = this.#handle ?? (await this.#open());
    }
    try {
      const result = this.#runAll(handle, steps);
      handle.exec("commit");
      return result;
    } catch (error) {
      rollback(handle);
      throw error;
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle ?? (await this.#opening?.catch(() => null)) ?? null;
    // Another call may have come first.
    if (handle === null || handle !== this.#handle) return;
    this.#handle = null;
    this.#opening = null;
    this.#statements.clear();
    if ("path" in this.#source) handle.close();
  }

  /** Whether a transaction has begun; not while another process has one. A handle of the user's waits as its owner has set. */
  #begins(handle: SqliteHandle, mode: "read" | "write", tries: number): boolean {
    const isOwn = "path" in this.#source;
    try {
      // A transaction that begins by reading could not go on to write once another process has written.
      if (mode === "write") handle.exec("begin immediate");
      // After a crash, the first to read has the file for itself for a moment.
      else handle.exec(isOwn ? "begin; select 1 from sqlite_master limit 1" : "begin");
      return true;
    } catch (error) {
      if (isOwn) rollback(handle);
      if (!isOwn || !isBusy(error) || tries * (BUSY_STEP_MS + BUSY_PAUSE_MS) >= this.#busyTimeoutMs) throw error;
      return false;
    }
  }

  #runAll<T>(handle: SqliteHandle, steps: Steps<T>): T {
    let step = steps.next([]);
    while (!step.done) {
      let rows: readonly unknown[];
      try {
        rows = this.#run(handle, step.value);
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(rows);
    }
    return step.value;
  }

  #run(handle: SqliteHandle, { sql, parameters }: CompiledQuery): readonly unknown[] {
    const statement = this.#prepared(handle, sql);
    if (statement.reader === undefined) return statement.all(...(parameters as readonly never[]));
    // libsql and better-sqlite3 take an array: thousands of arguments would be copied, and copied again.
    const values = parameters as never;
    if (statement.reader) return statement.all(values);
    statement.run(values);
    return [];
  }

  #prepared(handle: SqliteHandle, sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = handle.prepare(sql);
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  #open(): Promise<SqliteHandle> {
    this.#opening ??= this.#openNow().then(
      (handle) => {
        this.#handle = handle;
        return handle;
      },
      (error: unknown) => {
        this.#opening = null;
        throw error;
      },
    );
    return this.#opening;
  }

  async #openNow(): Promise<SqliteHandle> {
    if ("handle" in this.#source) return this.#source.handle;
    const handle = this.#source.open(this.#source.path);
    try {
      handle.exec(`pragma busy_timeout = ${BUSY_STEP_MS}`);
      await this.#switchToWal(handle);
      // With WAL no crash of the process loses a commit; a power failure may lose the last ones, and corrupts nothing.
      handle.exec("pragma synchronous = normal");
      // The same pages change with each batch: to copy them into the file four times less often makes up for statistics.
      handle.exec(`pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      handle.exec(`pragma cache_size = -${CACHE_KIB}`);
      return handle;
    } catch (error) {
      handle.close();
      throw error;
    }
  }

  async #switchToWal(handle: SqliteHandle): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        handle.exec("pragma journal_mode = wal");
        return;
      } catch (error) {
        if (!isBusy(error) || tries >= WAL_TRIES) throw error;
      }
      await pause(WAL_PAUSE_MS);
    }
  }
}

/** Statements are built by kysely, and performed here: its driver would give way between them. */
const BUILD_ONLY: Dialect = {
  createAdapter: () => new SqliteAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
};

function rollback(handle: SqliteHandle): void {
  try {
    handle.exec("rollback");
  } catch {
    // Some errors have ended the transaction by themselves.
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /database (table )?is locked|SQLITE_BUSY/i.test(`${error.message}`);
}
