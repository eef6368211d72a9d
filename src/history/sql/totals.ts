import type { HistoryRecord } from "../record.js";
import { timeOf } from "../record.js";
import { bucketOf, cellOf } from "./buckets.js";
import { sql } from "./kysely.js";
import { outcomeOf } from "./rows.js";
import type { Steps } from "./store.js";
import { rowsOf, run } from "./store.js";
import type { Chain, PastTotalRow, TotalRow } from "./tables.js";
import { keyOf } from "./text-code.js";
import type { WriteTarget } from "./write.js";

/** How often a value was met in each cell, within one batch. */
interface Met extends Chain {
  readonly cells: Map<number, number>;
}

/** What is to be written for a batch. */
interface Changes {
  readonly totals: TotalRow[];
  /** Cells that a later one of their chain has followed. */
  readonly past: PastTotalRow[];
  /** What belongs to cells before the last one of its chain. */
  readonly late: (Chain & { readonly cell: number; readonly times: number })[];
}

const PAST_COLUMNS = ["job_name", "measure", "bucket", "cell", "so_far"] as const;
/** How many chains are asked for, or written, at once. */
const CHUNK = 100;

/**
 * Adds records to the statistics. A chain has its total, and what that was at the end of each earlier cell: how often
 * something happened between two cells is then the difference of two numbers, however long that is.
 */
export function* addTotals(target: WriteTarget, records: readonly HistoryRecord[]): Steps<void> {
  const met = metIn(records);
  yield* waitForOthers(target);
  const changes: Changes = { totals: [], past: [], late: [] };
  for (let start = 0; start < met.length; start += CHUNK) {
    const some = met.slice(start, start + CHUNK);
    const known = new Map((yield* knownTotals(target, some)).map((row) => [keyOfChain(row), row]));
    for (const each of some) addMet(changes, each, known.get(keyOfChain(each)));
  }
  // Before new cells are past: what those have had so far includes it.
  for (const each of changes.late) yield* addLate(target, each);
  for (const statement of target.inserts.of("past_totals", PAST_COLUMNS, changes.past)) yield statement;
  for (let start = 0; start < changes.totals.length; start += CHUNK) {
    yield* setTotals(target, changes.totals.slice(start, start + CHUNK));
  }
}

function metIn(records: readonly HistoryRecord[]): Met[] {
  const met = new Map<string, Met>();
  for (const record of records) {
    const job = keyOf(record.jobName);
    const cell = cellOf(timeOf(record));
    meet(met, job, outcomeOf(record), 0, cell);
    if (record.kind === "skip") continue;
    meet(met, job, "took", bucketOf(Math.floor(record.endedAt) - Math.floor(record.startedAt)), cell);
    meet(met, job, "late", bucketOf(Math.floor(record.latenessMs)), cell);
  }
  return [...met.values()];
}

function meet(met: Map<string, Met>, job_name: string, measure: string, bucket: number, cell: number): void {
  const key = `${measure} ${bucket} ${job_name}`;
  const known = met.get(key);
  if (known === undefined) met.set(key, { job_name, measure, bucket, cells: new Map([[cell, 1]]) });
  else known.cells.set(cell, (known.cells.get(cell) ?? 0) + 1);
}

function keyOfChain({ job_name, measure, bucket }: Chain): string {
  return `${measure} ${bucket} ${job_name}`;
}

/** From here to the end of the transaction no other process adds anything up. On SQLite that is so anyway. */
function* waitForOthers({ builder, dialect }: WriteTarget): Steps<void> {
  if (dialect === "sqlite") return;
  yield* run(builder.selectFrom("schema_version").select("id").where("id", "=", 1).forUpdate());
}

function* knownTotals({ builder, dialect }: WriteTarget, chains: readonly Chain[]): Steps<readonly TotalRow[]> {
  // `in (values (…))` is one thing to SQLite, `in ((…), (…))` to the others.
  const rows = chains.map(({ job_name, measure, bucket }) => sql`(${job_name}, ${measure}, ${bucket})`);
  const list = dialect === "sqlite" ? sql`values ${sql.join(rows)}` : sql.join(rows);
  const found = yield* rowsOf(
    builder.selectFrom("totals").selectAll().where(sql<boolean>`(job_name, measure, bucket) in (${list})`),
  );
  return found.map((row) => ({
    ...row,
    bucket: Number(row.bucket),
    times: Number(row.times),
    last_cell: Number(row.last_cell),
  }));
}

function addMet({ totals, past, late }: Changes, { cells, ...chain }: Met, known: TotalRow | undefined): void {
  let times = known?.times ?? 0;
  let last = known?.last_cell ?? null;
  for (const [cell, count] of [...cells].sort(([a], [b]) => a - b)) {
    if (last !== null && cell < last) late.push({ ...chain, cell, times: count });
    if (last !== null && cell > last) past.push({ ...chain, cell: last, so_far: times });
    times += count;
    if (last === null || cell > last) last = cell;
  }
  totals.push({ ...chain, times, last_cell: last ?? 0 });
}

function* setTotals({ builder, dialect }: WriteTarget, rows: readonly TotalRow[]): Steps<void> {
  const insert = builder.insertInto("totals").values(rows);
  if (dialect === "mysql") {
    const set = { times: sql<number>`values(times)`, last_cell: sql<number>`values(last_cell)` };
    yield* run(insert.onDuplicateKeyUpdate(set));
    return;
  }
  const set = { times: sql<number>`excluded.times`, last_cell: sql<number>`excluded.last_cell` };
  yield* run(insert.onConflict((conflict) => conflict.columns(["job_name", "measure", "bucket"]).doUpdateSet(set)));
}

/** A run that lasted into later cells, or came late: it changes what all cells since then have had so far. */
function* addLate({ builder }: WriteTarget, late: Changes["late"][number]): Steps<void> {
  const { job_name, measure, bucket, cell, times } = late;
  const past = builder
    .selectFrom("past_totals")
    .select(["cell", "so_far"])
    .where("job_name", "=", job_name)
    .where("measure", "=", measure)
    .where("bucket", "=", bucket);
  const [before] = yield* rowsOf(past.where("cell", "<=", cell).orderBy("cell", "desc").limit(1));
  if (before === undefined || Number(before.cell) !== cell) {
    const so_far = Number(before?.so_far ?? 0);
    yield* run(builder.insertInto("past_totals").values({ job_name, measure, bucket, cell, so_far }));
  }
  yield* run(
    builder
      .updateTable("past_totals")
      .set({ so_far: sql<number>`so_far + ${times}` })
      .where("job_name", "=", job_name)
      .where("measure", "=", measure)
      .where("bucket", "=", bucket)
      .where("cell", ">=", cell),
  );
}
