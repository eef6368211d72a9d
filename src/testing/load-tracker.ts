import type { SimulatedBucket, SimulatedPeak, SimulatedRush } from "./simulation-records.js";
import { TopList } from "./top-list.js";

/** What the load is measured by. */
export interface LoadSettings {
  readonly fromMs: number;
  readonly toMs: number;
  readonly buckets: number;
  readonly top: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Counts, while time passes, how many runs go on, and keeps when those were most. Times are milliseconds since `fromMs`. */
export class LoadTracker {
  readonly bucketMs: number;
  /** Runs that go on. */
  running = 0;
  mostRunning = 0;
  readonly #fromMs: number;
  readonly #jobsNow: () => SimulatedPeak["jobs"];
  readonly #peaks: TopList<SimulatedPeak>;
  readonly #seconds: Rushes;
  readonly #minutes: Rushes;
  readonly #starts: Float64Array;
  readonly #most: Float64Array;
  readonly #busyMs: Float64Array;
  #bucket = 0;
  /** Of the bucket. */
  #end: number;
  #at = 0;
  /** The last change was a start: the next end finds a peak. */
  #rising = false;
  #lastStart = 0;

  /** `jobsNow` tells whose runs go on. */
  constructor({ fromMs, toMs, buckets, top }: LoadSettings, jobsNow: () => SimulatedPeak["jobs"]) {
    this.#fromMs = fromMs;
    this.#jobsNow = jobsNow;
    this.bucketMs = (toMs - fromMs) / buckets;
    this.#end = this.bucketMs;
    this.#starts = new Float64Array(buckets);
    this.#most = new Float64Array(buckets);
    this.#busyMs = new Float64Array(buckets);
    this.#peaks = new TopList(top, ({ runs }) => runs);
    this.#seconds = new Rushes(fromMs, SECOND_MS, top);
    this.#minutes = new Rushes(fromMs, MINUTE_MS, top);
  }

  started(at: number): void {
    this.#passTo(at);
    // What ends at the end of a bucket does not reach into the next one; what starts then does.
    if (at >= this.#end && this.#bucket < this.#starts.length - 1) this.#turn();
    const running = ++this.running;
    const bucket = this.#bucket;
    (this.#starts[bucket] as number)++;
    if (running > (this.#most[bucket] as number)) {
      this.#most[bucket] = running;
      if (running > this.mostRunning) this.mostRunning = running;
    }
    this.#seconds.count(at);
    this.#minutes.count(at);
    this.#rising = true;
    this.#lastStart = at;
  }

  /** Call it before the job's own count of runs goes down: a peak tells whose runs it was of. */
  ended(at: number): void {
    if (this.#rising) this.#notePeak();
    this.#passTo(at);
    this.running--;
  }

  /** The end of the simulation. */
  close(at: number): void {
    if (this.#rising) this.#notePeak();
    this.#passTo(at);
    this.#seconds.close();
    this.#minutes.close();
  }

  get peaks(): readonly SimulatedPeak[] {
    return this.#peaks.items;
  }

  get busiestSeconds(): readonly SimulatedRush[] {
    return this.#seconds.list.items;
  }

  get busiestMinutes(): readonly SimulatedRush[] {
    return this.#minutes.list.items;
  }

  buckets(): SimulatedBucket[] {
    return Array.from(this.#starts, (starts, index) => ({
      from: this.#fromMs + index * this.bucketMs,
      starts,
      mostRuns: this.#most[index] as number,
      meanRuns: (this.#busyMs[index] as number) / this.bucketMs,
    }));
  }

  #passTo(at: number): void {
    if (at <= this.#at) return;
    while (at > this.#end && this.#bucket < this.#starts.length - 1) {
      this.#addBusy(this.#end);
      this.#turn();
    }
    this.#addBusy(at);
  }

  #addBusy(until: number): void {
    (this.#busyMs[this.#bucket] as number) += this.running * (until - this.#at);
    this.#at = until;
  }

  /** To the next bucket. */
  #turn(): void {
    this.#most[++this.#bucket] = this.running;
    this.#end = (this.#bucket + 1) * this.bucketMs;
  }

  #notePeak(): void {
    this.#rising = false;
    const runs = this.running;
    const at = this.#fromMs + this.#lastStart;
    // What goes up and down around one height is one peak.
    const same = this.#peaks.latest !== null && at - this.#peaks.latest.at < MINUTE_MS ? this.#peaks.latest : null;
    if (same !== null && same.runs >= runs) return;
    if (!this.#peaks.takes(runs)) return;
    this.#peaks.add({ at, runs, jobs: this.#jobsNow() }, same);
  }
}

/** The spans of one length in which the most runs started. */
class Rushes {
  readonly list: TopList<SimulatedRush>;
  readonly #fromMs: number;
  readonly #spanMs: number;
  #end = Number.NEGATIVE_INFINITY;
  #starts = 0;

  constructor(fromMs: number, spanMs: number, top: number) {
    this.#fromMs = fromMs;
    this.#spanMs = spanMs;
    this.list = new TopList(top, ({ starts }) => starts);
  }

  count(at: number): void {
    if (at < this.#end) {
      this.#starts++;
      return;
    }
    this.close();
    // Whole seconds and minutes of the clock.
    const span = Math.floor((this.#fromMs + at) / this.#spanMs) + 1;
    this.#end = span * this.#spanMs - this.#fromMs;
    this.#starts = 1;
  }

  close(): void {
    if (this.#starts === 0 || !this.list.takes(this.#starts)) return;
    this.list.add({ from: this.#fromMs + this.#end - this.#spanMs, starts: this.#starts }, null);
    this.#starts = 0;
  }
}
