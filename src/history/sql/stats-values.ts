import { OUTCOMES, SKIP_REASONS } from "../record.js";
import type { RawBuilder, SqlBool } from "./kysely.js";
import { sql } from "./kysely.js";
import type { Span, StatsWindow } from "./stats-window.js";
import type { Builder, Steps } from "./store.js";

/** How often something happened to a job. */
export interface OutcomeRow {
  readonly job_name: string;
  /** The outcome or reason. */
  readonly measure: string;
  readonly times: number;
}

/** A value at which one of the percentiles is reached, or several. */
export interface RankRow {
  readonly job_name: string;
  readonly measure: "took" | "late";
  readonly value: number;
  /** How many of the job's values come up to here, in their order. */
  readonly so_far: number;
  /** How many there are of this one. */
  readonly times: number;
}

/** All there are: the index has job, outcome and time in that order. */
const WORDS: readonly string[] = [...OUTCOMES, ...SKIP_REASONS];

type Cells = NonNullable<StatsWindow["cells"]>;

/** How often each thing happened to each job within the window; the same thing may have several rows. */
export function* outcomeSteps(builder: Builder, window: StatsWindow): Steps<readonly OutcomeRow[]> {
  const parts = outcomesOf(window);
  if (parts.length === 0) return [];
  const all = sql<OutcomeRow>`select job_name, measure, times from (${union(parts)}) as met where times > 0`;
  return (yield all.compile(builder)) as readonly OutcomeRow[];
}

/** Percentiles of how long runs took and how late they began, for each job that has runs within the window. */
export function* rankSteps(builder: Builder, window: StatsWindow): Steps<readonly RankRow[]> {
  const { jobs, cells, ends } = window;
  const parts = ends.flatMap((end) => [
    valuesOf(jobs, end, "took", sql`ended_at - time_ms`),
    valuesOf(jobs, end, "late", sql`lateness_ms`),
  ]);
  if (cells !== null) parts.push(valuesAdded(jobs, cells));
  if (parts.length === 0) return [];
  // Row by row, as a value may come from several parts; and neither grouped nor filtered, or SQLite would do it all twice.
  const all = sql<RankRow>`select ranked.job_name, measure, value, so_far, times
    from (select job_name, measure, value, times, sum(times) over (partition by job_name, measure order by value
    rows unbounded preceding) as so_far from (${union(parts)}) as met) as ranked
    join (select job_name, sum(times) as total from (${union(outcomesOf(window))}) as counted
    where measure in (${sql.join(OUTCOMES)}) group by job_name) as runs on runs.job_name = ranked.job_name
    where ${sql.join([50, 95, 99].map(isReached), sql` or `)}`;
  return (yield all.compile(builder)) as readonly RankRow[];
}

/** Here so many percent are reached, and before this value they were not. */
function isReached(percent: number): RawBuilder<SqlBool> {
  const needed = sql`total * ${sql.lit(percent)}`;
  return sql<SqlBool>`(so_far * 100 >= ${needed} and (so_far - times) * 100 < ${needed})`;
}

function outcomesOf({ jobs, cells, ends }: StatsWindow): RawBuilder<unknown>[] {
  const parts = ends.map(
    (end) => sql`select job_name, outcome as measure, count(*) as times from ${sql.table("records")}
      where ${within(jobs, end)} and outcome in (${sql.join(WORDS)}) group by job_name, outcome`,
  );
  return cells === null ? parts : [...parts, outcomesAdded(jobs, cells)];
}

/** Equal values are counted first: of them there are far fewer than runs, and only they have to be put in order. */
function valuesOf(
  jobs: StatsWindow["jobs"],
  span: Span,
  measure: string,
  value: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`select job_name, ${sql.lit(measure)} as measure, ${value} as value, count(*) as times
    from ${sql.table("records")} where ${within(jobs, span)} and outcome in (${sql.join(OUTCOMES)})
    group by job_name, ${value}`;
}

function valuesAdded(jobs: StatsWindow["jobs"], cells: Cells): RawBuilder<unknown> {
  return sql`select job_name, measure, bucket as value, ${difference(cells)} as times
    from ${sql.table("totals")} as t where ${jobsAre(jobs)} and measure in ('took', 'late')`;
}

function outcomesAdded(jobs: StatsWindow["jobs"], cells: Cells): RawBuilder<unknown> {
  return sql`select job_name, measure, ${difference(cells)} as times
    from ${sql.table("totals")} as t where ${jobsAre(jobs)} and measure not in ('took', 'late')`;
}

/** How often the value of a chain was met in those cells. */
function difference({ from, to }: Cells): RawBuilder<number> {
  const all = to === null ? sql`t.times` : beforeCell(to);
  return from === null ? sql<number>`${all}` : sql<number>`${all} - ${beforeCell(from)}`;
}

function beforeCell(cell: number): RawBuilder<number> {
  const past = sql`select p.so_far from ${sql.table("past_totals")} as p where p.job_name = t.job_name
    and p.measure = t.measure and p.bucket = t.bucket and p.cell < ${cell} order by p.cell desc limit 1`;
  return sql<number>`case when t.last_cell < ${cell} then t.times else coalesce((${past}), 0) end`;
}

function jobsAre(jobs: StatsWindow["jobs"]): RawBuilder<SqlBool> {
  return jobs === null ? sql<SqlBool>`1 = 1` : sql<SqlBool>`job_name in (${sql.join(jobs)})`;
}

function within(jobs: StatsWindow["jobs"], { fromMs, toMs }: Span): RawBuilder<SqlBool> {
  // Also for all jobs by name: the index of jobs has all that is asked for, that of times would lead to every row.
  const conditions = jobs === null ? [sql`job_name in (select job_name from ${sql.table("counts")})`] : [jobsAre(jobs)];
  if (fromMs !== null) conditions.push(sql`time_ms >= ${fromMs}`);
  if (toMs !== null) conditions.push(sql`time_ms < ${toMs}`);
  return sql<SqlBool>`${sql.join(conditions, sql` and `)}`;
}

function union(parts: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql`${sql.join(parts, sql` union all `)}`;
}
