import type { Clock, ClockTimer } from "../clock/clock.js";

/** The longest sleep: the wall clock may be set meanwhile, and no timer notices that. Also far below 24.8 days. */
export const LONGEST_SLEEP_MS = 30_000;
/** A smaller difference between the two clocks is drift or rounding, not somebody setting the clock. */
export const SMALLEST_JUMP_MS = 1_000;

/** Options of an alarm. */
export interface AlarmOptions {
  readonly clock: Clock;
  /** Called when the wall clock has reached the time that was set, never before; the alarm is then off. */
  readonly ring: () => void;
  /**
   * Called when the wall clock was set meanwhile: by how much, positive for forward, and what it would have shown, as it is
   * set now, when it was last looked at.
   */
  readonly jumped: (byMs: number, sinceMs: number) => void;
  /** Whether an armed alarm keeps the process alive. */
  readonly ref: boolean;
}

/** The one timer of a scheduler: armed for the earliest fire time, and never for a second one. */
export class Alarm {
  readonly #options: AlarmOptions;
  #timer: ClockTimer | null = null;
  /** When it shall ring (wall clock). */
  #time = Number.POSITIVE_INFINITY;
  /** For when the timer is armed (wall clock): the time above, or sooner. */
  #armedFor = Number.POSITIVE_INFINITY;
  /** The wall clock when it was last looked at, and how far it was ahead of the monotonic one; NaN while the alarm is off. */
  #seen = Number.NaN;
  #ahead = Number.NaN;

  constructor(options: AlarmOptions) {
    this.#options = options;
  }

  /** Sets the wall-clock time to ring at; Infinity turns the alarm off. */
  set(time: number): void {
    this.#time = time;
    if (time === Number.POSITIVE_INFINITY) {
      this.#disarm();
      this.#ahead = Number.NaN;
      return;
    }
    // A timer that rings too early finds that out by itself: not re-arming it makes removing and moving jobs cheap.
    if (this.#timer === null || time < this.#armedFor) this.#arm();
  }

  #arm(): void {
    this.#disarm();
    const { clock, ref } = this.#options;
    const now = clock.now();
    const delayMs = Math.min(this.#time - now, LONGEST_SLEEP_MS);
    this.#armedFor = now + delayMs;
    this.#timer = clock.setTimer(delayMs, () => this.#wake(), { ref });
    this.#lookForJump(now);
  }

  /** Not only when the timer rings: a timer that is armed anew would hide what happened before. */
  #lookForJump(now: number): void {
    const ahead = now - this.#options.clock.monotonic();
    const jump = ahead - this.#ahead;
    const since = this.#seen + jump;
    this.#seen = now;
    this.#ahead = ahead;
    if (Math.abs(jump) >= SMALLEST_JUMP_MS) this.#options.jumped(jump, since);
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  #wake(): void {
    this.#timer = null;
    const { clock, ring } = this.#options;
    const now = clock.now();
    this.#lookForJump(now);
    // Who was told of a jump may have set the alarm anew, or off.
    if (this.#timer !== null || this.#time === Number.POSITIVE_INFINITY) return;
    if (now < this.#time) {
      this.#arm();
      return;
    }
    this.#time = Number.POSITIVE_INFINITY;
    ring();
  }
}
