/** What the heap asks of the things it holds. */
export interface HeapEntry {
  /** Where the entry lies in the heap; kept by the heap alone, NOT_IN_HEAP outside it. */
  heapIndex: number;
  /** Decides between entries of the same time: the lower one comes first. */
  readonly order: number;
}

export const NOT_IN_HEAP: number = -1;
const FIRST_CAPACITY = 16;

/**
 * A binary min-heap of entries keyed by time, ties in order of registration. Every entry knows its place, so that it can
 * be moved or removed in O(log n). Times and orders lie in typed arrays beside the entries: a comparison then touches
 * neighbouring memory only, which at 100,000 entries is most of the cost.
 */
export class EntryHeap<T extends HeapEntry> {
  #size = 0;
  readonly #entries: T[] = [];
  #times = new Float64Array(FIRST_CAPACITY);
  #orders = new Float64Array(FIRST_CAPACITY);

  get size(): number {
    return this.#size;
  }

  /** The entry that comes first. */
  peek(): T | undefined {
    return this.#entries[0];
  }

  /** The time of the entry that comes first, or Infinity when there is none. */
  peekTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#timeAt(0);
  }

  /** The time of an entry, or `null` when it is not in the heap. */
  timeOf(entry: T): number | null {
    return entry.heapIndex === NOT_IN_HEAP ? null : this.#timeAt(entry.heapIndex);
  }

  /** All entries, in no order; not to be changed. */
  entries(): readonly T[] {
    return this.#entries;
  }

  /** Puts the entry in, or moves it if it is in already. */
  set(entry: T, time: number): void {
    if (entry.heapIndex === NOT_IN_HEAP) {
      this.#grow();
      this.#siftUp(this.#size++, entry, time);
      return;
    }
    const index = entry.heapIndex;
    if (time < this.#timeAt(index)) this.#siftUp(index, entry, time);
    else this.#siftDown(index, entry, time);
  }

  /** Takes the entry out; one that is not in is left alone. */
  remove(entry: T): void {
    const index = entry.heapIndex;
    if (index === NOT_IN_HEAP) return;
    entry.heapIndex = NOT_IN_HEAP;
    const time = this.#timeAt(--this.#size);
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    // The last one fills the gap, from where it may have to go either way.
    if (index > 0 && this.#before(time, last.order, (index - 1) >> 1)) this.#siftUp(index, last, time);
    else this.#siftDown(index, last, time);
  }

  #siftUp(index: number, entry: T, time: number): void {
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#before(time, entry.order, parent)) break;
      this.#put(index, this.#entries[parent] as T, this.#timeAt(parent));
      index = parent;
    }
    this.#put(index, entry, time);
  }

  #siftDown(index: number, entry: T, time: number): void {
    const entries = this.#entries;
    const times = this.#times;
    const orders = this.#orders;
    const size = this.#size;
    const { order } = entry;
    // The hottest loop of a burst: typed arrays in local variables, one write per level.
    for (let child = 2 * index + 1; child < size; child = 2 * index + 1) {
      let first = times[child] as number;
      const right = child + 1;
      if (right < size) {
        const other = times[right] as number;
        if (other < first || (other === first && (orders[right] as number) < (orders[child] as number))) {
          child = right;
          first = other;
        }
      }
      if (time < first || (time === first && order < (orders[child] as number))) break;
      const moved = entries[child] as T;
      entries[index] = moved;
      times[index] = first;
      orders[index] = orders[child] as number;
      moved.heapIndex = index;
      index = child;
    }
    this.#put(index, entry, time);
  }

  #before(time: number, order: number, index: number): boolean {
    const other = this.#timeAt(index);
    return time < other || (time === other && order < (this.#orders[index] as number));
  }

  #put(index: number, entry: T, time: number): void {
    this.#entries[index] = entry;
    this.#times[index] = time;
    this.#orders[index] = entry.order;
    entry.heapIndex = index;
  }

  #timeAt(index: number): number {
    return this.#times[index] as number;
  }

  #grow(): void {
    if (this.#size < this.#times.length) return;
    const capacity = Math.ceil(this.#times.length * 1.5);
    this.#times = copyInto(new Float64Array(capacity), this.#times);
    this.#orders = copyInto(new Float64Array(capacity), this.#orders);
  }
}

function copyInto(larger: Float64Array<ArrayBuffer>, values: Float64Array): Float64Array<ArrayBuffer> {
  larger.set(values);
  return larger;
}
