import { encodeCursor } from "../cursor.js";
import type { HistoryPage } from "../history.js";
import type { CheckedQuery } from "../query.js";
import type { HistoryRecord } from "../record.js";
import type { Expression, ExpressionBuilder, SqlBool } from "./kysely.js";
import { recordOfRow } from "./rows.js";
import type { Builder, Steps } from "./store.js";
import { rowsOf } from "./store.js";
import type { AttemptRow, RecordRow, Tables } from "./tables.js";
import { encodeText, keyOf, nameOf } from "./text-code.js";

/** Beyond what any date has, and whole in every database. */
const MAX_MS = 9e15;
/** How many records' attempts are asked for at once. */
const CHUNK = 500;

/** The page that a query asks for. */
export function* listSteps(builder: Builder, query: CheckedQuery): Steps<HistoryPage> {
  if (findsNothing(query)) return { items: [], cursor: null };
  const direction = query.order === "newest" ? "desc" : "asc";
  // The records of a tag are in order in the table of tags.
  const [time, id] =
    query.tag === null ? (["records.time_ms", "records.id"] as const) : (["tags.time_ms", "tags.record_id"] as const);
  const rows = yield* rowsOf(
    builder
      .selectFrom("records")
      .$if(query.tag !== null, (select) => select.innerJoin("tags", "tags.record_id", "records.id") as never)
      .selectAll("records")
      .where((where) => where.and(conditionsOf(where as never, query, time, id)))
      .orderBy(time as "records.time_ms", direction)
      .orderBy(id as "records.id", direction)
      .limit(query.limit + 1),
  );
  const page = rows.slice(0, query.limit);
  const items = yield* recordsOf(builder, page);
  const last = items.at(-1);
  const more = last !== undefined && rows.length > page.length;
  return { items, cursor: more ? encodeCursor({ time: Number(page.at(-1)?.time_ms), id: last.id }) : null };
}

/** The record of that id. */
export function* getSteps(builder: Builder, id: string): Steps<HistoryRecord | undefined> {
  const rows = yield* rowsOf(builder.selectFrom("records").selectAll().where("id", "=", encodeText(id)));
  const [record] = yield* recordsOf(builder, rows);
  return record;
}

/** The last fire time of each job. */
export function* lastFireSteps(builder: Builder): Steps<ReadonlyMap<string, number>> {
  const rows = yield* rowsOf(builder.selectFrom("last_fires").selectAll());
  return new Map(rows.map((row) => [nameOf(row), Number(row.fire_time)]));
}

type Where = ExpressionBuilder<Tables, "records" | "tags">;
type TimeColumn = "records.time_ms" | "tags.time_ms";
type IdColumn = "records.id" | "tags.record_id";

/** SQL has no empty lists. */
function findsNothing({ jobs, outcomes, reasons }: CheckedQuery): boolean {
  return jobs?.size === 0 || outcomes?.size === 0 || reasons?.size === 0;
}

function conditionsOf(where: Where, query: CheckedQuery, time: TimeColumn, id: IdColumn): Expression<SqlBool>[] {
  const { jobs, outcomes, reasons, kind, tag, fromMs, toMs } = query;
  return [
    ...(jobs === null ? [] : [where("records.job_name", "in", [...jobs].map(keyOf))]),
    ...(outcomes === null ? [] : [where("records.outcome", "in", [...outcomes])]),
    ...(reasons === null ? [] : [where("records.outcome", "in", [...reasons])]),
    ...(kind === null ? [] : [where("records.kind", "=", kind)]),
    ...(tag === null ? [] : [where("tags.tag", "=", keyOf(tag))]),
    ...(fromMs === null ? [] : [where(time, ">=", wholeMs(fromMs))]),
    ...(toMs === null ? [] : [where(time, "<", wholeMs(toMs))]),
    ...afterPosition(where, query, time, id),
  ];
}

function afterPosition(
  where: Where,
  { after, order }: CheckedQuery,
  time: TimeColumn,
  id: IdColumn,
): Expression<SqlBool>[] {
  if (after === null) return [];
  const [further, orAt] = order === "newest" ? (["<", "<="] as const) : ([">", ">="] as const);
  const atMs = wholeMs(after.time);
  // The first condition alone is one for which every database uses an index.
  return [where(time, orAt, atMs), where.or([where(time, further, atMs), where(id, further, encodeText(after.id))])];
}

/** The first whole millisecond that is not before an instant. */
function wholeMs(instant: number): number {
  return Math.min(MAX_MS, Math.max(-MAX_MS, Math.ceil(instant)));
}

function* recordsOf(builder: Builder, rows: readonly RecordRow[]): Steps<HistoryRecord[]> {
  const attempts = yield* attemptsOf(
    builder,
    rows.filter((row) => row.kind === "run").map((row) => row.id),
  );
  return rows.map((row) => recordOfRow(row, attempts.get(row.id) ?? []));
}

function* attemptsOf(builder: Builder, ids: readonly string[]): Steps<Map<string, AttemptRow[]>> {
  const byRecord = new Map<string, AttemptRow[]>();
  for (let start = 0; start < ids.length; start += CHUNK) {
    const some = ids.slice(start, start + CHUNK);
    const rows = yield* rowsOf(
      builder.selectFrom("attempts").selectAll().where("record_id", "in", some).orderBy("record_id").orderBy("attempt"),
    );
    for (const row of rows) {
      const known = byRecord.get(row.record_id);
      if (known === undefined) byRecord.set(row.record_id, [row]);
      else known.push(row);
    }
  }
  return byRecord;
}
