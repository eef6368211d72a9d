import type { Clock, ClockTimer } from "../clock/clock.js";
import { PunctualError } from "../errors.js";
import type { Dispatch } from "./dispatch.js";
import { ActiveRun } from "./run.js";
import type { Ending } from "./run-state.js";

/** What became of the runs that went on when `stop` was called. */
export interface StopReport {
  /** Ended by themselves within the grace. */
  readonly drained: number;
  /** Ended after their signal had aborted. */
  readonly aborted: number;
  /** Their worker thread or process had to be terminated. */
  readonly terminated: number;
  /** Functions in this thread that did not heed their signal: nothing can end them, and they may still go on. */
  readonly abandoned: number;
}

/** A stop that is under way: lets runs end, aborts their signals, terminates. Starts of new ones must be barred before. */
export class Stop {
  readonly report: Promise<StopReport>;
  readonly #dispatch: Dispatch;
  readonly #clock: Clock;
  #killGraceMs: number;
  /** When the grace is over, by the monotonic clock. */
  #graceEnd: number;
  #graceTimer: ClockTimer | null = null;
  #endGrace: (() => void) | null = null;
  #aborted = false;

  constructor(dispatch: Dispatch, clock: Clock, graceMs: number, killGraceMs: number) {
    this.#dispatch = dispatch;
    this.#clock = clock;
    this.#killGraceMs = killGraceMs;
    this.#graceEnd = clock.monotonic() + graceMs;
    this.report = this.#run();
  }

  /** Shortens what remains of the graces; it never lengthens them. */
  hasten(graceMs: number, killGraceMs: number): void {
    this.#killGraceMs = Math.min(this.#killGraceMs, killGraceMs);
    if (this.#aborted) this.#dispatch.hasten(this.#killGraceMs);
    const end = this.#clock.monotonic() + graceMs;
    if (end >= this.#graceEnd) return;
    this.#graceEnd = end;
    this.#armGrace();
  }

  async #run(): Promise<StopReport> {
    // The one who stops may be a command that has not returned yet: its run counts from then on.
    await Promise.resolve();
    const atFirst = new Set(this.#dispatch.active);
    await this.#grace();
    // One that was being asked for may have begun meanwhile.
    const left = [...this.#dispatch.active];
    this.#aborted = true;
    const error = new PunctualError("SCHEDULER_STOPPED", "the scheduler was stopped while the run went on");
    const ending: Ending = { outcome: "killed", outcomeIfDeaf: "abandoned", error, evenIfReturned: false };
    this.#dispatch.endAll(ending, this.#killGraceMs);
    await new Promise<void>((resolve) => this.#dispatch.whenIdle(resolve));
    const states = left.map(ActiveRun.stateOf);
    const terminated = states.filter((state) => state.terminated).length;
    const abandoned = states.filter((state) => state.givenUp).length;
    return {
      drained: atFirst.size - left.filter((run) => atFirst.has(run)).length,
      aborted: left.length - terminated - abandoned,
      terminated,
      abandoned,
    };
  }

  async #grace(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#endGrace = resolve;
      this.#dispatch.whenIdle(resolve);
      this.#armGrace();
    });
    this.#graceTimer?.cancel();
    this.#endGrace = null;
  }

  #armGrace(): void {
    const end = this.#endGrace;
    if (end === null) return;
    this.#graceTimer?.cancel();
    const leftMs = this.#graceEnd - this.#clock.monotonic();
    if (leftMs <= 0) end();
    else this.#graceTimer = this.#clock.setTimer(leftMs, end);
  }
}
