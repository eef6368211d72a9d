import { InvalidOptionError } from "../errors.js";
import { EntryIndex } from "./entry-index.js";
import type { History, HistoryPage, HistoryQuery } from "./history.js";
import type { JobCounts } from "./job-tally.js";
import { JobTallies, NO_COUNTS } from "./job-tally.js";
import { checkInstant, checkQuery } from "./query.js";
import type { HistoryEntry, HistoryRecord, RecordedRun } from "./record.js";
import { recordOf, timeOf } from "./record.js";
import { Ring } from "./ring.js";
import { selectPage } from "./select.js";

/** Options of `new MemoryHistory`. */
export interface MemoryHistoryOptions {
  /** How many records are kept, of all jobs together, from 1 to 1,000,000. @default 1000 */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 1_000_000;
/** How many jobs have a last run, counts and a last fire time. */
const MAX_JOBS = 10_000;

/**
 * Keeps the latest records of all jobs, and beyond those the last run, the counts and the last fire time of each of 10,000
 * jobs; where there are more, a new one takes the place of one that was not heard of for a minute. It ends with the process.
 */
export class MemoryHistory implements History {
  readonly #ring: Ring<HistoryEntry>;
  readonly #jobs = new JobTallies(MAX_JOBS);
  readonly #index: EntryIndex;
  /** The records that were asked for: each is made once, and goes with its source. */
  readonly #records = new WeakMap<HistoryEntry, HistoryRecord>();

  /** @throws InvalidOptionError */
  constructor(options: MemoryHistoryOptions = {}) {
    this.#ring = new Ring(checkOptions(options));
    this.#index = new EntryIndex(this.#ring, this.#jobs);
  }

  append(entries: readonly HistoryEntry[]): void {
    for (const entry of entries) this.#jobs.add(entry, this.#ring.push(entry));
    this.#index.trim();
  }

  async list(query: HistoryQuery = {}): Promise<HistoryPage> {
    const { entries, cursor } = selectPage(this.#kept(), checkQuery(query), (entry) => this.#nodeOf(entry));
    return { items: entries.map((entry) => this.#recordOf(entry)), cursor };
  }

  async get(id: string): Promise<HistoryRecord | undefined> {
    const entry = this.#index.find(id);
    return entry && this.#recordOf(entry);
  }

  async lastFireTimes(): Promise<ReadonlyMap<string, number>> {
    const times = new Map<string, number>();
    for (const { jobName, lastFireTime } of this.#jobs.values()) {
      if (lastFireTime > Number.NEGATIVE_INFINITY) times.set(jobName, lastFireTime);
    }
    return times;
  }

  /** The run of that job that ended last, or `undefined` when there was none. */
  lastRun(jobName: string): RecordedRun | undefined {
    const entry = this.#jobs.get(jobName)?.lastRun;
    return entry ? (this.#recordOf(entry) as RecordedRun) : undefined;
  }

  /** How often each thing happened to that job, in records that are kept no more too. */
  counts(jobName: string): JobCounts {
    const { outcomes, reasons } = this.#jobs.get(jobName) ?? NO_COUNTS;
    return { outcomes: { ...outcomes }, reasons: { ...reasons } };
  }

  /** Forgets the records from before that instant; counts and last fire times stay. @throws InvalidOptionError, as a rejection */
  async prune(before: Date | number): Promise<number> {
    const beforeMs = checkInstant(before, "before");
    const goes = (entry: HistoryEntry): boolean => timeOf(entry) < beforeMs;
    let count = 0;
    for (const tally of this.#jobs.values()) {
      if (tally.lastRun === null || !goes(tally.lastRun)) continue;
      if (tally.lastRunNumber < this.#ring.first) count++;
      tally.lastRun = null;
    }
    this.#index.clear();
    return count + this.#ring.prune(goes);
  }

  /** Does nothing: what is kept stays, to be asked for after a stop too. */
  async close(): Promise<void> {}

  *#kept(): Generator<HistoryEntry, void> {
    for (const { lastRun, lastRunNumber } of this.#jobs.values()) {
      if (lastRun !== null && lastRunNumber < this.#ring.first) yield lastRun;
    }
    yield* this.#ring.values();
  }

  #nodeOf(entry: HistoryEntry): string | null {
    const record = this.#recordOf(entry);
    return record.kind === "run" ? record.node : null;
  }

  #recordOf(entry: HistoryEntry): HistoryRecord {
    const made = this.#records.get(entry);
    if (made !== undefined) return made;
    const record = recordOf(entry);
    this.#records.set(entry, record);
    return record;
  }
}

function checkOptions(options: MemoryHistoryOptions): number {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new InvalidOptionError("options", "an object", options);
  }
  const { limit = DEFAULT_LIMIT, ...more } = options;
  for (const [key, value] of Object.entries(more)) {
    throw new InvalidOptionError(key, "no option of that name (there is limit)", value);
  }
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new InvalidOptionError("limit", `a whole number from 1 to ${MAX_LIMIT}`, limit);
}
