import type { Transferable } from "node:worker_threads";
import type { Columns } from "./columns.js";
import { BUCKETS } from "./histogram.js";

/** What traffic is added up by. */
export const DIMENSIONS = ["path", "status", "client", "hour"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Rows in columns: a row's figures stand at its number in each. */
export interface Table {
  readonly keys: readonly string[];
  readonly requests: Float64Array;
  readonly bytes: Float64Array;
  /** Those cells of the rows' histograms that are not 0: `row * BUCKETS + bucket`, and how many are in it. */
  readonly timeCells: Uint32Array;
  readonly timeCounts: Uint32Array;
}

/** What a chunk came to. */
export interface Part {
  readonly lines: number;
  readonly malformed: number;
  /** The first few of the malformed lines, cut to a length that can be shown. */
  readonly samples: readonly string[];
  readonly tables: Readonly<Record<Dimension, Table>>;
}

/** The rows of `columns`, as small as they can be sent. */
export function tableOf(keys: readonly string[], columns: Columns): Table {
  const requests = columns.requests.slice(0, keys.length);
  const most = requests.reduce((sum, count) => sum + Math.min(count, BUCKETS), 0);
  const timeCells = new Uint32Array(most);
  const timeCounts = new Uint32Array(most);
  let used = 0;
  for (let row = 0; row < keys.length; row++) {
    const times = columns.timesOf(row);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (times[bucket] === 0) continue;
      timeCells[used] = row * BUCKETS + bucket;
      timeCounts[used++] = times[bucket] as number;
    }
  }
  const bytes = columns.bytes.slice(0, keys.length);
  return { keys, requests, bytes, timeCells: timeCells.slice(0, used), timeCounts: timeCounts.slice(0, used) };
}

/** The buffers of a part, to be handed over to another thread without a copy. */
export function buffersOf(part: Part): Transferable[] {
  return DIMENSIONS.flatMap((dimension) => {
    const { requests, bytes, timeCells, timeCounts } = part.tables[dimension];
    return [requests, bytes, timeCells, timeCounts].map((column) => column.buffer as ArrayBuffer);
  });
}
