const { PUNCTUAL_SEED } = process.env;

/** The seed of all random tests: PUNCTUAL_SEED, or one that never changes, so that a failure can be seen again. */
export const SEED = Number(PUNCTUAL_SEED ?? 20_260_308);

/** Random numbers that a seed decides (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, less than 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.integer(0, values.length - 1)] as T;
  }

  /** One of several makers, by weight. */
  weighted<T>(choices: readonly (readonly [weight: number, make: () => T])[]): T {
    let point = this.fraction() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, make] of choices) {
      point -= weight;
      if (point < 0) return make();
    }
    return (choices[choices.length - 1] as readonly [number, () => T])[1]();
  }

  /** The values in random order; the given array stays as it is. */
  shuffled<T>(values: readonly T[]): T[] {
    const order = [...values];
    for (let index = order.length - 1; index > 0; index--) {
      const other = this.integer(0, index);
      [order[index], order[other]] = [order[other] as T, order[index] as T];
    }
    return order;
  }
}
