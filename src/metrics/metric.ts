/** A number that only grows, by name and without a prefix. */
export type CounterName =
  | "fires_total"
  | "starts_total"
  | "runs_total"
  | "skips_total"
  | "retries_total"
  | "missed_fires_total"
  | "claims_granted_total"
  | "claims_refused_total"
  | "leases_lost_total"
  | "distributed_unavailable_total"
  | "clock_jumps_total"
  | "errors_total";
/** A number that only grows and is counted elsewhere: read when it is wanted; by name and without a prefix. */
export type TotalName = "history_written_total" | "history_dropped_total" | "history_failures_total";
/** A distribution of seconds, by name and without a prefix. */
export type HistogramName = "lateness_seconds" | "duration_seconds" | "claim_duration_seconds";
/** A number that goes up and down, and is read when it is wanted, by name and without a prefix. */
export type GaugeName =
  | "jobs"
  | "running"
  | "waiting"
  | "paused"
  | "next_fire_timestamp_seconds"
  | "last_success_timestamp_seconds"
  | "group_running"
  | "group_waiting"
  | "group_max_concurrent"
  | "pool_threads"
  | "pool_max_threads"
  | "pool_busy"
  | "pool_queued"
  | "history_backlog";

/** What tells the series of one metric apart. `job` is a job's name, or what `jobLabel` makes of it; `group` a group's. */
export type MetricLabel = "job" | "outcome" | "reason" | "cause" | "answer" | "code" | "group";
/** The values of a metric's labels: all that its definition names, and no others. */
export type MetricLabels = Readonly<Partial<Record<MetricLabel, string>>>;

/** One series of a gauge, as it is now. */
export interface GaugeReading {
  readonly labels: MetricLabels;
  readonly value: number;
}

/** Where metrics go: to prom-client (`promMetrics`), StatsD, a test. What it throws becomes an `error` event. */
export interface MetricSink {
  /** Adds `by`, a whole number from 1 on. */
  count(name: CounterName, labels: MetricLabels, by: number): void;
  /** Adds one value, in seconds. */
  observe(name: HistogramName, labels: MetricLabels, seconds: number): void;
  /** Called once for each gauge; `read` gives all its series as they are now, and none after the collecting has stopped. */
  gauge(name: GaugeName, read: () => readonly GaugeReading[]): void;
  /** Called once for each total; `read` gives what it has come to since, and, when the collecting has stopped, until then. */
  total(name: TotalName, read: () => number): void;
}

/** What a sink may want to know of a metric beforehand. */
export interface MetricDefinition {
  readonly help: string;
  readonly labels: readonly MetricLabel[];
}

/** What is counted, in order of a fire's way through the scheduler. */
export const COUNTERS: Readonly<Record<CounterName, MetricDefinition>> = {
  fires_total: { help: "Fire times of the schedule that were started or skipped", labels: ["job"] },
  starts_total: { help: "Runs that began, those outside the schedule included", labels: ["job"] },
  runs_total: { help: "Runs that have ended, by outcome", labels: ["job", "outcome"] },
  skips_total: { help: "Fires that were not started, by reason", labels: ["job", "reason"] },
  retries_total: { help: "Attempts that failed and are followed by another one", labels: ["job"] },
  missed_fires_total: { help: "Fire times that were found later than the job's grace", labels: ["job", "cause"] },
  claims_granted_total: { help: "Fires of distributed jobs that the store has granted this node", labels: ["job"] },
  claims_refused_total: { help: "Claims that the store has refused this node", labels: ["job", "reason"] },
  leases_lost_total: { help: "Leases that could not be renewed while their run went on", labels: ["job"] },
  distributed_unavailable_total: { help: "Claims that the store has not answered, or could not", labels: ["job"] },
  clock_jumps_total: { help: "Times that the wall clock was set, or the machine slept", labels: [] },
  errors_total: { help: "Faults that no caller was told of, by their code", labels: ["code"] },
};

/** What is counted elsewhere, and read. */
export const TOTALS: Readonly<Record<TotalName, MetricDefinition>> = {
  history_written_total: { help: "Records that the history has written", labels: [] },
  history_dropped_total: { help: "Records that the history has lost for want of room", labels: [] },
  history_failures_total: { help: "Tries of the history to write that have failed", labels: [] },
};

/** What is measured, in seconds. */
export const HISTOGRAMS: Readonly<Record<HistogramName, MetricDefinition>> = {
  lateness_seconds: { help: "How long after its fire time a run of the schedule began", labels: ["job"] },
  duration_seconds: { help: "How long a run took, all its attempts and the waits between them", labels: ["job"] },
  claim_duration_seconds: { help: "How long the store took to answer a claim", labels: ["job", "answer"] },
};

/** What is read when it is wanted. */
export const GAUGES: Readonly<Record<GaugeName, MetricDefinition>> = {
  jobs: { help: "Registered jobs", labels: [] },
  running: { help: "Runs that go on", labels: ["job"] },
  waiting: { help: "Fires that wait for a run, a limit or another node", labels: ["job"] },
  paused: { help: "Jobs that are paused", labels: ["job"] },
  next_fire_timestamp_seconds: { help: "When the job fires next, seconds since 1970", labels: ["job"] },
  last_success_timestamp_seconds: { help: "When a run last succeeded, seconds since 1970", labels: ["job"] },
  group_running: { help: "Runs that go on, of the jobs of a group", labels: ["group"] },
  group_waiting: { help: "Fires that wait for room in their group or the scheduler", labels: ["group"] },
  group_max_concurrent: { help: "How many runs of a group may go on at once", labels: ["group"] },
  pool_threads: { help: "Worker threads that there are", labels: [] },
  pool_max_threads: { help: "Worker threads that there may be", labels: [] },
  pool_busy: { help: "Runs that have a worker thread", labels: [] },
  pool_queued: { help: "Runs that wait for a worker thread", labels: [] },
  history_backlog: { help: "Records that wait to be written by the history", labels: [] },
};
