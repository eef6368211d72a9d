/**
 * Numbers that look random and are the same for the same seed: mulberry32, begun anew for each attempt of a run, so that
 * what one job does leaves the numbers of the others alone.
 */
export class SeededRandom {
  readonly #seed: number;
  #state = 0;
  /** From 0 up to, and without, 1. */
  readonly next: () => number = () => this.#next();

  constructor(seed: number) {
    this.#seed = mix(seed % 2 ** 32) ^ mix(Math.floor(seed / 2 ** 32) + 1);
  }

  /** Begins anew, for these. */
  begin(jobHash: number, timeMs: number, attempt: number): void {
    const time = mix(timeMs % 2 ** 32) ^ mix(Math.floor(timeMs / 2 ** 32) + 2);
    this.#state = mix(mix(this.#seed ^ jobHash) ^ mix(time + attempt));
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** A number for a text. */
export function hashOf(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return mix(value);
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
