import type { Clock, ClockTimer } from "../clock/clock.js";
import type { Ringer } from "./timer-heap.js";
import { TimerHeap } from "./timer-heap.js";
import { TimerLane } from "./timer-lane.js";

/** A time during which nothing rings, as when something computes in the event loop's thread. Milliseconds passed. */
export interface BlockedTime {
  readonly from: number;
  readonly to: number;
}

/** Cancelled timers are cleared away when there are this many, and more of them than of others. */
const CLEARED_FROM = 1_024;

/**
 * A clock whose time passes as fast as what rings allows. What waits rings in order of time, then of setting; each at its
 * time, or at the end of the block that its time falls into.
 */
export class VirtualClock implements Clock {
  /** Wall clock minus time passed. */
  #offsetMs: number;
  #elapsedMs: number;
  #orders = 0;
  #cancelled = 0;
  readonly #heap = new TimerHeap();
  /** Most of what is set comes due after all that was set before; a heap would sort it for nothing. */
  readonly #lane = new TimerLane();
  readonly #blocks: readonly BlockedTime[];

  /** At the wall-clock time `originMs`, 0 ms will have passed; it begins `leadMs` before. */
  constructor(originMs: number, leadMs = 0, blocks: readonly BlockedTime[] = []) {
    this.#offsetMs = originMs;
    this.#elapsedMs = -leadMs;
    this.#blocks = blocks;
  }

  now(): number {
    return this.#offsetMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  setTimer(delayMs: number, ring: () => void): ClockTimer {
    const timer = new VirtualTimer(ring, this);
    this.#heap.add(this.#elapsedMs + Math.max(0, delayMs), this.#orders++, timer);
    return timer;
  }

  /** As setTimer, for what is not cancelled: without an object for the timer. */
  set(delayMs: number, ringer: Ringer): void {
    const due = this.#elapsedMs + Math.max(0, delayMs);
    (this.#lane.fits(due) ? this.#lane : this.#heap).add(due, this.#orders++, ringer);
  }

  /** Sets the wall clock forward, or back: no time passes. */
  shift(byMs: number): void {
    this.#offsetMs += byMs;
  }

  /** Lets time pass to the first that rings before `endMs`, or just then, and rings it; `false` when there is none. */
  ringNext(endMs: number, justThen = false): boolean {
    const heap = this.#heap;
    const lane = this.#lane;
    const earlier = lane.firstDue - heap.firstDue;
    const source = earlier < 0 || (earlier === 0 && lane.firstOrder < heap.firstOrder) ? lane : heap;
    const time = this.#ringingTime(source.firstDue);
    // Where nothing waits, the first is due at Infinity.
    if (justThen ? time > endMs : time >= endMs) return false;
    const ringer = source.take();
    if (ringer.cancelled) {
      this.#cancelled--;
      return true;
    }
    this.#elapsedMs = time;
    ringer.ring();
    return true;
  }

  /** Lets time pass, without ringing anything. */
  passTo(elapsedMs: number): void {
    this.#elapsedMs = elapsedMs;
  }

  /** Told of a timer that was cancelled before it rang: timeouts of runs that ended in time would pile up for weeks. */
  noteCancelled(): void {
    if (++this.#cancelled < CLEARED_FROM || this.#cancelled * 2 < this.#heap.size) return;
    this.#cancelled = 0;
    this.#heap.clear();
  }

  /** When something rings that is due then: at once if it is late, after the block that it falls into. */
  #ringingTime(dueMs: number): number {
    let time = Math.max(dueMs, this.#elapsedMs);
    for (const { from, to } of this.#blocks) if (time >= from && time < to) time = to;
    return time;
  }
}

class VirtualTimer implements ClockTimer, Ringer {
  cancelled = false;
  #rung = false;
  readonly #ring: () => void;
  readonly #clock: VirtualClock;

  constructor(ring: () => void, clock: VirtualClock) {
    this.#ring = ring;
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#ring();
  }

  cancel(): void {
    if (this.#rung || this.cancelled) return;
    this.cancelled = true;
    this.#clock.noteCancelled();
  }
}
