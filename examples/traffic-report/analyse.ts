import { type RunContext, type Transfer, transfer } from "punctual/worker";
import type { Chunk } from "./chunk.js";
import { Lines } from "./lines.js";
import type { Part } from "./part.js";
import { buffersOf } from "./part.js";
import { readGzip, readRange } from "./read-chunk.js";
import { Tally } from "./tally.js";

const STEPS = 20;

/** Worker command: adds up one chunk. The figures are handed over to the main thread, not copied. */
export async function analyse(run: RunContext<Chunk>): Promise<Transfer<Part>> {
  const tally = new Tally();
  const lines = new Lines((bytes, start, end) => tally.add(bytes, start, end));
  const onBlock = (block: Buffer, share: number): void => {
    run.signal.throwIfAborted();
    lines.push(block);
    // A fraction that was told already is not sent again, so this is fewer messages than one a block.
    run.progress(Math.floor(share * STEPS) / STEPS);
  };
  if (run.data.gzip) await readGzip(run.data, onBlock);
  else readRange(run.data, onBlock);
  lines.finish();
  const part = tally.part();
  return transfer(part, buffersOf(part));
}
