interface Mark {
  readonly count: number;
  readonly reach: () => void;
}

/** Counts what is written, and tells those who wait until it is so much. */
export class BatchMarks {
  #written = 0;
  #marks: Mark[] = [];

  /** How many entries were ever written. */
  get written(): number {
    return this.#written;
  }

  add(entries: number): void {
    this.#written += entries;
    const reached = this.#marks.filter(({ count }) => count <= this.#written);
    if (reached.length === 0) return;
    this.#marks = this.#marks.filter(({ count }) => count > this.#written);
    for (const { reach } of reached) reach();
  }

  /** Calls `reach` when so many entries were ever written; returns what makes it forget that. */
  when(count: number, reach: () => void): () => void {
    const mark = { count, reach };
    this.#marks.push(mark);
    return () => {
      this.#marks = this.#marks.filter((other) => other !== mark);
    };
  }
}
