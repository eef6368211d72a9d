import type { HistoryRecord } from "../record.js";
import { timeOf } from "../record.js";
import { bucketOf, cellOf, SPANS } from "./buckets.js";
import type { Compilable } from "./kysely.js";
import { sql } from "./kysely.js";
import { outcomeOf } from "./rows.js";
import type { Steps } from "./store.js";
import { run } from "./store.js";
import type { TotalRow } from "./tables.js";
import { readTally, Tally } from "./tally.js";
import { keyOf } from "./text-code.js";
import type { WriteTarget } from "./write.js";

/** Which cells of which job: what has one row of totals. */
type Place = Pick<TotalRow, "job_name" | "span" | "cell">;

/** What is to be added to a row, which may not be there yet. */
interface Added extends Place {
  readonly tally: Tally;
}

/** What of a record is counted; both are `null` for skips. */
export interface Counted {
  readonly timeMs: number;
  readonly word: string;
  readonly tookMs: number | null;
  readonly lateMs: number | null;
}

const COLUMNS = ["job_name", "span", "cell", "sums"] as const;
/** How many rows are asked for, or written, at once. */
const CHUNK = 100;

/**
 * Adds records to the statistics: to what happened to their job in their quarter of a day, and in the larger stretches that
 * this is part of. It is the same in whichever order they come.
 */
export function* addTotals(target: WriteTarget, records: readonly HistoryRecord[]): Steps<void> {
  const totals = new Totals();
  for (const record of records) totals.add(keyOf(record.jobName), countedOf(record));
  const added = totals.inOrder();
  yield* waitForOthers(target);
  for (const some of chunks(added)) {
    for (const row of yield* knownRows(target, some)) readTally(row.sums, totals.at(row));
    yield* writeRows(target, some);
  }
}

/** Tallies by job and cells. */
export class Totals {
  readonly #added = new Map<string, Added>();

  /** Of single cells; those of larger stretches follow from them. */
  add(job_name: string, { timeMs, word, tookMs, lateMs }: Counted): void {
    const tally = this.at({ job_name, span: 1, cell: cellOf(timeMs) });
    tally.addWord(word, 1);
    if (tookMs !== null) tally.addBucket("took", bucketOf(tookMs), 1);
    if (lateMs !== null) tally.addBucket("late", bucketOf(lateMs), 1);
  }

  /** The tally of that job and those cells; numbers may come as text. */
  at({ job_name, span, cell }: Place): Tally {
    const key = `${span} ${cell} ${job_name}`;
    let added = this.#added.get(key);
    if (added === undefined) {
      added = { job_name, span, cell, tally: new Tally() };
      this.#added.set(key, added);
    }
    return added.tally;
  }

  /** All of them, the larger stretches too, as their rows are in order: neighbours are written together. */
  inOrder(): readonly Added[] {
    for (const { job_name, cell, tally } of [...this.#added.values()]) {
      for (const span of SPANS.slice(1)) tally.pourInto(this.at({ job_name, span, cell: Math.floor(cell / span) }));
    }
    return [...this.#added.values()].sort(
      (a, b) => compare(a.job_name, b.job_name) || a.span - b.span || a.cell - b.cell,
    );
  }
}

/** Writes rows; what is there of them is replaced. */
export function* writeRows({ builder, dialect, inserts }: WriteTarget, rows: readonly Added[]): Steps<void> {
  const parameters = rows.flatMap(({ job_name, span, cell, tally }) => [job_name, span, cell, tally.toBytes()]);
  const statement = inserts.shaped(`totals ${rows.length}`, () => {
    const zero = { job_name: "", span: 0, cell: 0, sums: new Uint8Array() };
    const insert = builder
      .insertInto("totals")
      .columns(COLUMNS)
      .values(rows.map(() => zero));
    if (dialect === "mysql") return insert.onDuplicateKeyUpdate({ sums: sql`values(sums)` });
    return insert.onConflict((conflict) =>
      conflict.columns(["job_name", "span", "cell"]).doUpdateSet({ sums: sql`excluded.sums` }),
    );
  });
  yield { ...statement, parameters };
}

function countedOf(record: HistoryRecord): Counted {
  const timeMs = Math.floor(timeOf(record));
  const word = outcomeOf(record);
  if (record.kind === "skip") return { timeMs, word, tookMs: null, lateMs: null };
  return { timeMs, word, tookMs: Math.floor(record.endedAt) - timeMs, lateMs: Math.floor(record.latenessMs) };
}

/** From here to the end of the transaction no other process adds anything up. On SQLite that is so anyway. */
function* waitForOthers({ builder, dialect }: WriteTarget): Steps<void> {
  if (dialect === "sqlite") return;
  yield* run(builder.selectFrom("schema_version").select("id").where("id", "=", 1).forUpdate());
}

function* knownRows(target: WriteTarget, places: readonly Place[]): Steps<readonly TotalRow[]> {
  const parameters = places.flatMap(({ job_name, span, cell }) => [job_name, span, cell]);
  const statement = target.inserts.shaped(`known totals ${places.length}`, () => knownQuery(target, places.length));
  return (yield { ...statement, parameters }) as readonly TotalRow[];
}

function knownQuery({ builder, dialect }: WriteTarget, count: number): Compilable {
  const totals = sql.table("totals");
  const each = (one: Compilable | unknown, between: string): unknown =>
    sql.join(
      Array.from({ length: count }, () => one),
      sql.raw(between),
    );
  // For a list of alternatives SQLite would gather the rows first.
  const query =
    dialect === "sqlite"
      ? sql`with met(job_name, span, cell) as (values ${each(sql`(${""}, ${0}, ${0})`, ", ")})
          select t.* from met cross join ${totals} as t
          on t.job_name = met.job_name and t.span = met.span and t.cell = met.cell`
      : sql`select * from ${totals} where ${each(sql`(job_name = ${""} and span = ${0} and cell = ${0})`, " or ")}`;
  return { compile: () => query.compile(builder) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function* chunks<T>(values: readonly T[]): Generator<readonly T[], void> {
  for (let start = 0; start < values.length; start += CHUNK) yield values.slice(start, start + CHUNK);
}
