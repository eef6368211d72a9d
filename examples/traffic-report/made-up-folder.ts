import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Run, Scheduler } from "punctual";
import { worker } from "punctual";
import { count } from "./format.js";
import type { LogFile } from "./generate.js";
import { logFiles } from "./log-files.js";
import { watchProgress } from "./progress.js";
import type { Screen } from "./screen.js";

const GENERATE = "generate";
const generate = worker<typeof import("./generate.js")>(new URL("./generate.js", import.meta.url), "generate");

/** A folder of made-up logs, written on the worker threads and removed at the end. */
export class MadeUpFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), "punctual-demo-"));
  readonly #scheduler: Scheduler;
  readonly #seed: number;
  readonly #lines: number;
  #more = 0;

  constructor(scheduler: Scheduler, lines: number, seed: number) {
    this.#scheduler = scheduler;
    this.#lines = lines;
    this.#seed = seed;
  }

  async fill(screen: Screen): Promise<void> {
    const files = logFiles(this.path, this.#lines, this.#seed);
    const began = performance.now();
    const stopWatching = watchProgress<LogFile>(this.#scheduler, {
      name: GENERATE,
      total: this.#lines,
      weigh: (file) => file.lines,
      onChange: (share) => screen.progress("making up logs", share, () => `${count(share * this.#lines)} lines`),
    });
    await Promise.all(files.map((file) => this.#write(file)));
    stopWatching();
    const seconds = ((performance.now() - began) / 1_000).toFixed(2);
    screen.print(screen.dim(`made up ${count(this.#lines)} lines in ${files.length} files in ${seconds} s`));
  }

  /** One more file, for those who watch. */
  async writeMore(): Promise<void> {
    const seed = this.#seed + ++this.#more;
    const [, file] = logFiles(this.path, Math.ceil(this.#lines / 5), seed);
    if (file !== undefined) await this.#write({ ...file, name: `more-${this.#more}.log` });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  async #write(file: LogFile): Promise<void> {
    const run: Run = await this.#scheduler.runNow(generate, { name: GENERATE, data: file });
    if (run.outcome !== "succeeded") throw run.error;
  }
}
