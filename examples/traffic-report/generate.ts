import { closeSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { RunContext } from "punctual/worker";
import type { LogPart } from "./made-up-log.js";
import { MadeUpLog } from "./made-up-log.js";

/** One file to be written. */
export interface LogFile extends LogPart {
  readonly directory: string;
  readonly name: string;
  readonly gzip: boolean;
}

const LINES_A_WRITE = 5_000;

/** Worker command: writes one made-up log file. It appears under its name only when it is complete. */
export function generate(run: RunContext<LogFile>): number {
  const { directory, name, gzip, lines } = run.data;
  const log = new MadeUpLog(run.data);
  const unfinished = join(directory, `.${name}.part`);
  const file = openSync(unfinished, "w");
  const kept: Buffer[] = [];
  for (let made = 0; made < lines; ) {
    run.signal.throwIfAborted();
    const until = Math.min(lines, made + LINES_A_WRITE);
    let text = "";
    for (; made < until; made++) text += `${log.next()}\n`;
    const bytes = Buffer.from(text, "latin1");
    if (gzip) kept.push(bytes);
    else writeSync(file, bytes);
    run.progress(made / lines);
  }
  closeSync(file);
  if (gzip) writeFileSync(unfinished, gzipSync(Buffer.concat(kept), { level: 6 }));
  renameSync(unfinished, join(directory, name));
  return lines;
}
