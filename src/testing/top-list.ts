/** The greatest few of many, the greatest first; of equals the earlier ones. */
export class TopList<T> {
  readonly items: T[] = [];
  /** What was added last, if it is still among them. */
  latest: T | null = null;
  readonly #size: number;
  readonly #weight: (item: T) => number;

  constructor(size: number, weight: (item: T) => number) {
    this.#size = size;
    this.#weight = weight;
  }

  /** Whether one of that weight would be among them. */
  takes(weight: number): boolean {
    const last = this.items[this.items.length - 1];
    if (last === undefined || this.items.length < this.#size) return this.#size > 0;
    return weight > this.#weight(last);
  }

  /** Puts one in that is taken, in place of another one or of the least. */
  add(item: T, replaced: T | null): void {
    const { items } = this;
    const weight = this.#weight(item);
    if (replaced !== null) items.splice(items.indexOf(replaced), 1);
    else if (items.length === this.#size) items.pop();
    const index = items.findIndex((other) => this.#weight(other) < weight);
    items.splice(index < 0 ? items.length : index, 0, item);
    this.latest = items.includes(item) ? item : null;
  }
}
