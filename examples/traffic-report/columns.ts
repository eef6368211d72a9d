import { BUCKETS } from "./histogram.js";

/** The bucket of a request whose line tells no response time. */
export const NO_BUCKET = -1;
const PAGE_BITS = 8;
const PAGE_ROWS = 1 << PAGE_BITS;

/** Requests, bytes and response times by row number, in columns that grow as rows come. */
export class Columns {
  requests = new Float64Array(PAGE_ROWS);
  bytes = new Float64Array(PAGE_ROWS);
  /** `BUCKETS` counts a row; in pages, because copying megabytes when they grow would hold up the main thread. */
  readonly #times: Uint32Array[] = [];

  add(row: number, bytes: number, bucket: number): void {
    this.addRow(row, 1, bytes);
    if (bucket !== NO_BUCKET) this.addTimes(row, bucket, 1);
  }

  addRow(row: number, requests: number, bytes: number): void {
    if (row >= this.#times.length << PAGE_BITS) this.#grow(row);
    (this.requests[row] as number) += requests;
    (this.bytes[row] as number) += bytes;
  }

  /** For a row that something was added to before. */
  addTimes(row: number, bucket: number, count: number): void {
    const page = this.#times[row >>> PAGE_BITS] as Uint32Array;
    (page[(row & (PAGE_ROWS - 1)) * BUCKETS + bucket] as number) += count;
  }

  timesOf(row: number): Uint32Array {
    const start = (row & (PAGE_ROWS - 1)) * BUCKETS;
    return this.#times[row >>> PAGE_BITS]?.subarray(start, start + BUCKETS) ?? new Uint32Array(BUCKETS);
  }

  #grow(row: number): void {
    while (row >= this.#times.length << PAGE_BITS) this.#times.push(new Uint32Array(PAGE_ROWS * BUCKETS));
    if (row < this.requests.length) return;
    const rows = Math.max(row + 1, this.requests.length * 2);
    this.requests = copied(this.requests, rows);
    this.bytes = copied(this.bytes, rows);
  }
}

function copied(from: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(length);
  to.set(from);
  return to;
}
