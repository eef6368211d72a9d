import type { SchedulerEvent, SchedulerListener } from "../scheduler/events.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import type { SchedulerStats } from "../scheduler/stats.js";
import type { JobLabel } from "./live-state.js";
import { LiveState } from "./live-state.js";
import type { GaugeName, MetricSink, TotalName } from "./metric.js";
import { GAUGES } from "./metric.js";
import { STATS_TOTALS } from "./scheduler-counts.js";

/** How metrics are labelled. */
export interface CollectMetricsOptions {
  /**
   * Makes the `job` label of a job's name. Series are kept for as long as the sink keeps them, also those of jobs that
   * are gone: a program that makes up names (`order-4711`) gives those one label here. @default the name itself
   */
  readonly jobLabel?: (jobName: string) => string;
}

type Listeners = { readonly [E in SchedulerEvent]?: SchedulerListener<E> };

/**
 * Gives a sink what the scheduler tells, from now on: call it before `start`. Returns what ends it. It counts `error` events
 * without listening to them: one that nobody listens to is a process warning still.
 */
export function collectMetrics(
  scheduler: Scheduler,
  sink: MetricSink,
  options: CollectMetricsOptions = {},
): () => void {
  const { jobLabel: labelOf = (name) => name } = options;
  const state = new LiveState(scheduler, labelOf);
  let collecting = true;
  for (const name of Object.keys(GAUGES) as GaugeName[]) sink.gauge(name, () => (collecting ? state.read(name) : []));
  const endTotals = giveTotals(scheduler, sink);
  const unobserve = scheduler.observe({
    errorReported: ({ error: { code } }) => sink.count("errors_total", { code }, 1),
  });
  const stop = listen(scheduler, {
    ...runListeners(sink, state, labelOf),
    ...fireListeners(sink, labelOf),
    ...distributedListeners(sink, labelOf),
  });
  return () => {
    collecting = false;
    endTotals();
    unobserve();
    stop();
  };
}

/** Totals count from now on, as events do; when they end, they keep what they have come to. */
function giveTotals(scheduler: Scheduler, sink: MetricSink): () => void {
  const before = scheduler.stats();
  let atEnd: SchedulerStats | null = null;
  for (const [name, of] of Object.entries(STATS_TOTALS) as [TotalName, (stats: SchedulerStats) => number][]) {
    sink.total(name, () => of(atEnd ?? scheduler.stats()) - of(before));
  }
  return () => {
    atEnd ??= scheduler.stats();
  };
}

function runListeners(sink: MetricSink, state: LiveState, labelOf: JobLabel): Listeners {
  return {
    "run:started": ({ run }) => {
      const job = labelOf(run.jobName);
      state.began(run.id, job);
      sink.count("starts_total", { job }, 1);
      if (run.fireTime === null) return;
      sink.count("fires_total", { job }, 1);
      sink.observe("lateness_seconds", { job }, seconds(run.latenessMs));
    },
    "run:retrying": ({ run }) => sink.count("retries_total", { job: labelOf(run.jobName) }, 1),
    "run:finished": ({ run }) => {
      const job = labelOf(run.jobName);
      const { outcome, startedAt, endedAt } = run;
      state.ended(run.id);
      if (outcome === "succeeded") state.succeeded(job, endedAt);
      sink.count("runs_total", { job, outcome }, 1);
      sink.observe("duration_seconds", { job }, seconds(endedAt - startedAt));
    },
    // What is deaf has ended on record, and still runs.
    "run:deaf": ({ run }) => state.began(run.id, labelOf(run.jobName)),
    "run:silent": ({ run }) => state.ended(run.id),
    // Its process is dead, and has told nobody.
    "run:abandoned": ({ run: { jobName, outcome } }) => sink.count("runs_total", { job: labelOf(jobName), outcome }, 1),
  };
}

function fireListeners(sink: MetricSink, labelOf: JobLabel): Listeners {
  return {
    "run:skipped": ({ job, fireTime, reason }) => {
      const label = labelOf(job.name);
      if (fireTime !== null) sink.count("fires_total", { job: label }, 1);
      sink.count("skips_total", { job: label, reason }, 1);
    },
    "fire:missed": ({ job, cause, fireTimes, missedBefore }) => {
      // How many there were before the catch-up window, nobody has counted.
      const count = fireTimes.length + (missedBefore === null ? 0 : 1);
      sink.count("missed_fires_total", { job: labelOf(job.name), cause }, count);
    },
    "clock:jumped": () => sink.count("clock_jumps_total", {}, 1),
  };
}

function distributedListeners(sink: MetricSink, labelOf: JobLabel): Listeners {
  const answered = (job: string, answer: "granted" | "refused" | "unavailable", durationMs: number): void =>
    sink.observe("claim_duration_seconds", { job, answer }, seconds(durationMs));
  return {
    "fire:claimed": ({ job: { name }, durationMs }) => {
      const job = labelOf(name);
      sink.count("claims_granted_total", { job }, 1);
      answered(job, "granted", durationMs);
    },
    "fire:refused": ({ job: { name }, reason, durationMs }) => {
      const job = labelOf(name);
      sink.count("claims_refused_total", { job, reason }, 1);
      answered(job, "refused", durationMs);
    },
    "distributed:unavailable": ({ job: { name }, durationMs }) => {
      const job = labelOf(name);
      sink.count("distributed_unavailable_total", { job }, 1);
      answered(job, "unavailable", durationMs);
    },
    "lease:lost": ({ job }) => sink.count("leases_lost_total", { job: labelOf(job.name) }, 1),
  };
}

/** The wall clock may have been set back in between. */
function seconds(ms: number): number {
  return Math.max(0, ms) / 1_000;
}

function listen(scheduler: Scheduler, listeners: Listeners): () => void {
  const pairs = Object.entries(listeners) as [SchedulerEvent, SchedulerListener<SchedulerEvent>][];
  for (const [event, listener] of pairs) scheduler.on(event, listener);
  return () => {
    for (const [event, listener] of pairs) scheduler.off(event, listener);
  };
}
