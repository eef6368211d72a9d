import type { Clock } from "../clock/clock.js";
import { PunctualError } from "../errors.js";

/** What one try to write a batch needs. */
export interface AttemptParts {
  readonly clock: Clock;
  readonly timeoutMs: number;
  write(): Promise<void>;
  /** Called once, with `null` when it is written; not after `giveUp`. */
  ended(failure: { readonly error: unknown } | null): void;
  /** Called when it turns out to be written after it was given up. */
  late(): void;
}

/** One try to write a batch. It ends with the answer, or after `timeoutMs` without one; it cannot be called back. */
export class BatchAttempt {
  readonly #parts: AttemptParts;
  #over = false;
  #cancelTimer: () => void = () => {};

  constructor(parts: AttemptParts) {
    this.#parts = parts;
  }

  /** Begins to write; nothing is told before this returns. */
  start(): void {
    const { clock, timeoutMs } = this.#parts;
    const timer = clock.setTimer(timeoutMs, () => this.#end({ error: noAnswer(timeoutMs) }), { ref: false });
    this.#cancelTimer = () => timer.cancel();
    void this.#write();
  }

  /** Waits no longer; of an answer only a late success is told. */
  giveUp(): void {
    this.#over = true;
    this.#cancelTimer();
  }

  async #write(): Promise<void> {
    const { write, late } = this.#parts;
    try {
      // It may throw at once.
      await write();
    } catch (error) {
      this.#end({ error });
      return;
    }
    if (this.#over) late();
    else this.#end(null);
  }

  #end(failure: { readonly error: unknown } | null): void {
    if (this.#over) return;
    this.giveUp();
    this.#parts.ended(failure);
  }
}

function noAnswer(timeoutMs: number): PunctualError {
  return new PunctualError("HISTORY_FAILED", `there was no answer within ${timeoutMs} ms`);
}
