import type { JobCounts } from "../job-tally.js";
import { NO_COUNTS } from "../job-tally.js";
import type { CheckedQuery } from "../query.js";
import { OUTCOMES } from "../record.js";
import type { Expression, SqlBool } from "./kysely.js";
import { sql } from "./kysely.js";
import type { RecordWhere } from "./prune.js";
import type { Builder, Steps } from "./store.js";
import { rowsOf } from "./store.js";
import { keyOf, nameOf } from "./text-code.js";

/** Which records `stats` is about. */
export interface StatsQuery {
  /** One job, or any of several. @default all */
  readonly job?: string | readonly string[];
  /** As in `HistoryQuery`. */
  readonly from?: Date | number;
  /** Not included. */
  readonly to?: Date | number;
}

/** Of all values so many percent are at most this large: the nearest-rank method, whose answer is one of the values. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What happened to one job within a window. */
export interface JobStats extends JobCounts {
  readonly jobName: string;
  /** From the start to the end of each run, whatever its outcome; `null` without runs. */
  readonly durationMs: Percentiles | null;
  /** `null` without runs. */
  readonly latenessMs: Percentiles | null;
}

type Window = Pick<CheckedQuery, "jobs" | "fromMs" | "toMs">;

/** The statistics of each job that has records in the window, by name. */
export function* statsSteps(builder: Builder, window: Window): Steps<JobStats[]> {
  const durations = yield* percentileSteps(builder, window, sql<number>`ended_at - time_ms`);
  const latenesses = yield* percentileSteps(builder, window, sql<number>`lateness_ms`);
  const all: JobStats[] = [];
  for (const [key, counts] of yield* countSteps(builder, window)) {
    all.push({ ...counts, durationMs: durations.get(key) ?? null, latenessMs: latenesses.get(key) ?? null });
  }
  return all.sort((a, b) => (a.jobName < b.jobName ? -1 : 1));
}

/** How often each thing happened to a job, ever. */
export function* jobCountSteps(builder: Builder, jobName: string): Steps<JobCounts> {
  const rows = yield* rowsOf(
    builder.selectFrom("counts").select(["outcome", "times"]).where("job_name", "=", keyOf(jobName)),
  );
  const counts = emptyCounts();
  for (const row of rows) add(counts, row.outcome, Number(row.times));
  return counts;
}

function emptyCounts(): JobCounts {
  return { outcomes: { ...NO_COUNTS.outcomes }, reasons: { ...NO_COUNTS.reasons } };
}

function add({ outcomes, reasons }: JobCounts, outcome: string, times: number): void {
  const counts: Record<string, number> = outcome in outcomes ? outcomes : reasons;
  counts[outcome] = times;
}

function* countSteps(builder: Builder, window: Window): Steps<Map<string, JobCounts & { jobName: string }>> {
  const rows = yield* rowsOf(
    builder
      .selectFrom("records")
      .select((where) => ["job_name", "outcome", where.fn.countAll<number>().as("times")])
      .where((where) => where.and(within(where, window)))
      .groupBy(["job_name", "outcome"]),
  );
  const names = yield* longNames(builder);
  const byJob = new Map<string, JobCounts & { jobName: string }>();
  for (const { job_name: key, outcome, times } of rows) {
    const jobName = nameOf({ job_name: key, long_job_name: names.get(key) ?? null });
    const counts = byJob.get(key) ?? { jobName, ...emptyCounts() };
    byJob.set(key, counts);
    add(counts, outcome, Number(times));
  }
  return byJob;
}

/** The few names that are longer than their keys. */
function* longNames(builder: Builder): Steps<Map<string, string>> {
  const rows = yield* rowsOf(
    builder.selectFrom("counts").select(["job_name", "long_job_name"]).where("long_job_name", "is not", null),
  );
  return new Map(rows.map((row) => [row.job_name, row.long_job_name ?? ""]));
}

interface PercentileRow {
  readonly job_name: string;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Counts equal values first: of them there are far fewer than runs, and only they have to be put in order. */
function* percentileSteps(
  builder: Builder,
  window: Window,
  value: Expression<number>,
): Steps<Map<string, Percentiles>> {
  const values = builder
    .selectFrom("records")
    .select((where) => ["job_name", sql<number>`${value}`.as("value"), where.fn.countAll<number>().as("times")])
    .where((where) => where.and([...within(where, window), where("outcome", "in", [...OUTCOMES])]))
    .groupBy(["job_name", sql`${value}`]);
  const percentiles = sql<PercentileRow>`select job_name, ${smallest(50)} as p50, ${smallest(95)} as p95,
    ${smallest(99)} as p99 from (select job_name, value, sum(times) over (partition by job_name order by value) as so_far,
    sum(times) over (partition by job_name) as total from (${values}) as grouped) as ranked group by job_name`;
  const rows = (yield percentiles.compile(builder)) as readonly PercentileRow[];
  return new Map(
    rows.map(({ job_name, p50, p95, p99 }) => [job_name, { p50: Number(p50), p95: Number(p95), p99: Number(p99) }]),
  );
}

/** The smallest value that has so many percent of all at or below it. */
function smallest(percent: number): Expression<number> {
  return sql<number>`min(case when so_far * 100 >= total * ${sql.lit(percent)} then value end)`;
}

function within(where: RecordWhere, { jobs, fromMs, toMs }: Window): Expression<SqlBool>[] {
  return [
    // Also for all jobs by name: the index of jobs has all that is asked for, that of times would lead to every row.
    jobs === null
      ? where("job_name", "in", where.selectFrom("counts").select("counts.job_name"))
      : where("job_name", "in", [...jobs].map(keyOf)),
    ...(fromMs === null ? [] : [where("time_ms", ">=", Math.ceil(fromMs))]),
    ...(toMs === null ? [] : [where("time_ms", "<", Math.ceil(toMs))]),
  ];
}
