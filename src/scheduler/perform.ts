import type { Clock } from "../clock/clock.js";
import type { CommandFunction, Executor } from "../command/command.js";
import { callWithin } from "../command/current-run.js";
import { unwrapTransfer } from "../command/transfer.js";
import { PunctualError } from "../errors.js";
import type { SchedulerEmitter } from "./events.js";
import type { JobState } from "./job-state.js";
import { retryDelay } from "./retry.js";
import { ActiveRun } from "./run.js";
import type { Ending, RunEnd } from "./run-state.js";
import { endingAs } from "./run-state.js";

/** What the performer works with. */
export interface PerformerParts {
  readonly clock: Clock;
  readonly events: SchedulerEmitter;
  /** The executor of each kind of command but functions, which are called here. */
  readonly executors: Readonly<Record<string, Executor<never>>>;
  /** The job's next fire time, which a retry may not pass. */
  readonly nextFireTime: (job: JobState) => number | null;
  /** Told when a command has not returned at once. */
  readonly goesOn: (run: ActiveRun) => void;
  /** Told once of each run's end; `deaf` when its function still runs. */
  readonly settled: (run: ActiveRun, end: RunEnd, deaf: boolean) => void;
  /** Told when the function of a deaf run has ended at last. */
  readonly fellSilent: (run: ActiveRun) => void;
}

/** Performs runs: attempts, timeouts, retries, and the way from a signal to the end of a thread or process. */
export class Performer {
  /** While set, no attempt follows another: what runs is being ended. */
  lastAttempts = false;
  readonly #parts: PerformerParts;

  constructor(parts: PerformerParts) {
    this.#parts = parts;
  }

  /** Begins an attempt. Nothing that the command does comes back as an exception. */
  begin(run: ActiveRun): void {
    const state = ActiveRun.stateOf(run);
    const isNew = state.phase === "new";
    state.phase = "running";
    let returned: unknown;
    let later: boolean;
    try {
      returned = this.#call(run);
      later = isThenable(returned);
    } catch (error) {
      this.#failed(run, error);
      return;
    }
    if (!later) {
      this.#returned(run, returned);
      return;
    }
    if (isNew) this.#parts.goesOn(run);
    this.#armTimeout(run);
    Promise.resolve(returned).then(
      (result) => this.#returned(run, result),
      (error: unknown) => this.#failed(run, error),
    );
  }

  /** Ends a run: its signal aborts, and after the kill grace its thread or process ends. The first ending counts. */
  end(run: ActiveRun, ending: Ending, killGraceMs: number): void {
    const state = ActiveRun.stateOf(run);
    if (state.ending !== null || state.phase === "deaf" || state.phase === "ended") return;
    state.ending = ending;
    state.timer?.cancel();
    if (state.phase === "waitingForRetry") {
      this.#settle(run, { outcome: ending.outcome, result: undefined, error: ending.error });
      return;
    }
    ActiveRun.abort(run, ending.error);
    this.#armKill(run, killGraceMs);
  }

  /** Shortens what remains of the kill grace of a run that is being ended. */
  hasten(run: ActiveRun, killGraceMs: number): void {
    const state = ActiveRun.stateOf(run);
    const sooner = this.#parts.clock.monotonic() + killGraceMs < state.killAt;
    if (state.ending === null || state.phase !== "running" || state.terminated || !sooner) return;
    state.timer?.cancel();
    this.#armKill(run, killGraceMs);
  }

  #armKill(run: ActiveRun, killGraceMs: number): void {
    const { clock } = this.#parts;
    const state = ActiveRun.stateOf(run);
    state.killAt = clock.monotonic() + killGraceMs;
    if (killGraceMs === 0) this.#terminate(run);
    else state.timer = clock.setTimer(killGraceMs, () => this.#terminate(run));
  }

  #call(run: ActiveRun): unknown {
    const { job } = ActiveRun.stateOf(run);
    const { command } = job;
    if (typeof command === "function") return callWithin(run, command as CommandFunction);
    const executor = this.#parts.executors[command.kind] as Executor<typeof command>;
    const execution = executor.execute(command, run);
    ActiveRun.stateOf(run).execution = execution;
    return execution.result;
  }

  #armTimeout(run: ActiveRun): void {
    const state = ActiveRun.stateOf(run);
    const { timeoutMs, killGraceMs } = state.job.settings;
    // The command may have had itself ended meanwhile.
    if (timeoutMs === null || state.ending !== null) return;
    state.timer = this.#parts.clock.setTimer(timeoutMs, () => {
      const error = new PunctualError(
        "RUN_TIMED_OUT",
        `run of job ${JSON.stringify(run.jobName)} took over ${timeoutMs} ms`,
      );
      this.end(run, endingAs("timedOut", error), killGraceMs);
    });
  }

  #terminate(run: ActiveRun): void {
    const state = ActiveRun.stateOf(run);
    const { ending, execution } = state;
    state.timer = null;
    if (ending === null || state.phase !== "running") return;
    if (execution !== null) {
      state.terminated = true;
      execution.terminate(ending.error);
      return;
    }
    // A function in this thread cannot be ended: the record ends here, and what runs on is counted until it has ended.
    this.#settle(run, { outcome: ending.outcomeIfDeaf, result: undefined, error: ending.error }, true);
  }

  #returned(run: ActiveRun, returned: unknown): void {
    if (this.#fellSilent(run)) return;
    const { ending } = ActiveRun.stateOf(run);
    const result = unwrapTransfer(returned).value;
    if (ending?.outcome === "timedOut" && this.#retry(run, ending.error)) return;
    if (ending?.evenIfReturned === true) {
      this.#settle(run, { outcome: ending.outcome, result: undefined, error: ending.error });
    } else {
      this.#settle(run, { outcome: "succeeded", result, error: undefined });
    }
  }

  #failed(run: ActiveRun, error: unknown): void {
    if (this.#fellSilent(run)) return;
    const { ending } = ActiveRun.stateOf(run);
    if (ending?.outcome === "timedOut" && this.#retry(run, ending.error)) return;
    if (ending !== null) {
      // What a command throws when its signal aborts tells more than the reason, if it is not that reason.
      const told = ending.outcome === "killed" && !ending.evenIfReturned ? error : ending.error;
      this.#settle(run, { outcome: ending.outcome, result: undefined, error: told });
    } else if (!this.#retry(run, error)) this.#settle(run, { outcome: "failed", result: undefined, error });
  }

  /** Sets the next attempt up, if there is to be one. */
  #retry(run: ActiveRun, error: unknown): boolean {
    const { clock, events } = this.#parts;
    const state = ActiveRun.stateOf(run);
    const { job } = state;
    const delayMs = this.#retryDelay(run, error);
    if (delayMs === null) return false;
    const { attempt } = run;
    state.timer?.cancel();
    state.failedAttempts ??= [];
    state.failedAttempts.push({ attempt, startedAt: state.attemptStartedAt, endedAt: clock.now(), error });
    // A command that threw at once goes on from here on, too.
    if (attempt === state.firstAttempt && job.active?.includes(run) !== true) this.#parts.goesOn(run);
    state.phase = "waitingForRetry";
    state.ending = null;
    state.timer = clock.setTimer(delayMs, () => {
      state.timer = null;
      ActiveRun.nextAttempt(run, clock.now());
      this.begin(run);
    });
    events.emit("run:retrying", { run, job: job.handle, error, delayMs });
    return true;
  }

  #retryDelay(run: ActiveRun, error: unknown): number | null {
    const { job } = ActiveRun.stateOf(run);
    const { retry } = job.settings;
    if (retry === null || this.lastAttempts) return null;
    const now = this.#parts.clock.now();
    const next = this.#parts.nextFireTime(job);
    // One that has passed belongs to a scheduler that was not started.
    const nextFireTime = next !== null && next > now ? next : null;
    const failed = { attempt: run.attempt, error, now, nextFireTime, random: Math.random() };
    try {
      return retryDelay(retry, failed);
    } catch (cause) {
      const failure = new PunctualError("RETRY_IF_FAILED", `retryIf of job ${JSON.stringify(job.name)} threw`, {
        cause,
      });
      this.#parts.events.report(failure, job.handle);
      return null;
    }
  }

  #fellSilent(run: ActiveRun): boolean {
    const state = ActiveRun.stateOf(run);
    if (state.phase === "deaf") {
      state.phase = "ended";
      this.#parts.fellSilent(run);
      return true;
    }
    return state.phase === "ended";
  }

  #settle(run: ActiveRun, end: RunEnd, deaf = false): void {
    const state = ActiveRun.stateOf(run);
    state.timer?.cancel();
    state.timer = null;
    state.phase = deaf ? "deaf" : "ended";
    state.givenUp = deaf;
    this.#parts.settled(run, end, deaf);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
