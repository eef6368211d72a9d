import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Chunk } from "./chunk.js";
import { sizeOf } from "./chunk.js";

const NEWLINE = 0x0a;
const BLOCK = 256 * 1024;

/** Called with each block of a chunk and the share of the chunk that is then read. */
type OnBlock = (block: Buffer, share: number) => void;

/** Reads the lines that begin in the chunk's range: neighbours agree on who has the line across their border. */
export function readRange(chunk: Chunk, onBlock: OnBlock): void {
  const file = openSync(chunk.path, "r");
  try {
    const buffer = Buffer.allocUnsafe(BLOCK);
    const start = nextLineStart(file, chunk.start);
    const end = nextLineStart(file, chunk.end);
    for (let at = start; at < end; ) {
      const read = readSync(file, buffer, 0, Math.min(BLOCK, end - at), at);
      if (read === 0) return;
      at += read;
      onBlock(buffer.subarray(0, read), (at - start) / (end - start));
    }
  } finally {
    closeSync(file);
  }
}

/** Decompresses the file as it reads it; no more than a few blocks are in memory. */
export async function readGzip(chunk: Chunk, onBlock: OnBlock): Promise<void> {
  const compressed = createReadStream(chunk.path, { end: chunk.end - 1, highWaterMark: BLOCK });
  await pipeline(compressed, createGunzip({ chunkSize: BLOCK }), async (blocks: AsyncIterable<Buffer>) => {
    for await (const block of blocks) onBlock(block, Math.min(1, compressed.bytesRead / sizeOf(chunk)));
  });
}

/** The offset of the first line that begins at `offset` or behind it. */
export function nextLineStart(file: number, offset: number): number {
  if (offset === 0) return 0;
  const buffer = Buffer.allocUnsafe(4_096);
  for (let at = offset - 1; ; at += buffer.length) {
    const read = readSync(file, buffer, 0, buffer.length, at);
    const newline = buffer.subarray(0, read).indexOf(NEWLINE);
    if (newline !== -1) return at + newline + 1;
    if (read < buffer.length) return at + read;
  }
}
