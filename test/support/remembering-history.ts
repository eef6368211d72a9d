import type { HistoryEntry, HistoryRecord } from "punctual";
import { MemoryHistory } from "punctual";
import type { RunJournal, Unfinished, UnfinishedRun } from "../../src/history/history.js";
import type { RunStart } from "../../src/history/record.js";
import { recordOf } from "../../src/history/record.js";
import { abandonedRecord } from "../../src/history/sql/start-rows.js";

/** What outlives the processes of a test: written at once, as on the best of disks. */
export class Disk {
  readonly lastFireTimes = new Map<string, number>();
  readonly starts = new Map<string, RunStart>();
  readonly records: HistoryRecord[] = [];
  /** How the next questions are answered; at once and rightly where there is nothing more. */
  readonly answers: (() => Promise<void>)[] = [];
  /** While set, nothing is noted. */
  noteFails: (() => Promise<void>) | null = null;

  raise({ jobName, fireTime }: { readonly jobName: string; readonly fireTime: number | null }): void {
    if (fireTime === null) return;
    this.lastFireTimes.set(jobName, Math.max(fireTime, this.lastFireTimes.get(jobName) ?? Number.NEGATIVE_INFINITY));
  }
}

/** The history of one process: what it does not know is left to the processes after it. */
export class RememberingHistory extends MemoryHistory {
  readonly journal: RunJournal;
  readonly #disk: Disk;
  readonly #own = new Set<string>();

  constructor(disk: Disk) {
    super({ limit: 100_000 });
    this.#disk = disk;
    let found: ReadonlyMap<string, number> | null = null;
    const began: RunJournal["began"] = (starts) => {
      for (const start of starts) {
        this.#own.add(start.id);
        disk.starts.set(start.id, start);
        disk.raise(start);
      }
    };
    this.journal = {
      began,
      begin: async (starts) => {
        await disk.noteFails?.();
        began(starts);
      },
      found: async () => {
        found ??= new Map(disk.lastFireTimes);
        await disk.answers.shift()?.();
        return found;
      },
      takeUnfinished: async () => this.#take(),
    };
  }

  override append(entries: readonly HistoryEntry[]): void {
    super.append(entries);
    for (const record of entries.map(recordOf)) {
      this.#disk.records.push(record);
      this.#disk.starts.delete(record.id);
      this.#disk.raise(record);
    }
  }

  #take(): Unfinished {
    const runs: UnfinishedRun[] = [];
    for (const start of this.#disk.starts.values()) {
      if (this.#own.has(start.id)) continue;
      const record = abandonedRecord(start, null);
      runs.push({ start, record });
      this.append([record]);
    }
    return { runs, askAgainMs: null };
  }
}
