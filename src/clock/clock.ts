/** A timer that has been set; cancelling one that has rung or was cancelled does nothing. */
export interface ClockTimer {
  cancel(): void;
}

/**
 * Where a scheduler gets its time from. `SystemClock` is the real one, `ManualClock` from `punctual/testing` the one
 * for tests: a program whose every part takes its time from here can be tested without sleeping.
 */
export interface Clock {
  /** Wall-clock time, epoch milliseconds; may jump either way when the machine's clock is set. */
  now(): number;
  /** Milliseconds from an arbitrary origin; never goes back. */
  monotonic(): number;
  /**
   * Calls `ring` once, `delayMs` from now or slightly off it (Node's timers may be a millisecond early). A delay of 0 or
   * less means as soon as the event loop has turned once. `ref: false` lets the process end while the timer waits.
   */
  setTimer(delayMs: number, ring: () => void, options?: { readonly ref?: boolean }): ClockTimer;
}

/** The longest delay that Node's timers can hold; one above it rings at once (2^31 - 1 ms, 24.8 days). */
export const MAX_TIMER_DELAY_MS: number = 2 ** 31 - 1;
