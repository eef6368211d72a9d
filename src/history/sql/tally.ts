import { LAST_BUCKET } from "./buckets.js";

/** What is measured of runs. */
export type Measure = "took" | "late";

/** Takes what a tally says, piece by piece. */
export interface TallySink {
  /** So often a run had that outcome, or a fire was skipped for that reason. */
  addWord(word: string, times: number): void;
  /** So often a value was in that bucket. */
  addBucket(measure: Measure, bucket: number, times: number): void;
}

/** What happened to one job within some time: how often each thing, and how often each bucket was met. */
export class Tally implements TallySink {
  readonly #words = new Map<string, number>();
  readonly #buckets = { took: new Map<number, number>(), late: new Map<number, number>() };

  addWord(word: string, times: number): void {
    this.#words.set(word, (this.#words.get(word) ?? 0) + times);
  }

  addBucket(measure: Measure, bucket: number, times: number): void {
    const buckets = this.#buckets[measure];
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + times);
  }

  /** Tells another all that it says. */
  pourInto(sink: TallySink): void {
    for (const [word, times] of this.#words) sink.addWord(word, times);
    for (const measure of ["took", "late"] as const) {
      for (const [bucket, times] of this.#buckets[measure]) sink.addBucket(measure, bucket, times);
    }
  }

  /** As few bytes, the same for equal tallies; `readTally` reads them. */
  toBytes(): Uint8Array {
    const bytes: number[] = [];
    pushNumber(bytes, this.#words.size);
    for (const word of [...this.#words.keys()].sort()) {
      pushNumber(bytes, word.length);
      for (let index = 0; index < word.length; index++) bytes.push(word.charCodeAt(index));
      pushNumber(bytes, this.#words.get(word) ?? 0);
    }
    pushBuckets(bytes, this.#buckets.took);
    pushBuckets(bytes, this.#buckets.late);
    return Buffer.from(bytes);
  }
}

/** Gives what a tally says that was made into bytes; libsql has these in an `ArrayBuffer`. */
export function readTally(bytes: Uint8Array | ArrayBuffer, sink: TallySink): void {
  const reader = new Reader(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes);
  for (let count = reader.number(); count > 0; count--) {
    const word = reader.word();
    sink.addWord(word, reader.number());
  }
  for (const measure of ["took", "late"] as const) {
    let bucket = -LAST_BUCKET;
    for (let count = reader.number(); count > 0; count--) {
      bucket += reader.number();
      sink.addBucket(measure, bucket, reader.number());
    }
  }
}

/** Each as how far it is from the one before. */
function pushBuckets(bytes: number[], buckets: ReadonlyMap<number, number>): void {
  pushNumber(bytes, buckets.size);
  let before = -LAST_BUCKET;
  for (const bucket of Float64Array.from(buckets.keys()).sort()) {
    pushNumber(bytes, bucket - before);
    pushNumber(bytes, buckets.get(bucket) ?? 0);
    before = bucket;
  }
}

/** Seven bits in each byte, the lowest first; the last byte is below 128. */
function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push(128 + (rest % 128));
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++] ?? 0;
    if (byte < 128) return byte;
    let [value, unit] = [0, 1];
    while (byte >= 128) {
      value += (byte - 128) * unit;
      unit *= 128;
      byte = bytes[this.#at++] ?? 0;
    }
    return value + byte * unit;
  }

  word(): string {
    let word = "";
    for (let length = this.number(); length > 0; length--) word += String.fromCharCode(this.number());
    return word;
  }
}
