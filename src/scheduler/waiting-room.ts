import type { JobState } from "./job-state.js";
import type { LimitSettings } from "./limits.js";
import { Limits } from "./limits.js";
import type { WaitingFire } from "./waiting-fire.js";

/** Where fires wait: each job's own behind its runs, and those of all jobs for room in the limits. */
export class WaitingRoom {
  readonly limits: Limits;
  /** Jobs of which a run has ended while others of them wait. */
  readonly #freed: JobState[] = [];
  #behindRuns = 0;

  constructor(settings: LimitSettings) {
    this.limits = new Limits(settings);
  }

  /** How many fires wait for a run of their own job. */
  get behindRuns(): number {
    return this.#behindRuns;
  }

  keep(fire: WaitingFire, waitsFor: "job" | "limit"): void {
    const { job } = fire;
    if (fire.fireTime !== null) job.queuedFires++;
    if (waitsFor === "job") {
      job.waiting ??= [];
      job.waiting.push(fire);
      this.#behindRuns++;
    } else {
      job.held++;
      this.limits.keep(fire);
    }
  }

  /** A run of the job has ended. */
  freed(job: JobState): void {
    if (job.waiting !== null) this.#freed.push(job);
  }

  /** Takes out the next fire that may start, if there is one. */
  next(): WaitingFire | undefined {
    for (let job = this.#freed.pop(); job !== undefined; job = this.#freed.pop()) {
      const fire = this.#nextOf(job);
      if (fire === undefined) continue;
      if (this.limits.waitingCount === 0) return fire;
      // Behind those of other jobs that wait for a limit, or a job with a long queue would have them wait for all of it.
      this.keep(fire, "limit");
    }
    const fire = this.limits.take();
    if (fire === undefined) return undefined;
    fire.job.held--;
    return taken(fire);
  }

  /** Takes out what waits of a job, in its order. */
  takeOf(job: JobState): WaitingFire[] {
    const held = job.held === 0 ? [] : this.limits.takeAll((fire) => fire.job === job);
    const waiting = job.waiting ?? [];
    this.#behindRuns -= waiting.length;
    job.held = 0;
    job.waiting = null;
    return [...held, ...waiting].map(taken);
  }

  /** Takes out all that waits for a limit, of whatever job. */
  takeHeld(): WaitingFire[] {
    const held = this.limits.takeAll(() => true);
    for (const { job } of held) job.held = 0;
    return held.map(taken);
  }

  /** The first waiting fire of a job that has room for one more run. */
  #nextOf(job: JobState): WaitingFire | undefined {
    const { overlap, maxConcurrent } = job.settings;
    if (overlap !== "allow" && job.running + job.held >= maxConcurrent) return undefined;
    const fire = job.waiting?.shift();
    if (fire !== undefined) this.#behindRuns--;
    if (job.waiting?.length === 0) job.waiting = null;
    else if (fire !== undefined) this.#freed.push(job);
    return fire === undefined ? undefined : taken(fire);
  }
}

/** A fire that waits no more. */
function taken(fire: WaitingFire): WaitingFire {
  if (fire.fireTime !== null) fire.job.queuedFires--;
  return fire;
}
