import type { IntervalHistogram } from "node:perf_hooks";
import { monitorEventLoopDelay } from "node:perf_hooks";

/** How late the main thread's timers came, in milliseconds. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Node measures the time between two rings of a timer of this length; what is above it is lag. */
const TIMER_MS = 1;

/** Measures the lag of this thread's event loop from its making on. */
export class LagMeter {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: TIMER_MS });

  constructor() {
    this.#histogram.enable();
  }

  read(): Lag {
    const histogram = this.#histogram;
    return {
      p50: lagOf(histogram.percentile(50)),
      p99: lagOf(histogram.percentile(99)),
      max: lagOf(histogram.max),
    };
  }

  stop(): Lag {
    this.#histogram.disable();
    return this.read();
  }
}

function lagOf(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - TIMER_MS);
}
