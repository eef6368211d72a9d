import type { JobCounts } from "../job-tally.js";
import { NO_COUNTS } from "../job-tally.js";
import type { CheckedQuery } from "../query.js";
import type { RankRow } from "./stats-values.js";
import { outcomeSteps, rankSteps } from "./stats-values.js";
import type { StatsWindow } from "./stats-window.js";
import { windowsOf } from "./stats-window.js";
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

/** The statistics of each job that has records in the window, by name. */
export function* statsSteps(
  builder: Builder,
  query: Pick<CheckedQuery, "jobs" | "fromMs" | "toMs">,
): Steps<JobStats[]> {
  const all: JobStats[] = [];
  const names = yield* longNames(builder);
  for (const window of yield* windowsOf(builder, query)) {
    const counts = yield* countSteps(builder, window);
    const percentiles = yield* percentileSteps(builder, window, runsIn(counts));
    for (const [key, { outcomes, reasons }] of counts) {
      const { took = null, late = null } = percentiles.get(key) ?? {};
      const jobName = nameOf({ job_name: key, long_job_name: names.get(key) ?? null });
      all.push({ jobName, outcomes, reasons, durationMs: took, latenessMs: late });
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

/** How many runs each job has that has any. */
function runsIn(counts: ReadonlyMap<string, JobCounts>): Map<string, number> {
  const runs = new Map<string, number>();
  for (const [key, { outcomes }] of counts) {
    const total = Object.values(outcomes).reduce((sum, times) => sum + times, 0);
    if (total > 0) runs.set(key, total);
  }
  return runs;
}

/** The window as what is read of it, where that is all there. */
function exact(window: StatsWindow): StatsWindow {
  return window.whole === null ? window : { ...window, cells: null, ends: [window.whole] };
}

function* countSteps(builder: Builder, window: StatsWindow): Steps<Map<string, JobCounts>> {
  const byJob = new Map<string, JobCounts>();
  for (const { job_name: key, measure, times } of yield* outcomeSteps(builder, window)) {
    const counts = byJob.get(key) ?? emptyCounts();
    byJob.set(key, counts);
    add(counts, measure, Number(times));
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

function* percentileSteps(
  builder: Builder,
  window: StatsWindow,
  runs: ReadonlyMap<string, number>,
): Steps<Map<string, { took?: Percentiles; late?: Percentiles }>> {
  const byJob = new Map<string, { took?: Percentiles; late?: Percentiles }>();
  const total = [...runs.values()].reduce((sum, times) => sum + times, 0);
  const source = total <= READ_AT_MOST ? exact(window) : window;
  const rows = yield* rankSteps(builder, source);
  for (const row of rows) {
    const known = byJob.get(row.job_name) ?? {};
    byJob.set(row.job_name, known);
    known[row.measure] = withRank(known[row.measure] ?? NO_RANKS, row, runs.get(row.job_name) ?? 0);
  }
  return byJob;
}

const NO_RANKS: Percentiles = { p50: 0, p95: 0, p99: 0 };

function withRank(percentiles: Percentiles, { value, so_far, times }: RankRow, total: number): Percentiles {
  const isReached = (percent: number): boolean =>
    Number(so_far) * 100 >= total * percent && (Number(so_far) - Number(times)) * 100 < total * percent;
  const { p50, p95, p99 } = percentiles;
  return {
    p50: isReached(50) ? Number(value) : p50,
    p95: isReached(95) ? Number(value) : p95,
    p99: isReached(99) ? Number(value) : p99,
  };
}
