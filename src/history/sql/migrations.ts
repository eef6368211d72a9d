import { PunctualError } from "../../errors.js";
import { fillTotals } from "./fill-totals.js";
import type { CompiledQuery } from "./kysely.js";
import { sql } from "./kysely.js";
import { schemaOf } from "./schema-1.js";
import { startsSchemaOf } from "./schema-2.js";
import { scaleSchema } from "./schema-3.js";
import type { Builder, SqlDialect, Steps } from "./store.js";
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

/** How long a process waits for another that migrates, seconds. */
const LOCK_LIMIT_S = 60;

/** What a migration needs to know of its database. */
export interface MigrationTarget {
  readonly builder: Builder;
  readonly dialect: SqlDialect;
  readonly prefix: string;
}

/** Brings the tables to the newest version, under a lock. @throws PunctualError with code `HISTORY_FAILED` */
export function* migrateSteps(target: MigrationTarget): Steps<void> {
  const { dialect, prefix, builder } = target;
  // On SQLite the transaction itself is the lock.
  if (dialect === "postgres") {
    yield sql`select pg_advisory_xact_lock(hashtext(${`punctual history ${prefix}`}))`.compile(builder);
  }
  if (dialect !== "mysql") return yield* applySteps(target);
  // MySQL commits at every statement that makes a table: the lock has to last beyond that.
  const name = `${prefix}migration`;
  const locked = yield sql`select get_lock(${name}, ${LOCK_LIMIT_S}) as locked`.compile(builder);
  if (Number((locked[0] as { locked: unknown }).locked) !== 1) {
    throw new PunctualError("HISTORY_FAILED", `another process has held the lock ${name} for ${LOCK_LIMIT_S} s`);
  }
  try {
    yield* applySteps(target);
  } finally {
    yield sql`select release_lock(${name})`.compile(builder);
  }
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
  refuseNewer(version, prefix);
  if (version === MIGRATIONS.length) return;
  for (const { statements, fill } of MIGRATIONS.slice(version)) {
    for (const text of statements(dialect, prefix)) yield statement(text);
    if (fill !== undefined) yield* fill(target);
  }
  yield* run(builder.deleteFrom("schema_version"));
  yield* run(builder.insertInto("schema_version").values({ id: 1, version: MIGRATIONS.length }));
}

function refuseNewer(version: number, prefix: string): void {
  if (version <= MIGRATIONS.length) return;
  throw new PunctualError(
    "HISTORY_FAILED",
    `the tables ${prefix}* are of version ${version}, made by a newer punctual; this one knows version ${MIGRATIONS.length}: ` +
      "update punctual here, or give it a database or prefix of its own",
  );
}
