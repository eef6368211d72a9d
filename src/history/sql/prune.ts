import type { Expression, ExpressionBuilder, SqlBool } from "./kysely.js";
import type { Builder, Steps } from "./store.js";
import { rowsOf, run } from "./store.js";
import type { RecordRow, Tables } from "./tables.js";

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
export function* pruneSteps(builder: Builder, doomed: Doomed, after: Mark | null): Steps<PruneAnswer> {
  const rows = yield* rowsOf(
    builder
      .selectFrom("records")
      .select(["time_ms", "id"])
      .where((where) => where.and([...doomed(where), ...(after === null ? [] : notBefore(where, after, ">"))]))
      .orderBy("time_ms")
      .orderBy("id")
      .limit(STEP),
  );
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return { count: 0, mark: null };
  yield* run(builder.deleteFrom("attempts").where("record_id", "in", ids));
  yield* run(builder.deleteFrom("tags").where("record_id", "in", ids));
  yield* run(builder.deleteFrom("records").where("id", "in", ids));
  return { count: ids.length, mark: ids.length < STEP ? null : (rows.at(-1) ?? null) };
}

/** After a mark (`>`), or up to it (`<=`). */
export function notBefore(where: RecordWhere, mark: Mark, side: ">" | "<="): Expression<SqlBool>[] {
  // The first condition alone is one for which every database uses an index.
  const [near, far] = side === ">" ? ([">=", ">"] as const) : (["<=", "<"] as const);
  const timeMs = Number(mark.time_ms);
  return [where("time_ms", near, timeMs), where.or([where("time_ms", far, timeMs), where("id", side, mark.id)])];
}
