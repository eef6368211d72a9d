/** What comes due at a time: a timer, or anything else that waits for one. */
export interface Ringer {
  ring(): void;
  /** Nobody waits for it any more. */
  readonly cancelled: boolean;
}

const FIRST_CAPACITY = 64;

/** A binary min-heap of ringers by time, then by order; those numbers lie beside them in arrays of their own. */
export class TimerHeap {
  size = 0;
  #due = new Float64Array(FIRST_CAPACITY);
  #order = new Float64Array(FIRST_CAPACITY);
  #ringers: Ringer[] = [];

  /** When the first one is due; Infinity when there is none. */
  get firstDue(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.#due[0] as number);
  }

  get firstOrder(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.#order[0] as number);
  }

  add(due: number, order: number, ringer: Ringer): void {
    if (this.size === this.#due.length) this.#grow();
    let index = this.size++;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const other = this.#due[parent] as number;
      if (other < due || (other === due && (this.#order[parent] as number) < order)) break;
      this.#put(index, other, this.#order[parent] as number, this.#ringers[parent] as Ringer);
      index = parent;
    }
    this.#put(index, due, order, ringer);
  }

  /** Takes the first one out; there has to be one. */
  take(): Ringer {
    const first = this.#ringers[0] as Ringer;
    const size = --this.size;
    const last = this.#ringers.pop() as Ringer;
    if (size > 0) this.#siftDown(this.#due[size] as number, this.#order[size] as number, last);
    return first;
  }

  /** Takes out what is cancelled. */
  clear(): void {
    const ringers = this.#ringers;
    const due = this.#due.slice(0, this.size);
    const order = this.#order.slice(0, this.size);
    this.size = 0;
    this.#ringers = [];
    for (const [index, ringer] of ringers.entries()) {
      if (!ringer.cancelled) this.add(due[index] as number, order[index] as number, ringer);
    }
  }

  #siftDown(time: number, order: number, ringer: Ringer): void {
    const { size } = this;
    const due = this.#due;
    const orders = this.#order;
    let index = 0;
    for (let child = 1; child < size; child = 2 * index + 1) {
      let first = due[child] as number;
      const right = child + 1;
      const other = right < size ? (due[right] as number) : Number.POSITIVE_INFINITY;
      if (other < first || (other === first && (orders[right] as number) < (orders[child] as number))) {
        child = right;
        first = other;
      }
      if (time < first || (time === first && order < (orders[child] as number))) break;
      this.#put(index, first, orders[child] as number, this.#ringers[child] as Ringer);
      index = child;
    }
    this.#put(index, time, order, ringer);
  }

  #put(index: number, due: number, order: number, ringer: Ringer): void {
    this.#due[index] = due;
    this.#order[index] = order;
    this.#ringers[index] = ringer;
  }

  #grow(): void {
    const [due, order] = [this.#due, this.#order];
    this.#due = new Float64Array(due.length * 2);
    this.#order = new Float64Array(order.length * 2);
    this.#due.set(due);
    this.#order.set(order);
  }
}
