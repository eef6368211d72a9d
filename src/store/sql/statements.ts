import { sql } from "../../history/sql/kysely.js";
import type { Steps } from "../../history/sql/store.js";
import type { KillMessage, StoredRow, StoredState } from "../job-store.js";
import type { StoreNews } from "../revision-watch.js";
import { killText, readKill } from "../revision-watch.js";
import type { MigrationTarget } from "../../history/sql/migration-lock.js";

/** How many kill messages are kept for those who have not heard them yet. */
const KILLS_KEPT = 100;

/** Numbers may come back as text: those of 64 bits do, from PostgreSQL. */
type Count = number | string;

/** A piece of SQL with the tables' names in it. */
interface Names {
  readonly jobs: ReturnType<typeof sql.table>;
  readonly kills: ReturnType<typeof sql.table>;
  readonly store: ReturnType<typeof sql.table>;
}

function namesOf({ prefix }: MigrationTarget): Names {
  return {
    jobs: sql.table(`${prefix}jobs`),
    kills: sql.table(`${prefix}job_kills`),
    store: sql.table(`${prefix}job_store`),
  };
}

/** On which PostgreSQL tells of changes. */
export function channelOf(prefix: string): string {
  return `${prefix}jobs`;
}

export function* loadSteps(tables: MigrationTarget): Steps<StoredState> {
  const { jobs } = namesOf(tables);
  const { revision } = yield* countsOf(tables);
  const found = yield sql`select name, revision, saved_at_ms, definition from ${jobs}`.compile(tables.builder);
  const rows = (found as readonly { name: string; revision: Count; saved_at_ms: Count; definition: string }[]).map(
    (row) => ({
      name: row.name,
      revision: Number(row.revision),
      savedAtMs: Number(row.saved_at_ms),
      text: row.definition,
    }),
  );
  return { revision, rows: rows.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Writers come one after another: each begins by taking the next revision, and others wait for that row. */
export function* saveSteps(tables: MigrationTarget, row: Omit<StoredRow, "revision">): Steps<number> {
  const { builder, dialect } = tables;
  const { jobs } = namesOf(tables);
  const { name, savedAtMs, text } = row;
  const { revision } = yield* next(tables, "revision");
  const insert = sql`insert into ${jobs} (name, revision, saved_at_ms, definition)
    values (${name}, ${revision}, ${savedAtMs}, ${text})`;
  const taken = dialect === "mysql" ? sql`on duplicate key update` : sql`on conflict (name) do update set`;
  const set = sql`revision = ${revision}, saved_at_ms = ${savedAtMs}, definition = ${text}`;
  yield sql`${insert} ${taken} ${set}`.compile(builder);
  yield* tell(tables);
  return revision;
}

export function* removeSteps(tables: MigrationTarget, name: string): Steps<number | null> {
  const { builder } = tables;
  const { jobs, store } = namesOf(tables);
  // Takes its turn among the writers, before it looks.
  yield sql`update ${store} set revision = revision where id = 1`.compile(builder);
  const known = yield sql`select revision from ${jobs} where name = ${name}`.compile(builder);
  if (known.length === 0) return null;
  const { revision } = yield* next(tables, "revision");
  yield sql`delete from ${jobs} where name = ${name}`.compile(builder);
  yield* tell(tables);
  return revision;
}

export function* killSteps(tables: MigrationTarget, message: KillMessage): Steps<void> {
  const { builder } = tables;
  const { kills } = namesOf(tables);
  const { kills: id } = yield* next(tables, "kills");
  yield sql`insert into ${kills} (id, message) values (${id}, ${killText(message)})`.compile(builder);
  yield sql`delete from ${kills} where id <= ${id - KILLS_KEPT}`.compile(builder);
  yield* tell(tables);
}

export function* newsSteps(tables: MigrationTarget, seenKills: number | null): Steps<StoreNews> {
  const counts = yield* countsOf(tables);
  if (seenKills === null || counts.kills <= seenKills) return { ...counts, messages: [] };
  const { kills } = namesOf(tables);
  const rows = yield sql`select message from ${kills} where id > ${seenKills} order by id`.compile(tables.builder);
  return { ...counts, messages: (rows as readonly { message: string }[]).map(({ message }) => readKill(message)) };
}

function* next(tables: MigrationTarget, column: "revision" | "kills"): Steps<{ revision: number; kills: number }> {
  const counter = sql.ref(column);
  yield sql`update ${namesOf(tables).store} set ${counter} = ${counter} + 1 where id = 1`.compile(tables.builder);
  return yield* countsOf(tables);
}

function* countsOf(tables: MigrationTarget): Steps<{ revision: number; kills: number }> {
  const rows = yield sql`select revision, kills from ${namesOf(tables).store} where id = 1`.compile(tables.builder);
  const { revision, kills } = rows[0] as { revision: Count; kills: Count };
  return { revision: Number(revision), kills: Number(kills) };
}

/** PostgreSQL tells those who listen, when the transaction is committed. */
function* tell({ builder, dialect, prefix }: MigrationTarget): Steps<void> {
  if (dialect === "postgres") yield sql`select pg_notify(${channelOf(prefix)}, '')`.compile(builder);
}
