/**
 * The longest time for which the event loop did nothing else: an immediate asks for the next one on each turn, and the
 * longest gap between two of them is the block.
 */
export class LoopWatch {
  #last = performance.now();
  #longest = 0;
  #on = true;

  constructor() {
    setImmediate(this.#turn);
  }

  /** Ends the watch; the longest gap in milliseconds. */
  stop(): number {
    this.#on = false;
    return this.#longest;
  }

  readonly #turn = (): void => {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
    if (this.#on) setImmediate(this.#turn);
  };
}
