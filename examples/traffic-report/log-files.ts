import type { LogFile } from "./generate.js";

const LINES_A_FILE = 125_000;
const FEWEST_FILES = 4;

/**
 * Cuts a made-up log into files, the oldest one gzipped as a log rotation leaves it. Depends on neither threads nor
 * machine, so a seed always gives the same lines.
 */
export function logFiles(directory: string, totalLines: number, seed: number): LogFile[] {
  const count = Math.max(FEWEST_FILES, Math.ceil(totalLines / LINES_A_FILE));
  const lineBefore = (index: number): number => Math.floor((totalLines * index) / count);
  return Array.from({ length: count }, (_, index) => {
    const firstLine = lineBefore(index);
    const gzip = index === 0;
    const name = `access-${String(index).padStart(3, "0")}.log${gzip ? ".gz" : ""}`;
    return { directory, name, gzip, seed, index, firstLine, lines: lineBefore(index + 1) - firstLine, totalLines };
  });
}
