import { PunctualError } from "../errors.js";
import type { History } from "../history/history.js";
import type { HistoryEntry, RecordedSkip, SkipSource } from "../history/record.js";
import type { SkipReason } from "./admit.js";
import type { SchedulerEmitter } from "./events.js";
import type { JobState } from "./job-state.js";
import { nextRunNumber, runId } from "./run-id.js";
import type { RunState } from "./run-state.js";
import { NotedRunState } from "./run-state.js";

/** Puts on record what became of fires. A run never waits for it, and a history that fails disturbs nothing. */
export class Recorder {
  readonly #history: History;
  readonly #events: SchedulerEmitter;
  readonly #batch: HistoryEntry[] = [];
  /** Told when the history has no room for records of further runs, and when it has. */
  onRoom: (hasRoom: boolean) => void = () => {};
  #fullFor = 0;

  constructor(history: History, events: SchedulerEmitter) {
    this.#history = history;
    this.#events = events;
  }

  ended(run: RunState): void {
    this.#append(run);
  }

  skipped(job: JobState, at: number, fireTime: number | null, reason: SkipReason): void {
    this.#append(new SkippedFire(job, at, fireTime, reason));
  }

  /** A run goes on: should the process end, its record would be missing. */
  began(run: RunState): void {
    if (run instanceof NotedRunState) return;
    try {
      this.#history.journal?.began([run.toStart()]);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Settles when it is on record that the run begins. */
  async begins(run: NotedRunState): Promise<void> {
    await this.#history.journal?.begin([run.toStart()]);
  }

  /** What was on record as begun has not begun, and is skipped. */
  notBegun(run: NotedRunState, at: number, reason: SkipReason): void {
    this.#append(new SkippedFire(run.job, at, run.fireTime, reason, run.id));
  }

  /** Lets the history write what it still holds. */
  async close(): Promise<void> {
    try {
      await this.#history.close();
    } catch (error) {
      this.#failed(error);
    }
  }

  #append(entry: HistoryEntry): void {
    try {
      // A history keeps the entries, not the array: one serves for all.
      this.#batch[0] = entry;
      const appended = this.#history.append(this.#batch);
      if (appended !== undefined) void this.#wait(appended);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A history that has entries wait has no room for more. */
  async #wait(appended: Promise<void>): Promise<void> {
    if (this.#fullFor++ === 0) this.onRoom(false);
    try {
      await appended;
    } catch (error) {
      this.#failed(error);
    }
    if (--this.#fullFor === 0) this.onRoom(true);
  }

  #failed(cause: unknown): void {
    this.#events.report(new PunctualError("HISTORY_FAILED", `the history failed: ${String(cause)}`, { cause }), null);
  }
}

class SkippedFire implements SkipSource {
  readonly kind = "skip";
  readonly jobName: string;
  readonly tags: readonly string[];
  readonly at: number;
  readonly fireTime: number | null;
  readonly reason: SkipReason;
  readonly #number = nextRunNumber();
  readonly #id: string | null;

  constructor(job: JobState, at: number, fireTime: number | null, reason: SkipReason, id: string | null = null) {
    this.jobName = job.name;
    this.tags = job.settings.tags;
    this.at = at;
    this.fireTime = fireTime;
    this.reason = reason;
    this.#id = id;
  }

  get id(): string {
    return this.#id ?? runId(this.at, this.#number);
  }

  toRecord(): RecordedSkip {
    const { kind, id, jobName, tags, at, fireTime, reason } = this;
    return { kind, id, jobName, tags, at, fireTime, reason, detail: null };
  }
}
