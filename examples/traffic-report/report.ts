import { Columns } from "./columns.js";
import { BUCKETS, percentile } from "./histogram.js";
import { OTHER_KEY, OTHER_ROW } from "./key-rows.js";
import type { Dimension, Part, Table } from "./part.js";
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
const SAMPLES = 5;

/** Rows of many tables added up, by key; as bounded as they are. */
export class Merged {
  readonly #limit: number;
  readonly #rows = new Map<string, number>([[OTHER_KEY, OTHER_ROW]]);
  readonly #columns = new Columns();

  constructor(limit: number = LARGEST_TABLE) {
    this.#limit = limit;
  }

  add(table: Table): void {
    const rows = table.keys.map((key) => this.#rowOf(key));
    for (let from = 0; from < rows.length; from++) {
      this.#columns.addRow(rows[from] as number, table.requests[from] as number, table.bytes[from] as number);
    }
    const { timeCells, timeCounts } = table;
    for (let at = 0; at < timeCells.length; at++) {
      const cell = timeCells[at] as number;
      const row = Math.floor(cell / BUCKETS);
      this.#columns.addTimes(rows[row] as number, cell - row * BUCKETS, timeCounts[at] as number);
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
    this.lines += part.lines;
    this.malformed += part.malformed;
    this.samples.push(...part.samples.slice(0, SAMPLES - this.samples.length));
    for (const dimension of DIMENSIONS) this[dimension satisfies Dimension].add(part.tables[dimension]);
    this.requests += sum(part.tables.status.requests);
    this.bytes += sum(part.tables.status.bytes);
  }
}

function sum(column: Float64Array): number {
  return column.reduce((total, value) => total + value, 0);
}
