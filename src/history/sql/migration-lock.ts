import type { ErrorCode } from "../../errors.js";
import { PunctualError } from "../../errors.js";
import { sql } from "./kysely.js";
import type { Builder, SqlDialect, Steps } from "./store.js";

/** How long a process waits for another that migrates, seconds. */
const LOCK_LIMIT_S = 60;

/** What a migration needs to know of its database. */
export interface MigrationTarget {
  readonly builder: Builder;
  readonly dialect: SqlDialect;
  readonly prefix: string;
}

/** Which tables are migrated. */
export interface MigratedTables {
  /** What the lock is called: on PostgreSQL, and on MySQL. */
  readonly locks: { readonly postgres: string; readonly mysql: string };
  /** Their names, for people. */
  readonly names: string;
  /** Of errors. */
  readonly code: ErrorCode;
}

/** Has one process at a time perform the steps. @throws PunctualError */
export function* underLock(
  { dialect, builder }: MigrationTarget,
  { locks, code }: MigratedTables,
  steps: () => Steps<void>,
): Steps<void> {
  // On SQLite the transaction itself is the lock.
  if (dialect === "postgres") yield sql`select pg_advisory_xact_lock(hashtext(${locks.postgres}))`.compile(builder);
  if (dialect !== "mysql") return yield* steps();
  // MySQL commits at every statement that makes a table: the lock has to last beyond that.
  const name = locks.mysql;
  const locked = yield sql`select get_lock(${name}, ${LOCK_LIMIT_S}) as locked`.compile(builder);
  if (Number((locked[0] as { locked: unknown }).locked) !== 1) {
    throw new PunctualError(code, `another process has held the lock ${name} for ${LOCK_LIMIT_S} s`);
  }
  try {
    yield* steps();
  } finally {
    yield sql`select release_lock(${name})`.compile(builder);
  }
}

/** What a newer version has made may mean anything. @throws PunctualError */
export function refuseNewer(version: number, known: number, { names, code }: MigratedTables): void {
  if (version <= known) return;
  throw new PunctualError(
    code,
    `the tables ${names} are of version ${version}, made by a newer punctual; this one knows version ${known}: ` +
      "update punctual here, or give it a database or prefix of its own",
  );
}
