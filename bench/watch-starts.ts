import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "./contestants.js";
import { LoopWatch } from "./loop-watch.js";
import { check } from "./question.js";
import { StartLog } from "./start-log.js";

export interface WatchOptions {
  readonly jobs: number;
  readonly seconds: number;
  readonly spread?: boolean;
  /** Measures the longest block of the event loop, by an immediate that is always waiting. */
  readonly watchLoop?: boolean;
}

export interface Watched {
  readonly log: StartLog;
  readonly longestBlockMs: number;
}

/** How long after the last second a start may still come. */
const PATIENCE_MS = 3_000;

/** Registers the jobs, waits for their seconds, and gives what happened. */
export async function watchStarts(contestant: Contestant, options: WatchOptions): Promise<Watched> {
  const { jobs, seconds, spread = false, watchLoop = false } = options;
  const leadMs = 1_000 + (jobs * contestant.registerUs) / 1_000;
  const firstMs = Math.ceil((Date.now() + leadMs) / 1_000) * 1_000;
  const timing = { jobs, firstMs, seconds, spread };
  const log = new StartLog(timing);
  const close = await contestant.register(timing, expressionOf(firstMs, seconds), log);
  globalThis.gc?.();
  check(Date.now() < firstMs - 150, "the jobs were not registered in time");
  await sleep(firstMs - 100 - Date.now());
  const watch = watchLoop ? new LoopWatch() : undefined;
  const end = firstMs + seconds * 1_000;
  await sleep(end - Date.now());
  while (!log.complete && Date.now() < end + PATIENCE_MS) await sleep(20);
  const longestBlockMs = watch?.stop() ?? Number.NaN;
  await close?.();
  return { log, longestBlockMs };
}

/** Those very seconds, in any minute: the child process ends before they come again. */
function expressionOf(firstMs: number, seconds: number): string {
  const list = Array.from({ length: seconds }, (_, index) => (firstMs / 1_000 + index) % 60);
  return `${list.sort((a, b) => a - b).join(",")} * * * * *`;
}
