import type { Clock, ClockTimer } from "punctual";
import type { Random } from "./random.js";
import type { TrueTime } from "./true-time.js";

/** The true time at which every world begins. */
export const ORIGIN: number = Date.UTC(2026, 0, 1);

/** A stretch of true time in which a machine stood still. */
export interface Stall {
  readonly fromMs: number;
  toMs: number;
}

/** What one process of a node runs on: its clock, which may be wrong, and its event loop, which may stand still or end. */
export class Machine implements Clock {
  dead = false;
  /** How many timers wait that were set by `setTimer`. */
  pendingTimers = 0;
  skewMs: number;
  readonly stalls: Stall[] = [];
  /** How late its timers ring at most; they may be half a millisecond early. */
  readonly #timerSlackMs: number;
  readonly #time: TrueTime;
  readonly #random: Random;
  readonly #origin: number;

  constructor(
    time: TrueTime,
    random: Random,
    parts: { readonly skewMs: number; readonly timerSlackMs: number; readonly origin: number },
  ) {
    this.#time = time;
    this.#random = random;
    this.skewMs = parts.skewMs;
    this.#timerSlackMs = parts.timerSlackMs;
    this.#origin = parts.origin;
  }

  now(): number {
    return this.#origin + this.#time.now + this.skewMs;
  }

  monotonic(): number {
    return this.#time.now;
  }

  setTimer(delayMs: number, ring: () => void): ClockTimer {
    const slackMs = this.#timerSlackMs === 0 ? 0 : this.#random.next() * this.#timerSlackMs - 0.5;
    this.pendingTimers++;
    let over = false;
    const end = (): void => {
      if (!over) this.pendingTimers--;
      over = true;
    };
    const timer = this.hears(Math.max(0, delayMs) + (delayMs > 1 ? slackMs : 0), () => {
      end();
      ring();
    });
    const cancel = (): void => {
      end();
      timer.cancel();
    };
    return { cancel };
  }

  /** Something reaches the event loop: at that time, or when the machine goes on; never when it is dead. */
  hears(delayMs: number, ring: () => void): ClockTimer {
    let cancelled = false;
    let timer = this.#time.after(delayMs, () => arrive());
    const arrive = (): void => {
      if (this.dead || cancelled) return;
      const stillForMs = this.#standsStillFor();
      if (stillForMs > 0) timer = this.#time.after(stillForMs, arrive);
      else ring();
    };
    const cancel = (): void => {
      cancelled = true;
      timer.cancel();
    };
    return { cancel };
  }

  /** As SIGSTOP, and SIGCONT later. */
  stall(forMs: number): void {
    this.stalls.push({ fromMs: this.#time.now, toMs: this.#time.now + forMs });
  }

  /** Whether it stood still at any time of that stretch. */
  stoodStill(fromMs: number, toMs: number): boolean {
    return this.stalls.some((stall) => stall.fromMs <= toMs && stall.toMs >= fromMs);
  }

  /** For how long it has stood still now; 0 when it does not. */
  get stillForMs(): number {
    return this.#standsStillFor() > 0 ? this.#time.now - (this.stalls.at(-1) as Stall).fromMs : 0;
  }

  #standsStillFor(): number {
    const last = this.stalls.at(-1);
    return last === undefined ? 0 : last.toMs - this.#time.now;
  }
}
