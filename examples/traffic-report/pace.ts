import type { Lag } from "./lag.js";
import { bytes, count, milliseconds, rate } from "./format.js";
import type { Screen } from "./screen.js";

/** How fast some work went. */
export interface Pace {
  readonly threads: number;
  readonly lines: number;
  /** Of log, as it is on disk. */
  readonly bytes: number;
  readonly seconds: number;
}

/** The speed on all threads, beside that on one where it was measured, and the lag meanwhile. */
export function renderPace(all: Pace, one: Pace | null, lag: Lag, { bold, good, dim }: Screen): string {
  const paces = one === null ? [all] : [all, one];
  const lines = ["", bold("  speed"), ...paces.map(paceLine)];
  if (one !== null)
    lines.push(`  ${"speed-up".padEnd(12)} ${good((one.seconds / all.seconds).toFixed(2).padStart(6))} x`);
  const figures = `p50 ${milliseconds(lag.p50)}   p99 ${milliseconds(lag.p99)}   max ${milliseconds(lag.max)}`;
  lines.push("", bold("  event-loop lag of the main thread"), `  ${figures}`);
  lines.push(dim(`  while ${threadsText(all.threads)} worked: how late a timer of 1 ms came`));
  return lines.join("\n");
}

function paceLine({ threads, lines, bytes: size, seconds }: Pace): string {
  const figures = `${rate(lines / seconds).padStart(8)} lines/s  ${bytes(size / seconds).padStart(8)}/s`;
  return `  ${threadsText(threads).padEnd(12)} ${figures}   ${count(lines)} lines in ${seconds.toFixed(2)} s`;
}

export function threadsText(threads: number): string {
  return threads === 1 ? "1 thread" : `${threads} threads`;
}
