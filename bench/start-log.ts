import { preciseNow } from "./precise-clock.js";

/** A peer does not tell which fire a start belongs to: one this little before a whole second belongs to that second. */
const EARLY_AT_MOST_MS = 50;

/** When each job is due: in each of some seconds, all at its begin or each job at a millisecond of its own. */
export interface Timing {
  readonly jobs: number;
  readonly firstMs: number;
  readonly seconds: number;
  readonly spread: boolean;
}

/** What is told of each start. */
export type Starts = Pick<StartLog, "start">;

/** Every start of every job, to be checked: each fire once, none early. */
export class StartLog {
  /** Milliseconds after the fire time, in order of start. */
  readonly lateness: Float64Array;
  readonly #timing: Timing;
  readonly #starts: Uint8Array;
  readonly #lastStart: Float64Array;
  #count = 0;
  #early = 0;
  #unplanned = 0;

  constructor(timing: Timing) {
    this.#timing = timing;
    this.lateness = new Float64Array(timing.jobs * timing.seconds);
    this.#starts = new Uint8Array(timing.jobs * timing.seconds);
    this.#lastStart = new Float64Array(timing.seconds).fill(Number.NaN);
  }

  /** Whether every fire has been started. */
  get complete(): boolean {
    return this.#count >= this.lateness.length;
  }

  /** To be called by job `job` as it starts; a peer leaves `fireTime` out. */
  start(job: number, fireTime?: number): void {
    const wall = Date.now();
    const now = preciseNow();
    const { jobs, firstMs, seconds, spread } = this.#timing;
    const second = Math.floor(((fireTime ?? wall + EARLY_AT_MOST_MS) - firstMs) / 1_000);
    if (second < 0 || second >= seconds) return;
    const due = firstMs + second * 1_000 + (spread ? job : 0);
    if (fireTime !== undefined && fireTime !== due) this.#unplanned++;
    if (wall < due) this.#early++;
    const index = second * jobs + job;
    this.#starts[index] = (this.#starts[index] as number) + 1;
    this.#lastStart[second] = now - (firstMs + second * 1_000);
    this.lateness[this.#count++] = now - due;
  }

  /** Milliseconds from each second's begin to the last start of its jobs. */
  get lastStarts(): readonly number[] {
    return [...this.#lastStart];
  }

  faults(): Record<string, number> {
    const missed = this.#starts.reduce((sum, starts) => sum + (starts === 0 ? 1 : 0), 0);
    const twice = this.#starts.reduce((sum, starts) => sum + (starts > 1 ? 1 : 0), 0);
    return { early: this.#early, twice, missed, "at unplanned times": this.#unplanned };
  }
}
