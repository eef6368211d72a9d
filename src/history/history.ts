import type { BatchWriterStats } from "./batch-writer.js";
import type { HistoryEntry, HistoryRecord, Outcome, RecordedRun, BegunRun, SkipReason } from "./record.js";

/** Which records are wanted. What is left out, or `undefined`, asks for nothing; all that is given must hold. */
export interface HistoryQuery {
  /** One job, or any of several; an empty list finds nothing. */
  readonly job?: string | readonly string[];
  /** Finds runs only. */
  readonly outcome?: Outcome | readonly Outcome[];
  readonly kind?: HistoryRecord["kind"];
  /** Finds skips only. */
  readonly reason?: SkipReason | readonly SkipReason[];
  /** Runs that started, and fires that were skipped, at this instant or later: a Date or epoch milliseconds. */
  readonly from?: Date | number;
  /** And before this one. */
  readonly to?: Date | number;
  readonly tag?: string;
  /** Finds runs only: those that this node performed. */
  readonly node?: string;
  /** The `cursor` of the page before; `null` begins anew. */
  readonly cursor?: string | null;
  /** How many records a page has at most, from 1 to 1000. @default 50 */
  readonly limit?: number;
  /** By time, and within one millisecond by id. @default "newest" */
  readonly order?: "newest" | "oldest";
}

/** Some of the records that a query finds. */
export interface HistoryPage {
  readonly items: readonly HistoryRecord[];
  /**
   * Opaque; the same query with it goes on after the last of `items`, whatever was appended in between. `null` when that
   * was all.
   */
  readonly cursor: string | null;
}

/** A run that its process has left unfinished. */
export interface UnfinishedRun {
  readonly start: BegunRun;
  /** Its record, which has been appended: its outcome is `abandoned`. */
  readonly record: RecordedRun;
}

/** What dead processes have left. */
export interface Unfinished {
  readonly runs: readonly UnfinishedRun[];
  /** How long until it can be told whether others are dead, too; `null` when there are no others. */
  readonly askAgainMs: number | null;
}

/** What a history that outlives its process can tell of the time before. */
export interface RunJournal {
  /**
   * Takes over that runs have begun, as `append` takes their records. The record of the same id, appended later, ends it.
   * Its fire time counts as a last fire time from then on.
   */
  began(starts: readonly BegunRun[]): void;
  /** All fires of the job up to that one have begun or are on record, also where a skip `overtakes` others. */
  passed(jobName: string, fireTime: number): void;
  /** As `began`, of runs that wait for it to begin: settles when it would outlive the process. */
  begin(starts: readonly BegunRun[]): Promise<void>;
  /** The last fire time of each job as it was before this process appended or began anything. */
  found(): Promise<ReadonlyMap<string, number>>;
  /** Puts on record, as abandoned, the runs of processes that are dead; of several who ask, one gets each run. */
  takeUnfinished(): Promise<Unfinished>;
}

/**
 * Where what became of fires is kept and can be asked for. `list`, `get` and `lastFireTimes` know all that was appended
 * before they were called. An own one is right when it passes `historyContract` of `punctual/testing`.
 */
export interface History {
  /** How its writing gets on, for `scheduler.stats()`; a copy or a getter's answer. Without it, nothing is told of that. */
  readonly writing?: BatchWriterStats;
  /**
   * Takes over a batch; the list is the caller's again when this returns, the entries stay as they are. No run waits for
   * it: a history that writes elsewhere returns at once and gathers. While a promise that it returns is pending, it has no
   * room: further fires wait, as for a limit. What is thrown, or rejected, is reported.
   */
  append(entries: readonly HistoryEntry[]): void | Promise<void>;
  /** The first page of what a query finds, or, with a cursor, the next. @throws InvalidOptionError, as a rejection */
  list(query?: HistoryQuery): Promise<HistoryPage>;
  /** The record of that id, or `undefined` when it never was or is kept no more. */
  get(id: string): Promise<HistoryRecord | undefined>;
  /** The latest fire time of each job that was started or skipped: never an earlier one than before. */
  lastFireTimes(): Promise<ReadonlyMap<string, number>>;
  /** Forgets the records from before that instant, but no last fire time. Resolves with how many those were. */
  prune?(before: Date | number): Promise<number>;
  /** Only of a history that outlives its process: by it a scheduler makes up for what was missed while nothing ran. */
  readonly journal?: RunJournal;
  /** Writes what waits to be written, and frees what is held. It may be called again, and the history used again. */
  close(): Promise<void>;
}
