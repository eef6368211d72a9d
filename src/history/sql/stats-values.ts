import { OUTCOMES } from "../record.js";
import { bucketOf, LAST_BUCKET, rangesOf, middleOf } from "./buckets.js";
import type { RawBuilder, SqlBool } from "./kysely.js";
import { sql } from "./kysely.js";
import type { Span, StatsWindow } from "./stats-window.js";
import type { Builder, Steps } from "./store.js";
import type { TotalRow } from "./tables.js";
import type { Measure, TallySink } from "./tally.js";
import { readTally } from "./tally.js";

/** What happened to one job. */
export class JobValues implements TallySink {
  readonly words: Map<string, number> = new Map();
  readonly #buckets: Readonly<Record<Measure, Float64Array>> = {
    took: new Float64Array(2 * LAST_BUCKET + 1),
    late: new Float64Array(2 * LAST_BUCKET + 1),
  };

  addWord(word: string, times: number): void {
    this.words.set(word, (this.words.get(word) ?? 0) + times);
  }

  addBucket(measure: Measure, bucket: number, times: number): void {
    const buckets = this.#buckets[measure];
    buckets[bucket + LAST_BUCKET] = (buckets[bucket + LAST_BUCKET] ?? 0) + times;
  }

  get runs(): number {
    return OUTCOMES.reduce((sum, outcome) => sum + (this.words.get(outcome) ?? 0), 0);
  }

  /** Each value and how often it was met, in order; values stand for those of their bucket. */
  values(measure: Measure): (readonly [value: number, times: number])[] {
    const values: [number, number][] = [];
    this.#buckets[measure].forEach((times, index) => {
      if (times > 0) values.push([middleOf(index - LAST_BUCKET), times]);
    });
    return values;
  }
}

/** A value of one job that was met so often in runs or skips of that outcome or reason. */
export interface MetRow {
  readonly job_name: string;
  readonly word: string;
  /** `null` for skips. */
  readonly value: number | null;
  readonly times: number;
}

/** Adds up the window, by the keys of jobs. */
export function* valueSteps(builder: Builder, window: StatsWindow): Steps<Map<string, JobValues>> {
  const byJob = new Map<string, JobValues>();
  const of = (job: string): JobValues => {
    let values = byJob.get(job);
    if (values === undefined) {
      values = new JobValues();
      byJob.set(job, values);
    }
    return values;
  };
  for (const row of yield* totalSteps(builder, window)) readTally(row.sums, of(row.job_name));
  for (const end of window.ends) {
    for (const { job_name, word, value, times } of yield* metSteps(builder, window.jobs, end, "took")) {
      of(job_name).addWord(word, Number(times));
      if (value !== null) of(job_name).addBucket("took", bucketOf(Number(value)), Number(times));
    }
    for (const { job_name, value, times } of yield* metSteps(builder, window.jobs, end, "late")) {
      if (value !== null) of(job_name).addBucket("late", bucketOf(Number(value)), Number(times));
    }
  }
  return byJob;
}

function* totalSteps(builder: Builder, { jobs, cells }: StatsWindow): Steps<readonly TotalRow[]> {
  if (cells === null) return [];
  const parts = rangesOf(cells.from, cells.to).map(({ span, from, to }) => {
    const conditions = [sql<SqlBool>`t.job_name = j.job_name`, sql<SqlBool>`t.span = ${span}`];
    if (from !== null) conditions.push(sql<SqlBool>`t.cell >= ${from}`);
    if (to !== null) conditions.push(sql<SqlBool>`t.cell < ${to}`);
    return sql`select t.job_name, t.sums from ${jobsOf(jobs)} as j cross join ${sql.table("totals")} as t
      where ${sql.join(conditions, sql` and `)}`;
  });
  if (parts.length === 0) return [];
  return (yield sql`${sql.join(parts, sql` union all `)}`.compile(builder)) as readonly TotalRow[];
}

/** The values in a span of time whose records are there: of them there are fewer than runs. */
export function* metSteps(
  builder: Builder,
  jobs: StatsWindow["jobs"],
  { fromMs, toMs }: Span,
  measure: Measure,
): Steps<readonly MetRow[]> {
  const value = measure === "took" ? sql`r.ended_at - r.time_ms` : sql`r.lateness_ms`;
  const conditions = [sql<SqlBool>`r.job_name = j.job_name`, sql<SqlBool>`r.outcome = j.outcome`];
  if (fromMs !== null) conditions.push(sql<SqlBool>`r.time_ms >= ${fromMs}`);
  if (toMs !== null) conditions.push(sql<SqlBool>`r.time_ms < ${toMs}`);
  // Job by job, and outcome by outcome: the index has these in order, with all that is asked for.
  const query = sql`select r.job_name, r.outcome as word, ${value} as value, count(*) as times
    from ${wordsOf(jobs)} as j cross join ${sql.table("records")} as r
    where ${sql.join(conditions, sql` and `)} group by r.job_name, r.outcome, ${value}`;
  return (yield query.compile(builder)) as readonly MetRow[];
}

/** Each job that there ever was, of those. */
function jobsOf(jobs: StatsWindow["jobs"]): RawBuilder<unknown> {
  return sql`(select distinct job_name from ${sql.table("counts")} where ${jobsAre(jobs)})`;
}

/** With each thing that ever happened to it. */
function wordsOf(jobs: StatsWindow["jobs"]): RawBuilder<unknown> {
  return sql`(select job_name, outcome from ${sql.table("counts")} where ${jobsAre(jobs)})`;
}

function jobsAre(jobs: StatsWindow["jobs"]): RawBuilder<SqlBool> {
  return jobs === null ? sql<SqlBool>`1 = 1` : sql<SqlBool>`job_name in (${sql.join(jobs)})`;
}
