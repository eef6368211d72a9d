import type { Clock } from "../clock/clock.js";
import type { Logger } from "../command/logger.js";
import { KeepAlive } from "../distributed/keep-alive.js";
import type { PunctualError } from "../errors.js";
import type { ChainLink } from "./chain.js";
import { graceOfLost } from "./distributed-options.js";
import type { SchedulerEmitter } from "./events.js";
import type { JobState } from "./job-state.js";
import type { PerformerParts } from "./perform.js";
import { Performer } from "./perform.js";
import type { Recorder } from "./recorder.js";
import type { RunHost } from "./run.js";
import { ActiveRun } from "./run.js";
import type { Run } from "./run-record.js";
import type { Ending, RunEnd, RunState } from "./run-state.js";
import { endingAs } from "./run-state.js";

/** What the runs work with. */
export interface RunsParts extends Pick<PerformerParts, "clock" | "events" | "executors" | "nextFireTime"> {
  readonly logger: Logger;
  readonly recorder: Recorder;
  /** Told when so many runs of a job in a row have failed that it is to be paused. */
  readonly onFailures: (job: JobState) => void;
  /** Told when a run needs its place no more, its function included. */
  readonly onFree: (run: RunState) => void;
  /** Told of a finished run that others follow. */
  readonly onFollowed: (followers: readonly ChainLink[], run: Run) => void;
  /** Told when a run has been settled, whatever has come of that. */
  readonly onSettled: () => void;
}

/** The runs of a scheduler: begun, ended from outside, and settled: told of, counted, put on record. */
export class Runs {
  readonly #clock: Clock;
  readonly #events: SchedulerEmitter;
  readonly #parts: RunsParts;
  readonly #performer: Performer;
  readonly #host: RunHost;
  /** Runs whose command has not returned at once: the others begin and end within one call. */
  readonly #active = new Set<ActiveRun>();

  constructor(parts: RunsParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#events = parts.events;
    this.#host = {
      logger: parts.logger,
      onProgress: (run, fraction) => {
        const { job } = ActiveRun.stateOf(run);
        this.#events.emit("run:progress", { run, job: job.handle, fraction });
      },
    };
    this.#performer = new Performer({
      ...parts,
      goesOn: (run) => this.#goesOn(run),
      settled: (run, end, deaf) => this.#settled(run, end, deaf),
      fellSilent: (run) => this.#fellSilent(run),
    });
  }

  /** Runs that go on, but for deaf ones. */
  get active(): ReadonlySet<ActiveRun> {
    return this.#active;
  }

  /** Whether all is being ended: no attempt follows another. */
  get endsAll(): boolean {
    return this.#performer.lastAttempts;
  }

  begin(state: RunState): void {
    const run = new ActiveRun(this.#host, state);
    const lease = state.held?.lease ?? null;
    if (lease !== null) {
      state.kept = new KeepAlive({ ...lease, clock: this.#clock, lost: (error) => this.#leaseLost(run, error) });
    }
    if (this.#events.observesRuns) this.#tellObservers(run);
    if (this.#events.hears("run:started")) this.#events.emit("run:started", { run, job: state.job.handle });
    this.#performer.begin(run);
  }

  /** Ends a run; see Performer.end. */
  end(run: ActiveRun, ending: Ending, killGraceMs: number): void {
    this.#performer.end(run, ending, killGraceMs);
  }

  /** Ends all that goes on. What was told to end before, with more time, has no more than this. */
  endAll(ending: Ending, killGraceMs: number): void {
    this.#performer.lastAttempts = true;
    for (const run of [...this.#active]) this.#performer.end(run, ending, killGraceMs);
    this.hasten(killGraceMs);
  }

  /** Shortens the kill grace of what is being ended. */
  hasten(killGraceMs: number): void {
    for (const run of [...this.#active]) this.#performer.hasten(run, killGraceMs);
  }

  /** Undoes `endAll`. */
  open(): void {
    this.#performer.lastAttempts = false;
  }

  #tellObservers(run: ActiveRun): void {
    const { job, details } = ActiveRun.stateOf(run);
    const { caller } = details;
    const start = { run, job: job.handle, inCallersContext: caller !== null };
    const tell = (): string | undefined => this.#events.runStarting(start);
    const traceparent = caller === null ? tell() : caller(tell);
    if (traceparent !== undefined) ActiveRun.traceAs(run, traceparent);
  }

  #goesOn(run: ActiveRun): void {
    const { job } = ActiveRun.stateOf(run);
    this.#active.add(run);
    job.active ??= [];
    job.active.push(run);
    this.#parts.recorder.began(ActiveRun.stateOf(run));
  }

  #settled(run: ActiveRun, end: RunEnd, deaf: boolean): void {
    const state = ActiveRun.stateOf(run);
    const { job, details } = state;
    if (this.#active.delete(run)) job.active = without(job.active, run);
    const endedAt = this.#clock.now();
    state.setEnd(end, endedAt, deaf);
    this.#parts.recorder.ended(state);
    const { followers } = job;
    const wanted = details.waiter !== null || followers !== null || this.#events.hears("run:finished");
    const record = wanted ? ActiveRun.record(run, endedAt, end) : null;
    if (record !== null) this.#events.emit("run:finished", { run: record, job: job.handle });
    if (record !== null) details.waiter?.ended(record);
    this.#countFailures(job, end);
    if (deaf) this.#events.emit("run:deaf", { run, job: job.handle });
    else this.#parts.onFree(state);
    // Not before it has given back the place that they may need.
    if (record !== null && followers !== null) this.#parts.onFollowed(followers, record);
    this.#parts.onSettled();
  }

  #countFailures(job: JobState, { outcome }: RunEnd): void {
    if (outcome === "succeeded") job.failures = 0;
    if (outcome !== "failed" && outcome !== "timedOut") return;
    job.failures++;
    const { pauseAfterFailures } = job.settings;
    if (pauseAfterFailures !== null && job.failures >= pauseAfterFailures && job.paused === null)
      this.#parts.onFailures(job);
  }

  #fellSilent(run: ActiveRun): void {
    const state = ActiveRun.stateOf(run);
    this.#events.emit("run:silent", { run, job: state.job.handle });
    this.#parts.onFree(state);
  }

  #leaseLost(run: ActiveRun, error: PunctualError): void {
    const { job } = ActiveRun.stateOf(run);
    this.#events.emit("lease:lost", { run, job: job.handle, error });
    const graceMs = graceOfLost(job.settings);
    this.end(run, endingAs("lostLease", error), graceMs);
    // It may have been told to end before, with more time.
    this.#performer.hasten(run, graceMs);
  }
}

function without(runs: ActiveRun[] | null, run: ActiveRun): ActiveRun[] | null {
  if (runs === null || (runs.length === 1 && runs[0] === run)) return null;
  const index = runs.indexOf(run);
  if (index >= 0) runs.splice(index, 1);
  return runs;
}
