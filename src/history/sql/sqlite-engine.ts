import { createRequire } from "node:module";
import { PunctualError } from "../../errors.js";

/** A database of better-sqlite3, libsql or `node:sqlite` (`DatabaseSync`), reduced to what is called. */
export interface SqliteHandle {
  exec(source: string): unknown;
  prepare(source: string): SqliteStatement;
  close(): unknown;
}

/** A statement of such a database. */
export interface SqliteStatement {
  /** Whether it gives rows; `node:sqlite` does not say, and takes `all` for every statement. */
  readonly reader?: boolean;
  all(...parameters: never[]): unknown[];
  run(...parameters: never[]): unknown;
}

/** What opens a file of SQLite's. */
export type SqliteEngine = "libsql" | "node";

/** Opens a database; makes the file when there is none. */
export type OpenSqlite = (path: string) => SqliteHandle;

type HandleClass = new (path: string) => SqliteHandle;

/**
 * Finds what opens databases: the package libsql where it is installed, else Node's own SQLite.
 *
 * @throws PunctualError with code `PEER_MISSING`
 */
export function loadEngine(engine: SqliteEngine | undefined): OpenSqlite {
  const causes: unknown[] = [];
  for (const each of engine === undefined ? (["libsql", "node"] as const) : [engine]) {
    try {
      const Handle = each === "libsql" ? loadLibsql() : loadNodeSqlite();
      return (path) => new Handle(path);
    } catch (cause) {
      causes.push(cause);
    }
  }
  throw new PunctualError("PEER_MISSING", `SQLite needs ${neededFor(engine)}`, { cause: causes[0] });
}

function neededFor(engine: SqliteEngine | undefined): string {
  const [libsql, node] = ["the package libsql: npm install libsql", "Node 22.13 or later, which has node:sqlite"];
  if (engine !== undefined) return engine === "libsql" ? libsql : node;
  return `${libsql} (or ${node})`;
}

function loadLibsql(): HandleClass {
  return createRequire(import.meta.url)("libsql") as HandleClass;
}

function loadNodeSqlite(): HandleClass {
  return (createRequire(import.meta.url)("node:sqlite") as { DatabaseSync: HandleClass }).DatabaseSync;
}
