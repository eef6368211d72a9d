import type { Schedule } from "../schedule/schedule.js";
import type { JobState } from "./job-state.js";
import type { PlannedJob } from "./plan.js";

/** A stretch of wall-clock time, its end included: the fire times in it have started, or are on record as skipped. */
interface Span {
  readonly afterMs: number;
  readonly toMs: number;
}

/**
 * What part of the wall clock's time has been gone through. When the clock is set back to before all that, jobs fire by the
 * new clock again, until they come to what they have fired before: that is left out, so that no fire time fires twice.
 */
export class HandledTime {
  /** After which the stretch began that is being gone through; later than any time until there is one. */
  #afterMs = Number.POSITIVE_INFINITY;
  /** What lies ahead of a job a second time, earliest first. Empty unless the clock was set back. */
  readonly #ahead = new Map<JobState, readonly Span[]>();

  /** Fire times after this one are being handled. */
  after(time: number): void {
    if (time < this.#afterMs) this.#afterMs = time;
  }

  /** Whether the clock is before all that has been gone through. */
  isBefore(now: number): boolean {
    return now < this.#afterMs && this.#afterMs !== Number.POSITIVE_INFINITY;
  }

  /** A job will come a second time to all that it has been at, up to its next fire time. */
  again(job: JobState, nextFireTime: number): void {
    this.leaveOut(job, this.#afterMs, nextFireTime - 1);
  }

  /** The job's fire times of that stretch, its end included, have been at. */
  leaveOut(job: JobState, afterMs: number, toMs: number): void {
    this.#ahead.set(job, [{ afterMs, toMs }, ...(this.#ahead.get(job) ?? [])]);
  }

  /** A job as it is to be planned: without the fire times that it has had. */
  planned(job: JobState): PlannedJob {
    const spans = this.#ahead.size === 0 ? undefined : this.#ahead.get(job);
    if (spans === undefined) return job;
    const { name, schedule, settings } = job;
    return { name, settings, schedule: withoutSpans(schedule, spans) };
  }

  /** The job's next fire time is known: forgets what does not lie ahead of it any more. */
  passed(job: JobState, next: number | null): void {
    if (this.#ahead.size === 0) return;
    const spans = this.#ahead.get(job)?.filter(({ toMs }) => next !== null && toMs >= next) ?? [];
    if (spans.length === 0) this.#ahead.delete(job);
    else this.#ahead.set(job, spans);
  }

  /** The job is gone, or has another schedule. */
  forget(job: JobState): void {
    this.#ahead.delete(job);
  }
}

function withoutSpans(schedule: Schedule, spans: readonly Span[]): Schedule {
  const next = (afterMs: number): number | null => {
    let time = schedule.next(afterMs);
    for (const { afterMs, toMs } of spans)
      if (time !== null && time > afterMs && time <= toMs) time = schedule.next(toMs);
    return time;
  };
  return { next, afterRun: schedule.afterRun === true, atStart: schedule.atStart === true };
}
