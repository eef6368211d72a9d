import { sql } from "../../history/sql/kysely.js";
import type { MigratedTables, MigrationTarget } from "../../history/sql/migration-lock.js";
import { refuseNewer, underLock } from "../../history/sql/migration-lock.js";
import type { SqlDialect, Steps } from "../../history/sql/store.js";

/** The statements that lead from each version to the next; what was published never changes. */
const MIGRATIONS: readonly ((dialect: SqlDialect, prefix: string) => readonly string[])[] = [schema1];

/** Brings the tables to the newest version, under a lock. @throws PunctualError with code `STORE_FAILED` */
export function migrateSteps(target: MigrationTarget): Steps<void> {
  return underLock(target, tablesOf(target), () => applySteps(target));
}

function tablesOf({ prefix }: MigrationTarget): MigratedTables {
  const locks = { postgres: `punctual jobs ${prefix}`, mysql: `${prefix}job_migration` };
  return { locks, names: `${prefix}job*`, code: "STORE_FAILED" };
}

function* applySteps(target: MigrationTarget): Steps<void> {
  const { builder, dialect, prefix } = target;
  const table = `${prefix}job_store`;
  const int = dialect === "sqlite" ? "integer" : "bigint";
  const columns = ["version", "revision", "kills"].map((column) => `${column} ${int} not null`).join(", ");
  yield sql.raw(`create table if not exists ${table} (id ${int} not null primary key, ${columns})`).compile(builder);
  const rows = yield sql`select version from ${sql.table(table)}`.compile(builder);
  const version = Number((rows[0] as { version: unknown } | undefined)?.version ?? 0);
  refuseNewer(version, MIGRATIONS.length, tablesOf(target));
  for (const migration of MIGRATIONS.slice(version)) {
    for (const text of migration(dialect, prefix)) yield sql.raw(text).compile(builder);
  }
  if (version === MIGRATIONS.length) return;
  const newest = MIGRATIONS.length;
  yield version === 0
    ? sql`insert into ${sql.table(table)} (id, version, revision, kills) values (1, ${newest}, 0, 0)`.compile(builder)
    : sql`update ${sql.table(table)} set version = ${newest}`.compile(builder);
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
