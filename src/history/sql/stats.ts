import type { JobCounts } from "../job-tally.js";
import { NO_COUNTS } from "../job-tally.js";
import type { CheckedQuery } from "../query.js";
import type { JobValues } from "./stats-values.js";
import { metSteps, valueSteps } from "./stats-values.js";
import type { StatsWindow } from "./stats-window.js";
import { windowsOf } from "./stats-window.js";
import type { Builder, Steps } from "./store.js";
import { rowsOf } from "./store.js";
import type { Measure } from "./tally.js";
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

/**
 * Of all values so many percent are at most this large: by the nearest rank, so that the answer is one of the values. Beyond
 * 10,000 runs it may be up to 2 % from that, if that is 50 ms or more.
 */
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

/** So many records are read one by one, for exact percentiles. */
const READ_AT_MOST = 10_000;
const PERCENTS: readonly number[] = [50, 95, 99];

/** The statistics of each job that has records in the window, by name. */
export function* statsSteps(
  builder: Builder,
  query: Pick<CheckedQuery, "jobs" | "fromMs" | "toMs">,
): Steps<JobStats[]> {
  const all: JobStats[] = [];
  const names = yield* longNames(builder);
  for (const window of yield* windowsOf(builder, query)) {
    const values = yield* valueSteps(builder, window);
    const exact = yield* exactSteps(builder, window, values);
    for (const [key, of] of values) {
      const jobName = nameOf({ job_name: key, long_job_name: names.get(key) ?? null });
      const [took, late] = (["took", "late"] as const).map((measure) =>
        percentilesOf(exact?.[measure].get(key) ?? of.values(measure), of.runs),
      );
      const counts = emptyCounts();
      for (const [word, times] of of.words) add(counts, word, times);
      all.push({ jobName, ...counts, durationMs: took ?? null, latenessMs: late ?? null });
    }
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
  counts[outcome] = (counts[outcome] ?? 0) + times;
}

/** The few names that are longer than their keys. */
function* longNames(builder: Builder): Steps<Map<string, string>> {
  const rows = yield* rowsOf(
    builder.selectFrom("counts").select(["job_name", "long_job_name"]).where("long_job_name", "is not", null),
  );
  return new Map(rows.map((row) => [row.job_name, row.long_job_name ?? ""]));
}

/** Values as they are, in order, by measure and job. */
type ExactValues = Readonly<Record<Measure, ReadonlyMap<string, readonly Met[]>>>;
type Met = readonly [value: number, times: number];

/** What the records themselves say, where they are all there and not too many. */
function* exactSteps(
  builder: Builder,
  { jobs, whole }: StatsWindow,
  values: ReadonlyMap<string, JobValues>,
): Steps<ExactValues | null> {
  const runs = [...values.values()].reduce((sum, of) => sum + of.runs, 0);
  if (whole === null || runs > READ_AT_MOST) return null;
  const exact = { took: new Map<string, Met[]>(), late: new Map<string, Met[]>() };
  for (const measure of ["took", "late"] as const) {
    for (const { job_name, value, times } of yield* metSteps(builder, jobs, whole, measure)) {
      if (value === null) continue;
      const met: Met = [Number(value), Number(times)];
      const known = exact[measure].get(job_name);
      if (known === undefined) exact[measure].set(job_name, [met]);
      else known.push(met);
    }
    for (const met of exact[measure].values()) met.sort(([a], [b]) => a - b);
  }
  return exact;
}

/** By the nearest rank. */
function percentilesOf(values: Iterable<Met>, total: number): Percentiles | null {
  if (total === 0) return null;
  const found: number[] = [];
  let soFar = 0;
  for (const [value, times] of values) {
    soFar += times;
    while (found.length < PERCENTS.length && soFar * 100 >= total * (PERCENTS[found.length] ?? 0)) found.push(value);
  }
  const [p50 = 0, p95 = 0, p99 = 0] = found;
  return { p50, p95, p99 };
}
