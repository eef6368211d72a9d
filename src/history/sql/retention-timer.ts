import type { Clock, ClockTimer } from "../../clock/clock.js";

/** What is done by itself, now and then. */
export interface RetentionTimerParts {
  readonly clock: Clock;
  /** Forgets what is to go, in small steps; ends early when `goesOn` says so. */
  retain(goesOn: () => boolean): Promise<unknown>;
  failed(error: unknown): void;
}

const FIRST_MS = 60_000;
const EVERY_MS = 3_600_000;
/** By so much of it each wait is longer, at random: several processes then do not begin at once. */
const SPREAD = 0.2;

/** Has old records forgotten a minute after the history is first used, and then each hour. It lets the process end. */
export class RetentionTimer {
  readonly #parts: RetentionTimerParts;
  #timer: ClockTimer | null = null;
  #running: Promise<void> | null = null;
  #isClosed = true;

  constructor(parts: RetentionTimerParts) {
    this.#parts = parts;
  }

  /** Begins, where it has not begun. */
  start(): void {
    if (!this.#isClosed) return;
    this.#isClosed = false;
    this.#wait(FIRST_MS);
  }

  /** Resolves when nothing is being forgotten any more; `start` begins anew. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = null;
    await this.#running;
  }

  #wait(ms: number): void {
    const delayMs = ms * (1 + SPREAD * Math.random());
    this.#timer = this.#parts.clock.setTimer(
      delayMs,
      () => {
        this.#timer = null;
        this.#running = this.#retain();
      },
      { ref: false },
    );
  }

  async #retain(): Promise<void> {
    try {
      await this.#parts.retain(() => !this.#isClosed);
    } catch (error) {
      this.#parts.failed(error);
    }
    this.#running = null;
    if (!this.#isClosed && this.#timer === null) this.#wait(EVERY_MS);
  }
}
