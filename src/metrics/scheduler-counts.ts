import type { GroupStats, SchedulerStats } from "../scheduler/stats.js";
import type { GaugeName, GaugeReading, TotalName } from "./metric.js";

type Read = (stats: SchedulerStats) => readonly GaugeReading[];

/** The gauges that `scheduler.stats()` tells. */
export const STATS_GAUGES: Readonly<Partial<Record<GaugeName, Read>>> = {
  jobs: ({ jobs }) => single(jobs),
  group_running: ofGroups(({ running }) => running),
  group_waiting: ofGroups(({ waiting }) => waiting),
  group_max_concurrent: ofGroups(({ maxConcurrent }) => maxConcurrent),
  pool_threads: ({ workers }) => single(workers.threads),
  pool_max_threads: ({ workers }) => single(workers.maxThreads),
  pool_busy: ({ workers }) => single(workers.busy),
  pool_queued: ({ workers }) => single(workers.queued),
  history_backlog: ({ history }) => (history === null ? [] : single(history.backlog)),
};

/** The totals that it tells; 0 of a history that does not. */
export const STATS_TOTALS: Readonly<Record<TotalName, (stats: SchedulerStats) => number>> = {
  history_written_total: ({ history }) => history?.written ?? 0,
  history_dropped_total: ({ history }) => history?.dropped ?? 0,
  history_failures_total: ({ history }) => history?.failures ?? 0,
};

function single(value: number): GaugeReading[] {
  return [{ labels: {}, value }];
}

function ofGroups(figureOf: (group: GroupStats) => number): Read {
  return ({ groups }) =>
    Object.entries(groups).map(([group, stats]) => ({ labels: { group }, value: figureOf(stats) }));
}
