import type { Clock, ClockTimer } from "./clock.js";
import { MAX_TIMER_DELAY_MS } from "./clock.js";

/** The machine's clock and Node's timers. The one place of this package that touches either. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  setTimer(delayMs: number, ring: () => void, options: { readonly ref?: boolean } = {}): ClockTimer {
    if (delayMs <= 0) {
      // An immediate lets input, output and other timers have their turn, without a timer's millisecond of idling.
      const immediate = setImmediate(ring);
      if (options.ref === false) immediate.unref();
      return { cancel: () => clearImmediate(immediate) };
    }
    const timer = setTimeout(ring, Math.min(Math.ceil(delayMs), MAX_TIMER_DELAY_MS));
    if (options.ref === false) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  }
}
