import { OUTCOMES } from "../record.js";
import { InsertStatements } from "./insert-statements.js";
import type { MigrationTarget } from "./migration-lock.js";
import type { Mark } from "./prune.js";
import { notBefore } from "./prune.js";
import type { Steps } from "./store.js";
import { rowsOf, run } from "./store.js";
import { Totals, writeRows } from "./totals.js";

/** How many records are read at once, and how many totals are written. */
const READ = 5_000;
const WRITE = 100;
const RUNS: ReadonlySet<string> = new Set(OUTCOMES);

/** Adds up what is there already. It may begin anew: MySQL undoes no half of a migration. */
export function* fillTotals({ builder, dialect }: MigrationTarget): Steps<void> {
  const target = { builder, dialect, inserts: new InsertStatements(builder) };
  yield* run(builder.deleteFrom("totals"));
  const words = yield* rowsOf(builder.selectFrom("counts").select(["job_name", "outcome"]).orderBy("job_name"));
  const byJob = new Map<string, string[]>();
  for (const { job_name, outcome } of words) byJob.set(job_name, [...(byJob.get(job_name) ?? []), outcome]);
  for (const [job, outcomes] of byJob) {
    const totals = new Totals();
    for (const outcome of outcomes) yield* addAll(target, totals, job, outcome);
    const added = totals.inOrder();
    for (let start = 0; start < added.length; start += WRITE) {
      yield* writeRows(target, added.slice(start, start + WRITE));
    }
  }
}

function* addAll(
  { builder }: Pick<MigrationTarget, "builder">,
  totals: Totals,
  job: string,
  word: string,
): Steps<void> {
  for (let mark: Mark | null = null; ; ) {
    const after: Mark | null = mark;
    const rows: readonly (Mark & { ended_at: number | null; lateness_ms: number | null })[] = yield* rowsOf(
      builder
        .selectFrom("records")
        .select(["time_ms", "id", "ended_at", "lateness_ms"])
        .where((where) =>
          where.and([
            ...[where("job_name", "=", job), where("outcome", "=", word)],
            ...(after === null ? [] : notBefore(where, after, ">")),
          ]),
        )
        .orderBy("time_ms")
        .orderBy("id")
        .limit(READ),
    );
    for (const { time_ms, ended_at, lateness_ms } of rows) {
      const timeMs = Number(time_ms);
      const measured = RUNS.has(word)
        ? { tookMs: Number(ended_at) - timeMs, lateMs: Number(lateness_ms) }
        : { tookMs: null, lateMs: null };
      totals.add(job, { timeMs, word, ...measured });
    }
    mark = rows.at(-1) ?? null;
    if (rows.length < READ) return;
  }
}
