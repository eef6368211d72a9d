import { fillTotals } from "./fill-totals.js";
import type { CompiledQuery } from "./kysely.js";
import { sql } from "./kysely.js";
import type { MigratedTables, MigrationTarget } from "./migration-lock.js";
import { refuseNewer, underLock } from "./migration-lock.js";
import { schemaOf } from "./schema-1.js";
import { startsSchemaOf } from "./schema-2.js";
import { scaleSchema } from "./schema-3.js";
import type { SqlDialect, Steps } from "./store.js";
import { rowsOf, run } from "./store.js";

/** What leads from a version to the next. */
interface Migration {
  readonly statements: (dialect: SqlDialect, prefix: string) => readonly string[];
  /** What is done when those are performed. */
  readonly fill?: (target: MigrationTarget) => Steps<void>;
}

/** What was published never changes. */
const MIGRATIONS: readonly Migration[] = [
  { statements: schemaOf },
  { statements: startsSchemaOf },
  { statements: scaleSchema, fill: fillTotals },
];

/** Brings the tables to the newest version, under a lock. @throws PunctualError with code `HISTORY_FAILED` */
export function migrateSteps(target: MigrationTarget): Steps<void> {
  return underLock(target, tablesOf(target), () => applySteps(target));
}

function tablesOf({ prefix }: MigrationTarget): MigratedTables {
  const locks = { postgres: `punctual history ${prefix}`, mysql: `${prefix}migration` };
  return { locks, names: `${prefix}*`, code: "HISTORY_FAILED" };
}

function* applySteps(target: MigrationTarget): Steps<void> {
  const { builder, dialect, prefix } = target;
  const statement = (text: string): CompiledQuery => sql.raw(text).compile(builder);
  const int = dialect === "sqlite" ? "integer" : "bigint";
  yield statement(
    `create table if not exists ${prefix}schema_version (id ${int} not null primary key, version ${int} not null)`,
  );
  const [row] = yield* rowsOf(builder.selectFrom("schema_version").select("version"));
  const version = Number(row?.version ?? 0);
  refuseNewer(version, MIGRATIONS.length, tablesOf(target));
  if (version === MIGRATIONS.length) return;
  for (const { statements, fill } of MIGRATIONS.slice(version)) {
    for (const text of statements(dialect, prefix)) yield statement(text);
    if (fill !== undefined) yield* fill(target);
  }
  yield* run(builder.deleteFrom("schema_version"));
  yield* run(builder.insertInto("schema_version").values({ id: 1, version: MIGRATIONS.length }));
}
