/** The last so many values that were put in, oldest first. Each has a number, counted from 0. */
export class Ring<T extends object> {
  readonly capacity: number;
  /** Grows up to the capacity; a pruned value leaves `null`. */
  readonly #slots: (T | null)[] = [];
  #next = 0;
  #total = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** How many values were ever put in: the number of the next one. */
  get total(): number {
    return this.#total;
  }

  /** The lowest number that may still be here. */
  get first(): number {
    return this.#total - this.#slots.length;
  }

  /** Puts a value in, in place of the oldest if there is no room; returns its number. */
  push(value: T): number {
    if (this.#slots.length < this.capacity) this.#slots.push(value);
    else this.#slots[this.#next] = value;
    // Not by a remainder: of numbers beyond 2^31 that is slow.
    this.#next = this.#next + 1 === this.capacity ? 0 : this.#next + 1;
    return this.#total++;
  }

  /** The value of that number, if it is still here. */
  at(number: number): T | undefined {
    if (number < this.first || number >= this.#total) return undefined;
    return this.#slots[number % this.capacity] ?? undefined;
  }

  *values(): Generator<T, void> {
    for (let number = this.first; number < this.#total; number++) {
      const value = this.at(number);
      if (value !== undefined) yield value;
    }
  }

  /** Takes out what is to go; returns how many that was. */
  prune(goes: (value: T) => boolean): number {
    let count = 0;
    for (const [slot, value] of this.#slots.entries()) {
      if (value === null || !goes(value)) continue;
      this.#slots[slot] = null;
      count++;
    }
    return count;
  }
}
