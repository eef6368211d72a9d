import type { Expression, ExpressionBuilder, SqlBool } from "./kysely.js";
import { sql } from "./kysely.js";
import type { Steps } from "./store.js";
import { rowsOf, run } from "./store.js";
import type { RecordRow, Tables } from "./tables.js";
import type { WriteTarget } from "./write.js";

/** How many records go in one transaction. */
const STEP = 500;

/** Where a record stands in the order of all, as it is stored. */
export type Mark = Pick<RecordRow, "time_ms" | "id">;

export type RecordWhere = ExpressionBuilder<Tables, "records">;

/** Which records go: all that is given must hold. */
export type Doomed = (where: RecordWhere) => Expression<SqlBool>[];

/** What a step took out; `mark` is where the next one goes on, `null` when there is nothing more. */
export interface PruneAnswer {
  readonly count: number;
  readonly mark: Mark | null;
}

/** Takes out some records, oldest first, and what belongs to them. */
export function* pruneSteps(target: WriteTarget, doomed: Doomed, after: Mark | null): Steps<PruneAnswer> {
  const { builder } = target;
  const rows = yield* rowsOf(
    builder
      .selectFrom("records")
      .select(["time_ms", "id", "job_name"])
      .where((where) => where.and([...doomed(where), ...(after === null ? [] : notBefore(where, after, ">"))]))
      .orderBy("time_ms")
      .orderBy("id")
      .limit(STEP),
  );
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return { count: 0, mark: null };
  yield* forget(target, rows);
  yield* run(builder.deleteFrom("attempts").where("record_id", "in", ids));
  yield* run(builder.deleteFrom("labels").where("record_id", "in", ids));
  yield* run(builder.deleteFrom("records").where("id", "in", ids));
  return { count: ids.length, mark: ids.length < STEP ? null : (rows.at(-1) ?? null) };
}

/** Notes up to when a job's records are no longer all there, which statistics have to know. */
function* forget({ builder, dialect }: WriteTarget, rows: readonly (Mark & { job_name: string })[]): Steps<void> {
  const before = new Map<string, number>();
  // The last one of a job is its latest.
  for (const { job_name, time_ms } of rows) before.set(job_name, Number(time_ms) + 1);
  const forgotten = [...before].map(([job_name, before_ms]) => ({ job_name, before_ms }));
  // In one order by all processes.
  forgotten.sort((a, b) => (a.job_name < b.job_name ? -1 : 1));
  const insert = builder.insertInto("forgotten").values(forgotten);
  if (dialect === "mysql") {
    yield* run(insert.onDuplicateKeyUpdate({ before_ms: sql`greatest(before_ms, values(before_ms))` }));
    return;
  }
  const later = sql<boolean>`excluded.before_ms > ${sql.ref("forgotten.before_ms")}`;
  const set = { before_ms: sql<number>`excluded.before_ms` };
  yield* run(insert.onConflict((conflict) => conflict.column("job_name").doUpdateSet(set).where(later)));
}

/** After a mark (`>`), or up to it (`<=`). */
export function notBefore(where: RecordWhere, mark: Mark, side: ">" | "<="): Expression<SqlBool>[] {
  // The first condition alone is one for which every database uses an index.
  const [near, far] = side === ">" ? ([">=", ">"] as const) : (["<=", "<"] as const);
  const timeMs = Number(mark.time_ms);
  return [where("time_ms", near, timeMs), where.or([where("time_ms", far, timeMs), where("id", side, mark.id)])];
}
