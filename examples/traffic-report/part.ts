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
  const { requests, bytes, times } = columns;
  let used = 0;
  for (let cell = 0; cell < keys.length * BUCKETS; cell++) if (times[cell] !== 0) used++;
  const timeCells = new Uint32Array(used);
  const timeCounts = new Uint32Array(used);
  for (let cell = 0, at = 0; at < used; cell++) {
    if (times[cell] === 0) continue;
    timeCells[at] = cell;
    timeCounts[at++] = times[cell] as number;
  }
  return { keys, requests: requests.slice(0, keys.length), bytes: bytes.slice(0, keys.length), timeCells, timeCounts };
}

/** The buffers of a part, to be handed over to another thread without a copy. */
export function buffersOf(part: Part): Transferable[] {
  return DIMENSIONS.flatMap((dimension) => {
    const { requests, bytes, timeCells, timeCounts } = part.tables[dimension];
    return [requests, bytes, timeCells, timeCounts].map((column) => column.buffer as ArrayBuffer);
  });
}
