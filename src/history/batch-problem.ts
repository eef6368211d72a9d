/** What goes wrong, or is right again, between the history and where it is written. */
export type BatchProblem =
  | {
      /** A batch was not written; the same one is tried again. Told for each try. */
      readonly kind: "failed";
      readonly error: unknown;
      /** How many records the batch has. */
      readonly records: number;
      /** How many tries of it have failed, this one included. */
      readonly failures: number;
    }
  | {
      /** There is no room. Told with the first records that are dropped, and not again before it is right again. */
      readonly kind: "dropped";
      /** How many were dropped so far. */
      readonly records: number;
    }
  | {
      /** The database takes this one record never; it is lost, and the others of its batch are written. */
      readonly kind: "refused";
      /** The record's. */
      readonly id: string;
      readonly error: unknown;
    }
  | {
      /** What retention says was not forgotten; it is tried again an hour later. */
      readonly kind: "retention";
      readonly error: unknown;
    }
  | {
      /** Batches are written again, and there is room again. */
      readonly kind: "recovered";
      /** How many records were dropped in all since it began; these are lost. */
      readonly records: number;
      /** How many tries have failed since it began. */
      readonly failures: number;
    };

/** Counts failures and drops, and tells of them without repeating itself for each record. */
export class BatchTrouble {
  readonly #tell: (problem: BatchProblem) => void;
  /** A stretch of dropping is over when no more than this many wait: near the limit it would end at each batch. */
  readonly #roomyBacklog: number;
  /** Ever. */
  #failures = 0;
  #dropped = 0;
  /** Both as they were before this stretch of trouble; it is none when they are equal. */
  #before = { failures: 0, dropped: 0 };
  /** Of the batch in hand. */
  #failuresInRow = 0;
  #lastError: unknown;

  constructor(tell: (problem: BatchProblem) => void, limit: number) {
    this.#tell = tell;
    this.#roomyBacklog = limit / 2;
  }

  get failures(): number {
    return this.#failures;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Why the batch in hand is not written yet; `undefined` when no try of it has failed. */
  get lastError(): unknown {
    return this.#failuresInRow === 0 ? undefined : this.#lastError;
  }

  batchFailed(error: unknown, records: number): void {
    this.#failures++;
    this.#lastError = error;
    this.#report({ kind: "failed", error, records, failures: ++this.#failuresInRow });
  }

  /** A record that is lost for itself. */
  tell(problem: Extract<BatchProblem, { kind: "refused" }>): void {
    this.#report(problem);
  }

  drop(records: number): void {
    const isFirst = this.#dropped === this.#before.dropped;
    this.#dropped += records;
    if (isFirst) this.#report({ kind: "dropped", records });
  }

  batchWritten(backlog: number): void {
    this.#failuresInRow = 0;
    const records = this.#dropped - this.#before.dropped;
    const failures = this.#failures - this.#before.failures;
    if (records + failures === 0 || (records > 0 && backlog > this.#roomyBacklog)) return;
    this.#before = { failures: this.#failures, dropped: this.#dropped };
    this.#report({ kind: "recovered", records, failures });
  }

  #report(problem: BatchProblem): void {
    try {
      this.#tell(problem);
    } catch {
      // Whoever is told cannot stop the writing, and there is nobody else to tell.
    }
  }
}
