import type { HistoryEntry, Outcome, SkipReason } from "./record.js";
import { OUTCOMES, SKIP_REASONS, timeOf } from "./record.js";

/** How often each thing happened to a job. */
export interface JobCounts {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly reasons: Readonly<Record<SkipReason, number>>;
}

/** The counts of a job that nothing has happened to. */
export const NO_COUNTS: JobCounts = { outcomes: zeros(OUTCOMES), reasons: zeros(SKIP_REASONS) };

type RunEntry = Extract<HistoryEntry, { kind: "run" }>;

/** What is known of one job beyond its entries, and its neighbours in the order in which jobs were last heard of. */
export class JobTally {
  readonly jobName: string;
  // Copies: to make them key by key takes a hundred times as long, and many jobs come and go where there are many.
  readonly outcomes: Record<Outcome, number> = { ...NO_COUNTS.outcomes };
  #reasons: Record<SkipReason, number> | null = null;
  /** The run that ended last, and its number in the ring. */
  lastRun: RunEntry | null = null;
  lastRunNumber = -1;
  lastFireTime: number = Number.NEGATIVE_INFINITY;
  /** When it was last heard of, epoch milliseconds. */
  heardAt = 0;
  older: JobTally = this;
  newer: JobTally = this;

  constructor(jobName: string) {
    this.jobName = jobName;
  }

  get reasons(): JobCounts["reasons"] {
    return this.#reasons ?? NO_COUNTS.reasons;
  }

  add(entry: HistoryEntry, number: number): void {
    this.heardAt = timeOf(entry);
    if (entry.fireTime !== null && entry.fireTime > this.lastFireTime) this.lastFireTime = entry.fireTime;
    if (entry.kind === "skip") {
      // Most jobs skip nothing, and ten thousand first runs in one second are noticed.
      this.#reasons ??= { ...NO_COUNTS.reasons };
      this.#reasons[entry.reason]++;
      return;
    }
    this.outcomes[entry.outcome]++;
    this.lastRun = entry;
    this.lastRunNumber = number;
  }
}

/** How long a job is not heard of before another may take its place. */
const QUIET_MS = 60_000;

/**
 * The tallies of so many jobs. When there are more, a new one takes the place of the one that was not heard of for the
 * longest, if that is a while ago: a crowd that fires all the time would drive itself out, at every fire.
 */
export class JobTallies {
  readonly #most: number;
  readonly #byName = new Map<string, JobTally>();
  /** Begin and end of a ring: the job heard of last is the one older than it. */
  readonly #end = new JobTally("");

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#byName.size;
  }

  get(jobName: string): JobTally | undefined {
    return this.#byName.get(jobName);
  }

  values(): Iterable<JobTally> {
    return this.#byName.values();
  }

  add(entry: HistoryEntry, number: number): void {
    const tally = this.#byName.get(entry.jobName) ?? this.#make(entry);
    if (tally === null) return;
    // Not by the order of the map: to delete and set again costs more than all the rest.
    if (tally !== this.#end.older) this.#moveToEnd(tally);
    tally.add(entry, number);
  }

  #make(entry: HistoryEntry): JobTally | null {
    if (this.#byName.size >= this.#most) {
      const oldest = this.#end.newer;
      if (timeOf(entry) - oldest.heardAt < QUIET_MS) return null;
      unlink(oldest);
      this.#byName.delete(oldest.jobName);
    }
    const tally = new JobTally(entry.jobName);
    this.#byName.set(entry.jobName, tally);
    return tally;
  }

  #moveToEnd(tally: JobTally): void {
    unlink(tally);
    const { older } = this.#end;
    tally.older = older;
    tally.newer = this.#end;
    older.newer = tally;
    this.#end.older = tally;
  }
}

function unlink({ older, newer }: JobTally): void {
  older.newer = newer;
  newer.older = older;
}

function zeros<K extends string>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}
