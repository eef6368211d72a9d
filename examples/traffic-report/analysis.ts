import type { Scheduler } from "punctual";
import { worker } from "punctual";
import type { Chunk } from "./chunk.js";
import type { Part } from "./part.js";

/** A chunk that could not be analysed. */
export interface FailedChunk {
  readonly chunk: Chunk;
  readonly error: unknown;
}

type OnPart = (part: Part) => Promise<void>;

export const ANALYSE = "analyse";
const WARM_UP_BYTES = 8 * 2 ** 20;
/** V8 has compiled the hot code for good after a hundred thousand lines or two. */
const WARM_UP_TIMES = 4;

const analyse = worker<typeof import("./analyse.js")>(new URL("./analyse.js", import.meta.url), "analyse");

/** Analyses all chunks at once: the pool has as many of them in work as it has threads, and queues the rest. */
export async function analyseTogether(
  scheduler: Scheduler,
  chunks: readonly Chunk[],
  onPart: OnPart,
): Promise<FailedChunk[]> {
  const failed = await Promise.all(chunks.map((chunk) => analyseChunk(scheduler, chunk, onPart)));
  return failed.flat();
}

/** The same, one after the other, so that one thread does it all. */
export async function analyseInTurn(
  scheduler: Scheduler,
  chunks: readonly Chunk[],
  onPart: OnPart,
): Promise<FailedChunk[]> {
  const failed: FailedChunk[] = [];
  for (const chunk of chunks) failed.push(...(await analyseChunk(scheduler, chunk, onPart)));
  return failed;
}

/** Has every thread load the code, and compile it as hot code, so that neither side of the comparison pays for it. */
export async function warmUp(scheduler: Scheduler, chunks: readonly Chunk[], threads: number): Promise<void> {
  const plain = chunks.find((chunk) => !chunk.gzip);
  if (plain === undefined) return;
  const data = { ...plain, end: Math.min(plain.end, plain.start + WARM_UP_BYTES) };
  for (let times = 0; times < WARM_UP_TIMES; times++) {
    await Promise.all(Array.from({ length: threads }, () => scheduler.runNow(analyse, { name: "warm-up", data })));
  }
}

async function analyseChunk(scheduler: Scheduler, chunk: Chunk, onPart: OnPart): Promise<FailedChunk[]> {
  const run = await scheduler.runNow(analyse, { name: ANALYSE, data: chunk });
  if (run.outcome !== "succeeded") return [{ chunk, error: run.error }];
  await onPart(run.result as Part);
  return [];
}
