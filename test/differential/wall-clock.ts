const DAY = 86_400_000;
const STEP = 6 * 3_600_000;

/** A change of a zone's offset: from `at` on the wall clock shows `after`, before it would have shown `before`. */
export interface Transition {
  readonly at: number;
  /** What the wall clock would have shown at `at` without the change, as milliseconds of a UTC date. */
  readonly before: number;
  readonly after: number;
}

/** The wall clock of one zone, read from Intl each time; shares nothing with src. */
export class WallClock {
  readonly timeZone: string;
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    this.timeZone = timeZone;
    this.#format = new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "short", timeStyle: "medium" });
  }

  /** What the clock shows at an instant, as milliseconds of a UTC date. */
  read(instant: number): number {
    const [day, month, year, hour, minute, second] = this.#format.format(instant).split(/\D+/).map(Number);
    return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  }

  /** Every change of the offset in (from, to]. */
  transitions(from: number, to: number): Transition[] {
    const found: Transition[] = [];
    for (let low = from; low < to; low += STEP) {
      const high = Math.min(low + STEP, to);
      if (this.#offset(low) !== this.#offset(high)) found.push(this.#between(low, high));
    }
    return found;
  }

  /** The latest reading shown before an instant, looked for in two days of changes: later than the last one after an overlap. */
  latestBefore(instant: number): number {
    const steps = this.transitions(instant - 2 * DAY, instant - 1_000).map(({ before }) => before - 1_000);
    return Math.max(this.read(instant - 1_000), ...steps);
  }

  #between(low: number, high: number): Transition {
    const offset = this.#offset(low);
    while (high - low > 1_000) {
      const middle = low + Math.floor((high - low) / 2_000) * 1_000;
      if (this.#offset(middle) === offset) low = middle;
      else high = middle;
    }
    return { at: high, before: high + offset, after: this.read(high) };
  }

  #offset(instant: number): number {
    return this.read(instant) - instant;
  }
}
