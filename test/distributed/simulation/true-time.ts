import { setImmediate } from "node:timers";
import type { ClockTimer } from "punctual";
import type { Ringer } from "../../../src/testing/timer-heap.js";
import { TimerHeap } from "../../../src/testing/timer-heap.js";

/** After how many events the machine's own event loop has its turn. */
const EVENTS_PER_TURN = 5_000;
/** Cancelled timers are cleared away when there are this many, and more of them than of others. */
const CLEARED_FROM = 512;

/** The time by which all happens: one queue of events for nodes, links and store. Milliseconds from the world's beginning. */
export class TrueTime {
  now = 0;
  readonly #heap = new TimerHeap();
  #orders = 0;
  #cancelled = 0;

  /** How many events are still to come. */
  get pending(): number {
    return this.#heap.size - this.#cancelled;
  }

  after(delayMs: number, ring: () => void): ClockTimer {
    let over = false;
    const event: Ringer & { cancelled: boolean } = {
      cancelled: false,
      ring: () => {
        over = true;
        ring();
      },
    };
    this.#heap.add(this.now + Math.max(0, delayMs), this.#orders++, event);
    const cancel = (): void => {
      if (over || event.cancelled) return;
      event.cancelled = true;
      this.#noteCancelled();
    };
    return { cancel };
  }

  /** Lets all events up to that time come, each followed by all that its promises set off. */
  async passTo(endMs: number): Promise<void> {
    await settled();
    for (let events = 1; this.#heap.firstDue <= endMs; events++) {
      const due = this.#heap.firstDue;
      const event = this.#heap.take();
      if (event.cancelled) {
        this.#cancelled--;
        continue;
      }
      this.now = Math.max(this.now, due);
      event.ring();
      await settled();
      if (events % EVENTS_PER_TURN === 0) await new Promise<void>((resolve) => void setImmediate(resolve));
    }
    if (endMs !== Number.POSITIVE_INFINITY) this.now = endMs;
  }

  #noteCancelled(): void {
    if (++this.#cancelled < CLEARED_FROM || this.#cancelled * 2 < this.#heap.size) return;
    this.#heap.clear();
    this.#cancelled = 0;
  }
}

/** Returns when all promises that can settle have: Node calls what `nextTick` was given when no microtask is left. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
