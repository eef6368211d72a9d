import { BUCKETS } from "./histogram.js";

/** The bucket of a request whose line tells no response time. */
export const NO_BUCKET = -1;

/** Requests, bytes and response times by row number, in columns that grow as rows come. */
export class Columns {
  requests = new Float64Array(64);
  bytes = new Float64Array(64);
  /** `BUCKETS` counts a row. */
  times = new Uint32Array(64 * BUCKETS);

  add(row: number, bytes: number, bucket: number): void {
    if (row >= this.requests.length) this.#grow(row);
    (this.requests[row] as number) += 1;
    (this.bytes[row] as number) += bytes;
    if (bucket !== NO_BUCKET) (this.times[row * BUCKETS + bucket] as number) += 1;
  }

  /** Adds what another table has for the row. */
  addRow(row: number, requests: number, bytes: number): void {
    if (row >= this.requests.length) this.#grow(row);
    (this.requests[row] as number) += requests;
    (this.bytes[row] as number) += bytes;
  }

  addTimes(row: number, bucket: number, count: number): void {
    (this.times[row * BUCKETS + bucket] as number) += count;
  }

  timesOf(row: number): Uint32Array {
    return this.times.subarray(row * BUCKETS, (row + 1) * BUCKETS);
  }

  #grow(row: number): void {
    const rows = Math.max(row + 1, this.requests.length * 2);
    this.requests = copied(this.requests, new Float64Array(rows));
    this.bytes = copied(this.bytes, new Float64Array(rows));
    this.times = copied(this.times, new Uint32Array(rows * BUCKETS));
  }
}

function copied<Column extends Float64Array | Uint32Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
