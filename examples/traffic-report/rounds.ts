import { setImmediate as nextTurn } from "node:timers/promises";
import type { Scheduler } from "punctual";
import type { FailedChunk } from "./analysis.js";
import { ANALYSE, analyseInTurn, analyseTogether, warmUp } from "./analysis.js";
import type { Chunk } from "./chunk.js";
import { chunksOf, sizeOf } from "./chunk.js";
import type { LogFolder } from "./folder.js";
import { bytes, count, milliseconds, rate } from "./format.js";
import { LagMeter } from "./lag.js";
import type { Pace } from "./pace.js";
import { renderPace, threadsText } from "./pace.js";
import type { Part } from "./part.js";
import { watchProgress } from "./progress.js";
import { renderReport } from "./render.js";
import { Report } from "./report.js";
import type { Screen } from "./screen.js";

/** What rounds work with. */
export interface RoundParts {
  readonly scheduler: Scheduler;
  readonly folder: LogFolder;
  readonly threads: number;
  readonly compare: boolean;
  readonly screen: Screen;
}

type Analyse = typeof analyseTogether;

/** The job: each round takes what is new in the folder, adds it to the report and prints that. */
export class Rounds {
  readonly #parts: RoundParts;
  readonly #report = new Report();
  #count = 0;
  #failed = 0;

  constructor(parts: RoundParts) {
    this.#parts = parts;
  }

  /** Chunks that could not be analysed, in all rounds. */
  get failed(): number {
    return this.#failed;
  }

  /** Lines of all rounds. */
  get lines(): number {
    return this.#report.lines;
  }

  async next(): Promise<void> {
    const { folder, scheduler, threads, screen } = this.#parts;
    const files = folder.collect();
    if (files.length === 0) return;
    const chunks = chunksOf(files, threads);
    const compares = this.#count++ === 0 && this.#parts.compare;
    if (compares) await warmUp(scheduler, chunks, threads);
    screen.print(screen.dim(`round ${this.#count}: ${summary(files, chunks)}, ${threadsText(threads)}`));
    const meter = new LagMeter();
    const all = await this.#measure(analyseTogether, chunks, threads, (part) => this.#merge(part), meter);
    const lag = meter.stop();
    screen.print(renderReport(this.#report, screen));
    const one = compares ? await this.#measure(analyseInTurn, chunks, 1, async () => {}) : null;
    screen.print(renderPace(all, one, lag, screen));
  }

  /** In small pieces, with the event loop's other work between them. */
  async #merge(part: Part): Promise<void> {
    for (const _ of this.#report.adding(part)) await nextTurn();
  }

  async #measure(
    analyse: Analyse,
    chunks: readonly Chunk[],
    threads: number,
    onPart: (part: Part) => Promise<void>,
    meter?: LagMeter,
  ): Promise<Pace> {
    const total = chunks.reduce((sum, chunk) => sum + sizeOf(chunk), 0);
    let lines = 0;
    const began = performance.now();
    const seconds = (): number => (performance.now() - began) / 1_000;
    const stopWatching = this.#showProgress(threads, total, () => lines / seconds(), meter);
    const failed = await analyse(this.#parts.scheduler, chunks, (part) => {
      lines += part.lines;
      return onPart(part);
    });
    const pace = { threads, lines, bytes: total, seconds: seconds() };
    stopWatching();
    this.#parts.screen.clearBar();
    for (const failure of failed) this.#reportFailure(failure);
    return pace;
  }

  #showProgress(threads: number, total: number, linesASecond: () => number, meter?: LagMeter): () => void {
    const { scheduler, screen } = this.#parts;
    const label = `on ${threadsText(threads)}`;
    const note = (): string => {
      const lag = meter === undefined ? "" : `  lag p99 ${milliseconds(meter.read().p99)}`;
      return `${rate(linesASecond())} lines/s${lag}`;
    };
    const onChange = (share: number): void => screen.progress(label, share, note);
    return watchProgress<Chunk>(scheduler, { name: ANALYSE, total, weigh: sizeOf, onChange });
  }

  #reportFailure({ chunk, error }: FailedChunk): void {
    const { screen } = this.#parts;
    this.#failed++;
    const where = `${chunk.path}, bytes ${count(chunk.start)} to ${count(chunk.end)}`;
    screen.print(screen.bad(`failed: ${where}: ${error instanceof Error ? error.message : String(error)}`));
  }
}

function summary(files: readonly Chunk[], chunks: readonly Chunk[]): string {
  const size = bytes(files.reduce((sum, file) => sum + sizeOf(file), 0));
  return `${count(files.length)} files, ${size}, ${count(chunks.length)} chunks`;
}
