import { Columns, NO_BUCKET } from "./columns.js";
import { bucketOf } from "./histogram.js";
import { KeyRows } from "./key-rows.js";
import { LogLine, NO_TIME } from "./log-line.js";
import type { Part } from "./part.js";
import { tableOf } from "./part.js";

/** Distinct paths, and clients, that one part tells apart; the rest share "(other)". */
export const KEYS_A_PART = 20_000;
const SAMPLES = 3;
const SAMPLE_LENGTH = 90;
const NO_PATH = Buffer.from("(not HTTP)");

/** Adds up lines, in one thread. */
export class Tally {
  readonly #line = new LogLine();
  readonly #paths: KeyRows;
  readonly #clients: KeyRows;
  readonly #statuses = new Map<number, number>();
  readonly #hours = new Map<number, number>();
  readonly #byPath = new Columns();
  readonly #byStatus = new Columns();
  readonly #byClient = new Columns();
  readonly #byHour = new Columns();
  readonly #samples: string[] = [];
  #lines = 0;
  #malformed = 0;

  constructor(keyLimit: number = KEYS_A_PART) {
    this.#paths = new KeyRows(keyLimit);
    this.#clients = new KeyRows(keyLimit);
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    this.#lines++;
    const line = this.#line;
    if (!line.read(bytes, start, end)) {
      this.#addMalformed(bytes, start, end);
      return;
    }
    const bucket = line.time === NO_TIME ? NO_BUCKET : bucketOf(line.time);
    this.#byPath.add(this.#pathRow(bytes), line.bytes, bucket);
    this.#byClient.add(this.#clients.rowOf(bytes, start, line.hostEnd), line.bytes, bucket);
    this.#byStatus.add(rowOf(this.#statuses, line.status), line.bytes, bucket);
    this.#byHour.add(rowOf(this.#hours, line.hour), line.bytes, bucket);
  }

  part(): Part {
    return {
      lines: this.#lines,
      malformed: this.#malformed,
      samples: this.#samples,
      tables: {
        path: tableOf(this.#paths.keys(), this.#byPath),
        status: tableOf([...this.#statuses.keys()].map(String), this.#byStatus),
        client: tableOf(this.#clients.keys(), this.#byClient),
        hour: tableOf([...this.#hours.keys()].map(hourText), this.#byHour),
      },
    };
  }

  #pathRow(bytes: Uint8Array): number {
    const { pathStart, pathEnd } = this.#line;
    if (pathStart === pathEnd) return this.#paths.rowOf(NO_PATH, 0, NO_PATH.length);
    return this.#paths.rowOf(bytes, pathStart, pathEnd);
  }

  #addMalformed(bytes: Uint8Array, start: number, end: number): void {
    this.#malformed++;
    if (this.#samples.length === SAMPLES) return;
    this.#samples.push(Buffer.from(bytes.subarray(start, Math.min(end, start + SAMPLE_LENGTH))).toString());
  }
}

function rowOf(rows: Map<number, number>, key: number): number {
  const known = rows.get(key);
  if (known !== undefined) return known;
  rows.set(key, rows.size);
  return rows.size - 1;
}

/** `2026030213` as `2026-03-02 13`. */
function hourText(hour: number): string {
  const digits = String(hour).padStart(10, "0");
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)} ${digits.slice(8)}`;
}
