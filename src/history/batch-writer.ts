import type { Clock } from "../clock/clock.js";
import { PunctualError } from "../errors.js";
import { BatchAttempt } from "./batch-attempt.js";
import { BatchMarks } from "./batch-marks.js";
import type { BatchProblem } from "./batch-problem.js";
import { BatchTrouble } from "./batch-problem.js";
import type { HistoryEntry, HistoryItem, PassedFire, BegunRun } from "./record.js";
import { itemOf } from "./record.js";

/** What `new BatchWriter` needs. */
export interface BatchWriterOptions {
  readonly clock: Clock;
  /**
   * Writes one batch, all of it or nothing it minds to find there: a batch comes again after a failure, and after no
   * answer even while the first try may go on.
   */
  write(batch: readonly HistoryItem[]): Promise<void>;
  /** Whether a failure is about a record, whichever: it is then looked for, and left out. @default never */
  isRefusal?(error: unknown): boolean;
  /** How many records are written together at most. @default 500 */
  readonly batchSize?: number;
  /** How long after a batch the next one is written at the earliest, in milliseconds, unless it is full. @default 100 */
  readonly intervalMs?: number;
  /** How long a batch may take before it is tried again, in milliseconds. @default 10_000 */
  readonly timeoutMs?: number;
  /** How many records may wait to be written, those included that are being written. @default 10_000 */
  readonly limit?: number;
  /** `drop` loses new records when there is no room; with `wait`, `append` returns a promise of room. @default "drop" */
  readonly whenFull?: "drop" | "wait";
  /** Told when something goes wrong, and when it is right again; what it throws is ignored. */
  onProblem(problem: BatchProblem): void;
}

/** Counts of a `BatchWriter`, since it was made. */
export interface BatchWriterStats {
  /** How many records wait to be written, now. */
  readonly backlog: number;
  readonly written: number;
  readonly dropped: number;
  /** How many the database refused; these too are lost. */
  readonly refused: number;
  /** How many tries to write a batch failed. */
  readonly failures: number;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** Long enough for a batch that gets no answer and one more try, and half of what a container has to end. */
const FLUSH_LIMIT_MS = 15_000;

/**
 * Gathers history entries and writes them in batches, one at a time and in the order in which they came, so that no run
 * waits. What cannot be written is tried again. It lets the process end, but for a flush.
 */
export class BatchWriter {
  readonly #options: Required<Omit<BatchWriterOptions, "onProblem">>;
  readonly #trouble: BatchTrouble;
  readonly #marks = new BatchMarks();
  #queue: (HistoryEntry | BegunRun | PassedFire)[] = [];
  /** When the last batch was taken, on the monotonic clock: what comes seldom is written at once, what comes often together. */
  #tookAtMs = Number.NEGATIVE_INFINITY;
  /** Up to how many entries ever taken over somebody waits for. */
  #awaited = 0;
  /** What is written, or tried again. */
  #batch: readonly HistoryItem[] | null = null;
  /** What is left of a batch of which some record was refused, to be written next. */
  #parts: (readonly HistoryItem[])[] = [];
  #refused = 0;
  /** What those are told who wait for an entry, by its id, when it is refused. */
  readonly #refusals = new Map<string, (error: PunctualError) => void>();
  #attempt: BatchAttempt | null = null;
  /** A try of this batch that was given up has written it nevertheless. */
  #wroteLate = false;
  /** Until the batch is tried again. */
  #pauseMs = 0;
  #timer: { readonly isNow: boolean; cancel(): void } | null = null;
  #flushes = 0;
  /** Nothing is tried until there is something new to do. */
  #stopped = false;

  constructor(options: BatchWriterOptions) {
    const { batchSize = 500, intervalMs = 100, timeoutMs = 10_000, limit = 10_000, whenFull = "drop" } = options;
    const { clock, onProblem } = options;
    const write = (batch: readonly HistoryItem[]): Promise<void> => options.write(batch);
    const isRefusal = (error: unknown): boolean => options.isRefusal?.(error) ?? false;
    this.#options = { clock, write, isRefusal, batchSize, intervalMs, timeoutMs, limit, whenFull };
    this.#trouble = new BatchTrouble((problem) => onProblem.call(options, problem), limit);
  }

  get stats(): BatchWriterStats {
    const { failures, dropped } = this.#trouble;
    const refused = this.#refused;
    return { backlog: this.#backlog, written: this.#marks.written - refused, dropped, refused, failures };
  }

  /**
   * Takes over the entries, in constant time for each; records are made of them when they are written. A promise, for
   * `wait`, resolves when the backlog has fallen to the limit; a caller who does not wait for it makes the backlog grow.
   */
  append(entries: readonly (HistoryEntry | BegunRun | PassedFire)[]): void | Promise<void> {
    const { limit, whenFull } = this.#options;
    const room = whenFull === "wait" ? entries.length : Math.max(0, limit - this.#backlog);
    for (const entry of room < entries.length ? entries.slice(0, room) : entries) this.#queue.push(entry);
    this.#stopped = false;
    this.#schedule();
    if (room < entries.length) this.#trouble.drop(entries.length - room);
    if (this.#backlog <= limit) return;
    const whenRoom = this.#appended - limit;
    return new Promise((resolve) => {
      this.#marks.when(whenRoom, resolve);
    });
  }

  /**
   * As `append`, but written as soon as what is being written is; settles then.
   * @throws PunctualError, code `HISTORY_FAILED`, when there is no room, or the database refuses one of them
   */
  appendAtOnce(entries: readonly BegunRun[]): Promise<void> {
    const { limit, whenFull } = this.#options;
    if (whenFull === "drop" && this.#backlog + entries.length > limit) {
      return Promise.reject(new PunctualError("HISTORY_FAILED", `${this.#backlog} records wait to be written already`));
    }
    void this.append(entries);
    this.#awaited = this.#appended;
    this.#schedule();
    return new Promise((resolve, reject) => {
      for (const { id } of entries) this.#refusals.set(id, reject);
      this.#marks.when(this.#awaited, () => {
        for (const { id } of entries) this.#refusals.delete(id);
        resolve();
      });
    });
  }

  /**
   * Writes all that was appended before; at once, even what was in a pause after a failure.
   * @throws PunctualError, code `HISTORY_FAILED`, when that is not done within `limitMs`; it is still tried then
   */
  flush(limitMs: number = FLUSH_LIMIT_MS): Promise<void> {
    const target = this.#appended;
    if (target <= this.#marks.written) return Promise.resolve();
    this.#flushes++;
    this.#pauseMs = 0;
    this.#stopped = false;
    const flushed = new Promise<void>((resolve, reject) => {
      const forget = this.#marks.when(target, () => {
        timer.cancel();
        this.#flushes--;
        resolve();
      });
      // The one timer that keeps the process alive for longer than a turn.
      const timer = this.#options.clock.setTimer(limitMs, () => {
        forget();
        this.#flushes--;
        reject(this.#notWritten(target - this.#marks.written, limitMs));
      });
    });
    this.#schedule();
    return flushed;
  }

  /**
   * Flushes; if that fails, nothing more is tried and no timer is left, and what is not written waits for the next
   * `append` or `flush`.
   * @throws PunctualError, code `HISTORY_FAILED`, as `flush`
   */
  async close(limitMs: number = FLUSH_LIMIT_MS): Promise<void> {
    try {
      await this.flush(limitMs);
    } catch (error) {
      if (this.#flushes === 0) this.#stop();
      throw error;
    }
  }

  /** How many entries were ever taken over. */
  get #appended(): number {
    return this.#marks.written + this.#backlog;
  }

  get #backlog(): number {
    const parts = this.#parts.reduce((sum, part) => sum + part.length, 0);
    return this.#queue.length + (this.#batch?.length ?? 0) + parts;
  }

  /** Sees to it that what waits will be written: sets the timer, or sets it earlier. */
  #schedule(): void {
    if (this.#stopped || this.#attempt !== null || this.#backlog === 0) return;
    const delayMs = this.#delayMs();
    const isNow = delayMs <= 0;
    if (this.#timer !== null && (this.#timer.isNow || !isNow)) return;
    this.#timer?.cancel();
    // Never right here: `append` has to return, and a database in the same process to let others have their turn.
    const timer = this.#options.clock.setTimer(delayMs, () => this.#write(), { ref: isNow });
    this.#timer = { isNow, cancel: () => timer.cancel() };
  }

  #delayMs(): number {
    const { clock, batchSize, intervalMs } = this.#options;
    if (this.#batch !== null) return this.#pauseMs;
    if (this.#parts.length > 0 || this.#flushes > 0 || this.#queue.length >= batchSize) return 0;
    if (this.#awaited > this.#marks.written) return 0;
    return this.#tookAtMs + intervalMs - clock.monotonic();
  }

  #write(): void {
    const { clock, write, timeoutMs } = this.#options;
    this.#timer = null;
    this.#batch ??= this.#parts.pop() ?? this.#takeBatch();
    const batch = this.#batch;
    this.#attempt = new BatchAttempt({
      clock,
      timeoutMs,
      write: () => write(batch),
      ended: (failure) => this.#ended(batch, failure),
      late: () => this.#late(batch),
    });
    this.#attempt.start();
  }

  #takeBatch(): readonly HistoryItem[] {
    this.#tookAtMs = this.#options.clock.monotonic();
    return this.#queue.splice(0, this.#options.batchSize).map(itemOf);
  }

  #ended(batch: readonly HistoryItem[], failure: { readonly error: unknown } | null): void {
    this.#attempt = null;
    if (failure === null || this.#wroteLate) {
      this.#written(batch);
    } else if (this.#options.isRefusal(failure.error)) {
      this.#refuse(batch, failure.error);
    } else {
      this.#pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, 2 * this.#pauseMs), LONGEST_PAUSE_MS);
      this.#trouble.batchFailed(failure.error, batch.length);
    }
    this.#schedule();
  }

  /** Halves the batch until the record that is refused is alone, and lets go of that. */
  #refuse(batch: readonly HistoryItem[], error: unknown): void {
    const [first, ...others] = batch;
    this.#batch = null;
    this.#pauseMs = 0;
    if (first === undefined || others.length > 0) {
      const middle = Math.ceil(batch.length / 2);
      this.#parts.push(batch.slice(middle), batch.slice(0, middle));
      return;
    }
    this.#refused++;
    const message = `the database refuses ${first.id}: ${String(error)}`;
    this.#refusals.get(first.id)?.(new PunctualError("HISTORY_FAILED", message, { cause: error }));
    this.#marks.add(1);
    this.#trouble.tell({ kind: "refused", id: first.id, error });
  }

  /** A store that always needs longer than it is given would get nowhere if this did not count. */
  #late(batch: readonly HistoryItem[]): void {
    if (batch !== this.#batch) return;
    this.#wroteLate = true;
    if (this.#attempt !== null) return;
    this.#cancelTimer();
    this.#ended(batch, null);
  }

  #written(batch: readonly HistoryItem[]): void {
    this.#batch = null;
    this.#wroteLate = false;
    this.#pauseMs = 0;
    this.#marks.add(batch.length);
    this.#trouble.batchWritten(this.#backlog);
  }

  #stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
    this.#attempt?.giveUp();
    this.#attempt = null;
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #notWritten(records: number, limitMs: number): PunctualError {
    const cause = this.#trouble.lastError;
    const why = cause === undefined ? "there is no answer yet" : String(cause);
    const message = `${records} ${records === 1 ? "record is" : "records are"} not written after ${limitMs} ms: ${why}`;
    return new PunctualError("HISTORY_FAILED", message, { cause });
  }
}
