import { closeSync, openSync, readSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Chunk } from "./chunk.js";

const NEWLINE = 0x0a;
const TAIL = 64 * 1024;

/** A folder of logs that may grow: tells, each time it is asked, what came since the last time. */
export class LogFolder {
  readonly #directory: string;
  readonly #growing: boolean;
  /** How far each file was taken. By its inode, which stays when a rotation renames it. */
  readonly #taken = new Map<string, number>();

  /** `growing`: leave a last line that has no end yet for the next time. */
  constructor(directory: string, growing: boolean) {
    this.#directory = directory;
    this.#growing = growing;
  }

  /** What is new: whole files, or the end of those that have grown. */
  collect(): Chunk[] {
    const names = readdirSync(this.#directory).filter((name) => !name.startsWith("."));
    return names.sort().flatMap((name) => this.#newPart(join(this.#directory, name)));
  }

  #newPart(path: string): Chunk[] {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || !found.isFile() || found.size === 0) return [];
    const id = `${found.dev}:${found.ino}`;
    const taken = this.#taken.get(id) ?? 0;
    const { isGzip, lastLineEnd } = look(path, found.size);
    const end = this.#growing && !isGzip ? lastLineEnd : found.size;
    this.#taken.set(id, end);
    if (end === taken) return [];
    // Shorter than before: it was emptied, and begun anew.
    const start = isGzip || end < taken ? 0 : taken;
    return [{ path, gzip: isGzip, start, end }];
  }
}

/** Gzip is known by its first two bytes, whatever the file is called. */
function look(path: string, size: number): { isGzip: boolean; lastLineEnd: number } {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(2);
    readSync(file, head, 0, 2, 0);
    const tail = Buffer.alloc(Math.min(TAIL, size));
    const read = readSync(file, tail, 0, tail.length, size - tail.length);
    const lastLineEnd = size - tail.length + tail.subarray(0, read).lastIndexOf(NEWLINE) + 1;
    return { isGzip: head[0] === 0x1f && head[1] === 0x8b, lastLineEnd };
  } finally {
    closeSync(file);
  }
}
