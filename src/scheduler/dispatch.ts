import type { Clock } from "../clock/clock.js";
import type { CommandFunction, Executor, WorkerCommand } from "../command/command.js";
import { unwrapTransfer } from "../command/transfer.js";
import { isWorkerCommand } from "../command/worker-command.js";
import { RunSkippedError } from "../errors.js";
import type { SkipReason } from "./admit.js";
import { admit } from "./admit.js";
import type { SchedulerEmitter } from "./events.js";
import type { JobState } from "./job.js";
import type { Run, RunFailure, RunSuccess } from "./run.js";
import { ActiveRun } from "./run.js";

/** What the dispatch works with. */
export interface DispatchParts {
  readonly clock: Clock;
  readonly events: SchedulerEmitter;
  readonly workers: Executor<WorkerCommand>;
  /** Told when the last run of a job has ended. */
  readonly onJobIdle: (job: JobState) => void;
}

/** Takes a fire through: admit, perform, settle. Nothing that a command does comes back as an exception. */
export class Dispatch {
  /** While set, nothing starts. */
  stopping = false;
  readonly #parts: DispatchParts;
  /** Runs whose command has not returned at once: the others begin and end within one call. */
  readonly #active = new Set<ActiveRun>();
  readonly #onIdle: (() => void)[] = [];
  readonly #onProgress = (run: ActiveRun, fraction: number): void => {
    const { job } = ActiveRun.startOf(run);
    this.#parts.events.emit("run:progress", { run, job: job.handle, fraction });
  };

  constructor(parts: DispatchParts) {
    this.#parts = parts;
  }

  /** Runs that go on. */
  get active(): Iterable<ActiveRun> {
    return this.#active;
  }

  get activeCount(): number {
    return this.#active.size;
  }

  /** Starts a fire, or skips it with an event. */
  fire(job: JobState, fireTime: number): void {
    const reason = this.#refusal(job, job.paused !== null);
    if (reason === null) this.#start(job, fireTime, job.data, null);
    else this.#skip(job, fireTime, reason);
  }

  /** Performs a job outside its schedule. @throws RunSkippedError */
  runNow(job: JobState, data: unknown): Promise<Run> {
    const reason = this.#refusal(job, false);
    if (reason === null) return new Promise((resolve) => this.#start(job, null, data, resolve));
    this.#skip(job, null, reason);
    return Promise.reject(new RunSkippedError(job.name, reason));
  }

  /** Calls `idle` as soon as no run goes on. */
  whenIdle(idle: () => void): void {
    if (this.#active.size === 0) idle();
    else this.#onIdle.push(idle);
  }

  /** Ends the record of a run whose command cannot be ended: a function in this thread that does not heed its signal. */
  abandon(run: ActiveRun, reason: Error): void {
    this.#settle(run, { outcome: "abandoned", result: undefined, error: reason });
  }

  #refusal(job: JobState, paused: boolean): SkipReason | null {
    return admit({ stopping: this.stopping, paused, running: job.running, overlap: job.settings.overlap });
  }

  #skip(job: JobState, fireTime: number | null, reason: SkipReason): void {
    if (this.#parts.events.hears("run:skipped")) {
      this.#parts.events.emit("run:skipped", { job: job.handle, fireTime, reason });
    }
  }

  #start(job: JobState, fireTime: number | null, data: unknown, onEnd: ((run: Run) => void) | null): void {
    const { clock, events } = this.#parts;
    const run = new ActiveRun({ job, fireTime, startedAt: clock.now(), data, onProgress: this.#onProgress, onEnd });
    job.running++;
    if (events.hears("run:started")) events.emit("run:started", { run, job: job.handle });
    this.#perform(job, run);
  }

  #perform(job: JobState, run: ActiveRun): void {
    let returned: unknown;
    let later: boolean;
    try {
      returned = isWorkerCommand(job.command)
        ? this.#performOnWorker(job.command, run)
        : (job.command as CommandFunction)(run);
      later = isThenable(returned);
    } catch (error) {
      this.#failed(run, error);
      return;
    }
    if (!later) {
      this.#returned(run, returned);
      return;
    }
    this.#active.add(run);
    Promise.resolve(returned).then(
      (result) => this.#returned(run, result),
      (error: unknown) => this.#failed(run, error),
    );
  }

  #performOnWorker(command: WorkerCommand, run: ActiveRun): Promise<unknown> {
    const execution = this.#parts.workers.execute(command, run);
    ActiveRun.performedBy(run, execution);
    return execution.result;
  }

  #returned(run: ActiveRun, returned: unknown): void {
    this.#settle(run, { outcome: "succeeded", result: unwrapTransfer(returned).value, error: undefined });
  }

  #failed(run: ActiveRun, error: unknown): void {
    const outcome = ActiveRun.abortReason(run) === undefined ? "failed" : "killed";
    this.#settle(run, { outcome, result: undefined, error });
  }

  #settle(run: ActiveRun, end: RunSuccess<unknown> | RunFailure): void {
    if (!ActiveRun.end(run)) return;
    const { clock, events, onJobIdle } = this.#parts;
    const { job, onEnd } = ActiveRun.startOf(run);
    this.#active.delete(run);
    job.running--;
    if (onEnd !== null || events.hears("run:finished")) {
      const ended = ActiveRun.record(run, clock.now(), end);
      events.emit("run:finished", { run: ended, job: job.handle });
      onEnd?.(ended);
    }
    if (job.running === 0) onJobIdle(job);
    if (this.#onIdle.length > 0 && this.#active.size === 0) for (const idle of this.#onIdle.splice(0)) idle();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
