import type { Clock, ClockTimer } from "../clock/clock.js";

interface WaitingTimer {
  readonly due: number;
  readonly order: number;
  readonly ring: () => void;
}

/** A clock that stands still until it is told to go on: for tests that must not sleep. */
export class ManualClock implements Clock {
  #now: number;
  #monotonic = 0;
  #orders = 0;
  readonly #timers = new Set<WaitingTimer>();

  /** Starts at `now`, a Date or epoch milliseconds. @default 2026-01-01T00:00:00Z */
  constructor(now: Date | number = Date.UTC(2026, 0, 1)) {
    this.#now = Number(now);
  }

  /** How many timers wait. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  setTimer(delayMs: number, ring: () => void): ClockTimer {
    const timer = { due: this.#monotonic + Math.max(0, delayMs), order: this.#orders++, ring };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** Lets time pass: rings the timers that come due, in order, each at its time, and lets promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settlePromises();
    for (let timer = this.#firstDue(end); timer !== undefined; timer = this.#firstDue(end)) {
      this.#pass(Math.max(0, timer.due - this.#monotonic));
      this.#timers.delete(timer);
      timer.ring();
      await settlePromises();
    }
    this.#pass(end - this.#monotonic);
    await settlePromises();
  }

  /** Sets the wall clock, as somebody does with the machine's: no time passes, and no timer notices. */
  set(now: Date | number): void {
    this.#now = Number(now);
  }

  #pass(ms: number): void {
    this.#monotonic += ms;
    this.#now += ms;
  }

  #firstDue(end: number): WaitingTimer | undefined {
    let first: WaitingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.due > end || (first && first.due < timer.due)) continue;
      if (first === undefined || timer.due < first.due || timer.order < first.order) first = timer;
    }
    return first;
  }
}

/** Returns when all promises that can settle have: an immediate comes after every microtask that is waiting. */
async function settlePromises(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
