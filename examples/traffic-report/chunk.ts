/** What one run of the worker analyses: the lines of a file that begin within a range of bytes, or a whole gzip file. */
export interface Chunk {
  readonly path: string;
  readonly gzip: boolean;
  readonly start: number;
  /** For a gzip file, its compressed size. */
  readonly end: number;
}

const LARGEST = 12 * 2 ** 20;
const SMALLEST = 2 ** 20;
const CHUNKS_A_THREAD = 6;

/** Cuts what is new in the files into chunks: small enough for all threads to have some, and for a bar that moves. */
export function chunksOf(files: readonly Chunk[], threads: number): Chunk[] {
  const total = files.reduce((sum, file) => sum + sizeOf(file), 0);
  const size = Math.min(LARGEST, Math.max(SMALLEST, Math.ceil(total / (threads * CHUNKS_A_THREAD))));
  const chunks = files.flatMap((file) => (file.gzip ? [file] : pieces(file, size)));
  // Gzip files cannot be cut and take longest, so they go first.
  return chunks.sort((one, other) => Number(other.gzip) - Number(one.gzip));
}

export function sizeOf(chunk: Chunk): number {
  return chunk.end - chunk.start;
}

function pieces(file: Chunk, size: number): Chunk[] {
  const count = Math.ceil(sizeOf(file) / size);
  return Array.from({ length: count }, (_, index) => {
    const start = file.start + index * size;
    return { ...file, start, end: Math.min(file.end, start + size) };
  });
}
