import type { Job } from "../scheduler/job.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import type { GaugeName, GaugeReading } from "./metric.js";
import { STATS_GAUGES } from "./scheduler-counts.js";

/** The label value of a job's name. */
export type JobLabel = (jobName: string) => string;

/** What gauges are read from: the scheduler and its jobs as they are, and the runs as events have told of them. */
export class LiveState {
  readonly #scheduler: Scheduler;
  readonly #labelOf: JobLabel;
  /** The label of each run that goes on, by its id: one that was begun before anybody listened does no harm. */
  readonly #running = new Map<string, string>();
  readonly #lastSuccess = new Map<string, number>();

  constructor(scheduler: Scheduler, labelOf: JobLabel) {
    this.#scheduler = scheduler;
    this.#labelOf = labelOf;
  }

  began(runId: string, label: string): void {
    this.#running.set(runId, label);
  }

  ended(runId: string): void {
    this.#running.delete(runId);
  }

  succeeded(label: string, atMs: number): void {
    this.#lastSuccess.set(label, atMs / 1_000);
  }

  read(name: GaugeName): readonly GaugeReading[] {
    const counted = STATS_GAUGES[name];
    if (counted !== undefined) return counted(this.#scheduler.stats());
    return Array.from(this.#values(name, this.#scheduler.jobs()), ([job, value]) => ({ labels: { job }, value }));
  }

  #values(name: GaugeName, jobs: readonly Job[]): ReadonlyMap<string, number> {
    if (name === "last_success_timestamp_seconds") return this.#lastSuccess;
    const values = new Map<string, number>();
    const add = (label: string, value: number): void => void values.set(label, (values.get(label) ?? 0) + value);
    for (const job of jobs) {
      const label = this.#labelOf(job.name);
      if (name === "next_fire_timestamp_seconds") setNext(values, label, job);
      // A job of which nothing runs is there with 0, so that a rule can tell it from one that is gone.
      else if (name === "running") add(label, 0);
      else add(label, name === "waiting" ? job.waiting : Number(job.paused));
    }
    if (name === "running") for (const label of this.#running.values()) add(label, 1);
    return values;
  }
}

function setNext(values: Map<string, number>, label: string, { nextFireTime }: Job): void {
  if (nextFireTime === null) return;
  values.set(label, Math.min(values.get(label) ?? Number.POSITIVE_INFINITY, nextFireTime / 1_000));
}
