import type { SimulatedOverlap } from "./simulation-records.js";

/** Runs that are counted together: of a job, of a group, or all. */
export class RunCounter {
  readonly of: SimulatedOverlap["of"];
  readonly name: string | null;
  /** More than this are an overlap. */
  readonly fine: number;
  running = 0;
  mostRunning = 0;
  overlaps = 0;
  #from = 0;
  #most = 0;

  constructor(of: SimulatedOverlap["of"], name: string | null, fine: number) {
    this.of = of;
    this.name = name;
    this.fine = fine;
  }

  started(at: number): void {
    const running = ++this.running;
    if (running > this.mostRunning) this.mostRunning = running;
    if (running <= this.fine) return;
    if (running === this.fine + 1) {
      this.#from = at;
      this.#most = running;
    } else if (running > this.#most) this.#most = running;
  }

  /** The overlap that is over with the end of a run, if one is. */
  ended(at: number): SimulatedOverlap | null {
    return this.running-- === this.fine + 1 ? this.#overlap(at) : null;
  }

  /** The overlap that goes on. */
  close(at: number): SimulatedOverlap | null {
    return this.running > this.fine ? this.#overlap(at) : null;
  }

  /** Within one instant, one run may have ended after another has started: nobody would call that an overlap. */
  #overlap(to: number): SimulatedOverlap | null {
    if (to === this.#from) return null;
    this.overlaps++;
    return { of: this.of, name: this.name, from: this.#from, to, mostRuns: this.#most };
  }
}
