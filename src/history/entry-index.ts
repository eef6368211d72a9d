import type { JobTallies } from "./job-tally.js";
import type { HistoryEntry } from "./record.js";
import type { Ring } from "./ring.js";

interface Place {
  readonly entry: HistoryEntry;
  /** In the ring. */
  readonly number: number;
}

/**
 * Finds entries by id, in constant time on the whole. It is filled when it is asked, not when an entry is appended: ids
 * too may be made when first read, and most never are.
 */
export class EntryIndex {
  readonly #ring: Ring<HistoryEntry>;
  readonly #jobs: JobTallies;
  /** All that is kept, and some that is kept no more. */
  readonly #places = new Map<string, Place>();
  /** The ring's total when this was brought up to date. */
  #upTo = 0;

  constructor(ring: Ring<HistoryEntry>, jobs: JobTallies) {
    this.#ring = ring;
    this.#jobs = jobs;
  }

  /** How many entries it holds: at most about twice as many as are kept. */
  get size(): number {
    return this.#places.size;
  }

  find(id: string): HistoryEntry | undefined {
    this.#update();
    const place = this.#places.get(id);
    if (place === undefined) return undefined;
    const { entry, number } = place;
    const kept = this.#ring.at(number) === entry || this.#jobs.get(entry.jobName)?.lastRun === entry;
    return kept ? entry : undefined;
  }

  /** Lets go of everything once it has left the ring; it would be filled anew anyway. */
  trim(): void {
    if (this.#places.size > 0 && this.#ring.first >= this.#upTo) this.clear();
  }

  clear(): void {
    this.#places.clear();
  }

  #update(): void {
    this.trim();
    if (this.#places.size > 2 * (this.#ring.capacity + this.#jobs.size)) this.clear();
    if (this.#places.size === 0) {
      this.#upTo = this.#ring.first;
      for (const { lastRun, lastRunNumber } of this.#jobs.values()) {
        if (lastRun !== null) this.#places.set(lastRun.id, { entry: lastRun, number: lastRunNumber });
      }
    }
    for (; this.#upTo < this.#ring.total; this.#upTo++) {
      const entry = this.#ring.at(this.#upTo);
      if (entry !== undefined) this.#places.set(entry.id, { entry, number: this.#upTo });
    }
  }
}
