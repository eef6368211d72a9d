import { PunctualError } from "../../errors.js";
import { sql } from "../../history/sql/kysely.js";
import type { Builder, SqlDialect, Steps } from "../../history/sql/store.js";

/** What statements need to know of their database. */
export interface JobTables {
  readonly builder: Builder;
  readonly dialect: SqlDialect;
  readonly prefix: string;
}

/** The statements that lead from each version to the next; what was published never changes. */
const MIGRATIONS: readonly ((dialect: SqlDialect, prefix: string) => readonly string[])[] = [schema1];

/** How long a process waits for another that migrates, seconds. */
const LOCK_LIMIT_S = 60;

/** Brings the tables to the newest version, under a lock. @throws PunctualError with code `STORE_FAILED` */
export function* migrateSteps(tables: JobTables): Steps<void> {
  const { dialect, prefix, builder } = tables;
  // On SQLite the transaction itself is the lock.
  if (dialect === "postgres") {
    yield sql`select pg_advisory_xact_lock(hashtext(${`punctual jobs ${prefix}`}))`.compile(builder);
  }
  if (dialect !== "mysql") return yield* applySteps(tables);
  // MySQL commits at every statement that makes a table: the lock has to last beyond that.
  const name = `${prefix}job_migration`;
  const locked = yield sql`select get_lock(${name}, ${LOCK_LIMIT_S}) as locked`.compile(builder);
  if (Number((locked[0] as { locked: unknown }).locked) !== 1) {
    throw new PunctualError("STORE_FAILED", `another process has held the lock ${name} for ${LOCK_LIMIT_S} s`);
  }
  try {
    yield* applySteps(tables);
  } finally {
    yield sql`select release_lock(${name})`.compile(builder);
  }
}

function* applySteps({ builder, dialect, prefix }: JobTables): Steps<void> {
  const table = `${prefix}job_store`;
  const int = dialect === "sqlite" ? "integer" : "bigint";
  const columns = ["version", "revision", "kills"].map((column) => `${column} ${int} not null`).join(", ");
  yield sql.raw(`create table if not exists ${table} (id ${int} not null primary key, ${columns})`).compile(builder);
  const rows = yield sql`select version from ${sql.table(table)}`.compile(builder);
  const version = Number((rows[0] as { version: unknown } | undefined)?.version ?? 0);
  refuseNewer(version, prefix);
  for (const migration of MIGRATIONS.slice(version)) {
    for (const text of migration(dialect, prefix)) yield sql.raw(text).compile(builder);
  }
  if (version === MIGRATIONS.length) return;
  const newest = MIGRATIONS.length;
  yield version === 0
    ? sql`insert into ${sql.table(table)} (id, version, revision, kills) values (1, ${newest}, 0, 0)`.compile(builder)
    : sql`update ${sql.table(table)} set version = ${newest}`.compile(builder);
}

function refuseNewer(version: number, prefix: string): void {
  if (version <= MIGRATIONS.length) return;
  throw new PunctualError(
    "STORE_FAILED",
    `the tables ${prefix}job* are of version ${version}, made by a newer punctual; this one knows version ` +
      `${MIGRATIONS.length}: update punctual here, or give it a database or prefix of its own`,
  );
}

function schema1(dialect: SqlDialect, prefix: string): readonly string[] {
  const mysqlText = "character set utf8mb4 collate utf8mb4_bin";
  const name = dialect === "mysql" ? `varchar(255) ${mysqlText}` : "text";
  const text = dialect === "mysql" ? `longtext ${mysqlText}` : "text";
  const int = dialect === "sqlite" ? "integer" : "bigint";
  const jobs = `name ${name} not null primary key, revision ${int} not null, saved_at_ms ${int} not null`;
  return [
    `create table if not exists ${prefix}jobs (${jobs}, definition ${text} not null)`,
    `create table if not exists ${prefix}job_kills (id ${int} not null primary key, message ${text} not null)`,
  ];
}
