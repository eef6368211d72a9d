import type { HistoryRecord } from "../record.js";
import { timeOf } from "../record.js";
import { bucketOf, cellOf } from "./buckets.js";
import type { Compilable } from "./kysely.js";
import { sql } from "./kysely.js";
import { outcomeOf } from "./rows.js";
import type { Steps } from "./store.js";
import { rowsOf, run } from "./store.js";
import type { Chain, PastTotalRow, TotalRow } from "./tables.js";
import { keyOf } from "./text-code.js";
import type { WriteTarget } from "./write.js";

/** How often a value was met in each cell, within one batch. */
interface Met extends Chain {
  times: number;
  lastCell: number;
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
const excluded = (column: string): string => `excluded.${column}`;
const values = (column: string): string => `values(${column})`;
/** What an insert that meets a row was given, and which function gives the larger of two. */
const RAISE = { sqlite: [excluded, "max"], postgres: [excluded, "greatest"], mysql: [values, "greatest"] } as const;
const ZERO: TotalRow = { job_name: "", measure: "", bucket: 0, times: 0, last_cell: 0 };
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
  for (const each of met) changes.totals.push(totalOf(each));
  yield* addPast(target, changes, met);
  // Before new cells are past: what those have had so far includes it.
  for (const each of changes.late) yield* addLate(target, each);
  for (const statement of target.inserts.of("past_totals", PAST_COLUMNS, changes.past)) yield statement;
  for (const rows of chunks(changes.totals)) yield* raiseTotals(target, rows);
}

/** Finds what becomes past, and what comes late; most of a batch is neither, and then nothing of it is read. */
function* addPast(target: WriteTarget, changes: Changes, met: readonly Met[]): Steps<void> {
  const latest = met.reduce((cell, { lastCell }) => Math.max(cell, lastCell), Number.NEGATIVE_INFINITY);
  const isSimple = ({ cells, lastCell }: Met): boolean => cells.size === 1 && lastCell === latest;
  for (const some of chunks(met.filter(isSimple))) {
    const byKey = new Map(some.map((each) => [keyOfChain(each), each]));
    for (const row of yield* totalsBeside(target, some, latest)) addMet(changes, byKey.get(keyOfChain(row)), row);
  }
  for (const some of chunks(met.filter((each) => !isSimple(each)))) {
    const known = new Map((yield* totalsBeside(target, some, null)).map((row) => [keyOfChain(row), row]));
    for (const each of some) addMet(changes, each, known.get(keyOfChain(each)));
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
  const key = keyOfChain({ job_name, measure, bucket });
  const known = met.get(key);
  if (known === undefined) {
    met.set(key, { job_name, measure, bucket, times: 1, lastCell: cell, cells: new Map([[cell, 1]]) });
    return;
  }
  known.times++;
  known.lastCell = Math.max(known.lastCell, cell);
  known.cells.set(cell, (known.cells.get(cell) ?? 0) + 1);
}

function totalOf({ job_name, measure, bucket, times, lastCell }: Met): TotalRow {
  return { job_name, measure, bucket, times, last_cell: lastCell };
}

function keyOfChain({ job_name, measure, bucket }: Chain): string {
  return `${measure} ${bucket} ${job_name}`;
}

/** From here to the end of the transaction no other process adds anything up. On SQLite that is so anyway. */
function* waitForOthers({ builder, dialect }: WriteTarget): Steps<void> {
  if (dialect === "sqlite") return;
  yield* run(builder.selectFrom("schema_version").select("id").where("id", "=", 1).forUpdate());
}

/** The totals of those chains, but for those whose last cell is that one. */
function* totalsBeside(target: WriteTarget, chains: readonly Chain[], cell: number | null): Steps<readonly TotalRow[]> {
  const parameters: unknown[] = chains.flatMap(({ job_name, measure, bucket }) => [job_name, measure, bucket]);
  if (cell !== null) parameters.push(cell);
  const key = `totals ${chains.length} ${cell === null}`;
  const statement = target.inserts.shaped(key, () => totalsQuery(target, chains.length, cell !== null));
  const rows = (yield { ...statement, parameters }) as readonly TotalRow[];
  // pg gives 64-bit numbers as text.
  return rows.map((row) => ({
    ...row,
    bucket: Number(row.bucket),
    times: Number(row.times),
    last_cell: Number(row.last_cell),
  }));
}

function totalsQuery({ builder, dialect }: WriteTarget, count: number, isBeside: boolean): Compilable {
  const chain = sql`(${""}, ${""}, ${0})`;
  const chains = sql.join(Array.from({ length: count }, () => chain));
  const totals = sql.table("totals");
  const beside = isBeside ? sql`where t.last_cell <> ${0}` : sql``;
  // SQLite would look up each job with each measure for a list of such.
  const query =
    dialect === "sqlite"
      ? sql`with met(job_name, measure, bucket) as (values ${chains}) select t.* from met cross join ${totals} as t
          on t.job_name = met.job_name and t.measure = met.measure and t.bucket = met.bucket ${beside}`
      : sql`select t.* from (select * from ${totals} where (job_name, measure, bucket) in (${chains})) as t ${beside}`;
  return { compile: () => query.compile(builder) };
}

function addMet({ past, late }: Changes, met: Met | undefined, known: TotalRow | undefined): void {
  if (met === undefined) return;
  const { job_name, measure, bucket, cells } = met;
  const chain = { job_name, measure, bucket };
  let so_far = known?.times ?? 0;
  let last = known?.last_cell ?? null;
  for (const [cell, times] of [...cells].sort(([a], [b]) => a - b)) {
    if (last !== null && cell < last) late.push({ ...chain, cell, times });
    if (last !== null && cell > last) past.push({ ...chain, cell: last, so_far });
    so_far += times;
    if (last === null || cell > last) last = cell;
  }
}

function* raiseTotals({ builder, dialect, inserts }: WriteTarget, rows: readonly TotalRow[]): Steps<void> {
  const parameters = rows.flatMap((row) => [row.job_name, row.measure, row.bucket, row.times, row.last_cell]);
  const statement = inserts.shaped(`raise totals ${rows.length}`, () => {
    const insert = builder.insertInto("totals").values(rows.map(() => ZERO));
    const [given, later] = RAISE[dialect];
    const [times, last] = [sql.ref("totals.times"), sql.ref("totals.last_cell")];
    const set = {
      times: sql<number>`${times} + ${sql.raw(given("times"))}`,
      last_cell: sql<number>`${sql.raw(later)}(${last}, ${sql.raw(given("last_cell"))})`,
    };
    if (dialect === "mysql") return insert.onDuplicateKeyUpdate(set);
    return insert.onConflict((conflict) => conflict.columns(["job_name", "measure", "bucket"]).doUpdateSet(set));
  });
  yield { ...statement, parameters };
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

function* chunks<T>(values: readonly T[]): Generator<readonly T[], void> {
  for (let start = 0; start < values.length; start += CHUNK) yield values.slice(start, start + CHUNK);
}
