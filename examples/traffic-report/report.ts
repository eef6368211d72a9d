import { Columns } from "./columns.js";
import { BUCKETS, percentile } from "./histogram.js";
import { OTHER_KEY, OTHER_ROW } from "./key-rows.js";
import type { Part, Table } from "./part.js";
import { DIMENSIONS } from "./part.js";

/** The figures of one path, status, client or hour. Times in microseconds, `null` where no line told one. */
export interface Row {
  readonly key: string;
  readonly requests: number;
  readonly bytes: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

const LARGEST_TABLE = 50_000;
const KEYS_A_STEP = 2_000;
const CELLS_A_STEP = 20_000;
const SAMPLES = 5;

/** Rows of many tables added up, by key; as bounded as they are. */
export class Merged {
  readonly #limit: number;
  readonly #rows = new Map<string, number>([[OTHER_KEY, OTHER_ROW]]);
  readonly #columns = new Columns();

  constructor(limit: number = LARGEST_TABLE) {
    this.#limit = limit;
  }

  /** Adds a table; rests after each piece of the work, for who does not want to be held up by all of it. */
  *adding({ keys, requests, bytes, timeCells, timeCounts }: Table): Generator<void> {
    const rows = new Int32Array(keys.length);
    for (let from = 0; from < rows.length; from++) {
      const row = this.#rowOf(keys[from] as string);
      rows[from] = row;
      this.#columns.addRow(row, requests[from] as number, bytes[from] as number);
      if (from % KEYS_A_STEP === KEYS_A_STEP - 1) yield;
    }
    for (let at = 0; at < timeCells.length; at++) {
      const cell = timeCells[at] as number;
      const from = Math.floor(cell / BUCKETS);
      this.#columns.addTimes(rows[from] as number, cell - from * BUCKETS, timeCounts[at] as number);
      if (at % CELLS_A_STEP === CELLS_A_STEP - 1) yield;
    }
  }

  /** The figures by key, without those of "(other)". */
  rows(): Row[] {
    return [...this.#rows].filter(([, row]) => row !== OTHER_ROW).map(([key, row]) => this.#row(key, row));
  }

  /** The `count` rows with the most requests, without "(other)". */
  top(count: number): Row[] {
    const requests = (row: number): number => this.#columns.requests[row] as number;
    const all = [...this.#rows].filter(([, row]) => row !== OTHER_ROW);
    all.sort(([, one], [, other]) => requests(other) - requests(one));
    return all.slice(0, count).map(([key, row]) => this.#row(key, row));
  }

  /** What was counted without a row of its own; `null` when nothing was. */
  other(): Row | null {
    const row = this.#row(OTHER_KEY, OTHER_ROW);
    return row.requests === 0 ? null : row;
  }

  /** How many keys have a row of their own. */
  get distinct(): number {
    return this.#rows.size - 1;
  }

  #rowOf(key: string): number {
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    if (this.#rows.size > this.#limit) return OTHER_ROW;
    this.#rows.set(key, this.#rows.size);
    return this.#rows.size - 1;
  }

  #row(key: string, row: number): Row {
    const times = this.#columns.timesOf(row);
    const at = (p: number): number | null => percentile(times, p);
    return {
      key,
      requests: this.#columns.requests[row] as number,
      bytes: this.#columns.bytes[row] as number,
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
    };
  }
}

/** The parts, put together. */
export class Report {
  readonly path: Merged = new Merged();
  readonly status: Merged = new Merged();
  readonly client: Merged = new Merged();
  readonly hour: Merged = new Merged();
  readonly samples: string[] = [];
  lines = 0;
  malformed = 0;
  requests = 0;
  bytes = 0;

  add(part: Part): void {
    for (const _ of this.adding(part));
  }

  /** As `add`, in pieces of less than a millisecond or so. */
  *adding(part: Part): Generator<void> {
    this.lines += part.lines;
    this.malformed += part.malformed;
    this.samples.push(...part.samples.slice(0, SAMPLES - this.samples.length));
    this.requests += sum(part.tables.status.requests);
    this.bytes += sum(part.tables.status.bytes);
    for (const dimension of DIMENSIONS) yield* this[dimension].adding(part.tables[dimension]);
  }
}

function sum(column: Float64Array): number {
  return column.reduce((total, value) => total + value, 0);
}
