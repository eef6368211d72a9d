import type { HistoryEntry, HistoryRecord, RecordedRun, RecordedSkip } from "../history/record.js";

/** When the records of the contract begin. */
export const START: number = Date.UTC(2026, 0, 1);

/** Makes records, each a second after the one before, unless told otherwise. The same ones each time. */
export class RecordMaker {
  #count = 0;

  run(fields: Partial<RecordedRun> = {}): RecordedRun {
    const { startedAt = START + this.#count * 1_000 } = fields;
    const endedAt = startedAt + 10;
    return {
      kind: "run",
      id: this.#id(startedAt),
      jobName: "job",
      fireTime: startedAt,
      startedAt,
      outcome: "succeeded",
      tags: [],
      commandKind: "function",
      command: "work",
      node: null,
      endedAt,
      latenessMs: 0,
      attempts: [{ attempt: 1, startedAt, endedAt }],
      result: null,
      error: null,
      output: null,
      token: null,
      ...fields,
    };
  }

  skip(fields: Partial<RecordedSkip> = {}): RecordedSkip {
    const { at = START + this.#count * 1_000 } = fields;
    const id = this.#id(at);
    const head = { kind: "skip", id, jobName: "job", fireTime: at, at, reason: "overlap", tags: [] } as const;
    return { ...head, detail: null, ...fields };
  }

  runs(count: number, fields: Partial<RecordedRun> = {}): RecordedRun[] {
    return Array.from({ length: count }, () => this.run(fields));
  }

  /** A UUID of version 7, whose order within a millisecond is not that of making. */
  #id(ms: number): string {
    const time = Math.max(0, ms).toString(16).padStart(12, "0");
    // An odd factor: no number comes twice.
    const scattered = (Math.imul(this.#count++, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${scattered.slice(0, 3)}-8${scattered.slice(3, 6)}-${scattered.slice(6)}0000000000`;
  }
}

/** The record as a source of itself, and how often it was made. */
export function sourceOf<R extends HistoryRecord>(record: R): R & HistoryEntry & { toRecord(): R; made: number } {
  const source = {
    ...headOf(record),
    made: 0,
    toRecord(): R {
      source.made++;
      return record;
    },
  };
  return source as never;
}

/** Without what only the record has. */
function headOf(record: HistoryRecord): object {
  const { kind, id, jobName, fireTime, tags } = record;
  if (record.kind === "run") {
    const { startedAt, outcome } = record;
    return { kind, id, jobName, fireTime, tags, startedAt, outcome };
  }
  const { at, reason } = record;
  return { kind, id, jobName, fireTime, tags, at, reason };
}
