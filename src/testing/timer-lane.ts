import type { Ringer } from "./timer-heap.js";

const FIRST_CAPACITY = 64;

/** Ringers that come due in the order in which they were set: a ring buffer, which has no order to keep. */
export class TimerLane {
  #first = 0;
  #size = 0;
  #lastDue = Number.NEGATIVE_INFINITY;
  #due = new Float64Array(FIRST_CAPACITY);
  #order = new Float64Array(FIRST_CAPACITY);
  #ringers: (Ringer | undefined)[] = new Array(FIRST_CAPACITY);

  /** When the first one is due; Infinity when there is none. */
  get firstDue(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#due[this.#first] as number);
  }

  get firstOrder(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#order[this.#first] as number);
  }

  /** Whether one that is due then would come after all that are in. */
  fits(due: number): boolean {
    return this.#size === 0 || due >= this.#lastDue;
  }

  /** Puts one in that fits. */
  add(due: number, order: number, ringer: Ringer): void {
    if (this.#size === this.#due.length) this.#grow();
    const index = (this.#first + this.#size++) & (this.#due.length - 1);
    this.#due[index] = due;
    this.#order[index] = order;
    this.#ringers[index] = ringer;
    this.#lastDue = due;
  }

  /** Takes the first one out; there has to be one. */
  take(): Ringer {
    const index = this.#first;
    const ringer = this.#ringers[index] as Ringer;
    this.#ringers[index] = undefined;
    this.#first = (index + 1) & (this.#due.length - 1);
    this.#size--;
    return ringer;
  }

  /** To twice the length, which stays a power of two, with the first one at its begin. */
  #grow(): void {
    const { length } = this.#due;
    const at = (index: number): number => (this.#first + index) & (length - 1);
    const [due, order, ringers] = [this.#due, this.#order, this.#ringers];
    this.#due = Float64Array.from({ length: length * 2 }, (_, index) =>
      index < length ? (due[at(index)] as number) : 0,
    );
    this.#order = Float64Array.from({ length: length * 2 }, (_, index) =>
      index < length ? (order[at(index)] as number) : 0,
    );
    this.#ringers = Array.from({ length: length * 2 }, (_, index) => (index < length ? ringers[at(index)] : undefined));
    this.#first = 0;
  }
}
