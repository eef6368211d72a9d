import type { HistoryItem, HistoryRecord, PassedFire, BegunRun } from "../record.js";
import type { InsertStatements } from "./insert-statements.js";
import { sql } from "./kysely.js";
import { attemptRowsOf, labelRowsOf, outcomeOf, rowOf } from "./rows.js";
import { START_COLUMNS, startRowOf } from "./start-rows.js";
import type { Builder, SqlDialect, Steps } from "./store.js";
import { rowsOf, run } from "./store.js";
import type { CountRow, LastFireRow, RecordRow } from "./tables.js";
import { RECORD_COLUMNS } from "./tables.js";
import { encodeText, keyOf, longTextOf } from "./text-code.js";
import { addTotals } from "./totals.js";

/** What the writing of a batch needs to know of its database. */
export interface WriteTarget {
  readonly builder: Builder;
  readonly dialect: SqlDialect;
  readonly inserts: InsertStatements;
}

const ATTEMPT_COLUMNS = ["record_id", "attempt", "started_at", "ended_at", "error"] as const;
const LABEL_COLUMNS = ["label", "outcome", "time_ms", "record_id"] as const;
/** How many ids are asked for at once, and how many rows are updated at once. */
const CHUNK = 100;

/** What is written together. */
export interface WrittenBatch {
  readonly records: readonly HistoryRecord[];
  /** Runs that begin, and have no record among those. */
  readonly starts: readonly BegunRun[];
  /** The process that begins them. */
  readonly processId: string;
  /** The ids of runs that had begun, and have their record now. */
  readonly ended: readonly string[];
  readonly passed: readonly PassedFire[];
}

/** Writes a batch; what of it is there already, from a try before that seemed to fail, is neither written nor counted. */
export function* writeSteps(target: WriteTarget, batch: WrittenBatch): Steps<readonly HistoryRecord[]> {
  const { builder, inserts } = target;
  const fresh = yield* freshOf(builder, batch.records);
  const starts = yield* freshStartsOf(builder, batch.starts);
  yield* performAll(inserts.of("records", RECORD_COLUMNS, fresh.map(rowOf)));
  yield* performAll(inserts.of("attempts", ATTEMPT_COLUMNS, fresh.flatMap(attemptRowsOf)));
  yield* performAll(inserts.of("labels", LABEL_COLUMNS, fresh.flatMap(labelRowsOf)));
  const startRows = starts.map((start) => startRowOf(start, batch.processId));
  yield* performAll(inserts.of("starts", START_COLUMNS, startRows));
  for (const ids of chunks(batch.ended)) {
    yield* run(builder.deleteFrom("starts").where("id", "in", ids.map(encodeText)));
  }
  for (const rows of chunks(lastFiresOf([...fresh, ...starts, ...batch.passed]))) yield* raiseLastFires(target, rows);
  for (const rows of chunks(countsOf(fresh))) yield* addCounts(target, rows);
  if (fresh.length > 0) yield* addTotals(target, fresh);
  return fresh;
}

/** Also without those that have their records: a try that was given up may come after them. */
function* freshStartsOf(builder: Builder, starts: readonly BegunRun[]): Steps<readonly BegunRun[]> {
  if (starts.length === 0) return starts;
  return yield* freshOf(builder, yield* freshOf(builder, starts), "starts");
}

function* freshOf<Item extends HistoryRecord | BegunRun>(
  builder: Builder,
  items: readonly Item[],
  table: "records" | "starts" = "records",
): Steps<Item[]> {
  const byId = new Map<RecordRow["id"], Item>();
  for (const item of items) if (!byId.has(item.id)) byId.set(item.id, item);
  for (const ids of chunks([...byId.keys()])) {
    const known = yield* rowsOf(builder.selectFrom(table).select("id").where("id", "in", ids.map(encodeText)));
    if (known.length === 0) continue;
    const there = new Set(known.map(({ id }) => id));
    for (const id of ids) if (there.has(encodeText(id))) byId.delete(id);
  }
  return [...byId.values()];
}

// Rows of jobs are written in one order by all: two processes then wait for each other, never both at once.

function lastFiresOf(items: readonly HistoryItem[]): LastFireRow[] {
  const latest = new Map<string, number>();
  for (const item of items) {
    const { jobName, fireTime } = item;
    if (item.kind === "skip" && item.overtakes === true) continue;
    if (fireTime !== null && fireTime > (latest.get(jobName) ?? Number.NEGATIVE_INFINITY))
      latest.set(jobName, fireTime);
  }
  const rows = [...latest].map(([name, fireTime]) => ({ ...jobColumns(name), fire_time: Math.floor(fireTime) }));
  return rows.sort((a, b) => (a.job_name < b.job_name ? -1 : 1));
}

function countsOf(records: readonly HistoryRecord[]): CountRow[] {
  const counts = new Map<string, CountRow>();
  for (const record of records) {
    const outcome = outcomeOf(record);
    const key = `${outcome} ${record.jobName}`;
    const row = counts.get(key);
    if (row === undefined) counts.set(key, { ...jobColumns(record.jobName), outcome, times: 1 });
    else row.times++;
  }
  return [...counts.values()].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

function orderOf({ job_name, outcome }: CountRow): string {
  return `${job_name} ${outcome}`;
}

function* raiseLastFires({ builder, dialect }: WriteTarget, rows: readonly LastFireRow[]): Steps<void> {
  const insert = builder.insertInto("last_fires").values(rows);
  if (dialect === "mysql") {
    yield* run(insert.onDuplicateKeyUpdate({ fire_time: sql`greatest(fire_time, values(fire_time))` }));
    return;
  }
  const later = sql<boolean>`excluded.fire_time > ${sql.ref("last_fires.fire_time")}`;
  yield* run(
    insert.onConflict((conflict) =>
      conflict.column("job_name").doUpdateSet({ fire_time: sql`excluded.fire_time` }).where(later),
    ),
  );
}

function* addCounts({ builder, dialect }: WriteTarget, rows: readonly CountRow[]): Steps<void> {
  const insert = builder.insertInto("counts").values(rows);
  if (dialect === "mysql") {
    yield* run(insert.onDuplicateKeyUpdate({ times: sql`times + values(times)` }));
    return;
  }
  const times = sql<number>`${sql.ref("counts.times")} + excluded.times`;
  yield* run(insert.onConflict((conflict) => conflict.columns(["job_name", "outcome"]).doUpdateSet({ times })));
}

function jobColumns(jobName: string): { job_name: string; long_job_name: string | null } {
  return { job_name: keyOf(jobName), long_job_name: longTextOf(jobName) };
}

function* performAll(statements: ReturnType<InsertStatements["of"]>): Steps<void> {
  for (const statement of statements) yield statement;
}

function* chunks<T>(values: readonly T[]): Generator<readonly T[], void> {
  for (let start = 0; start < values.length; start += CHUNK) yield values.slice(start, start + CHUNK);
}
