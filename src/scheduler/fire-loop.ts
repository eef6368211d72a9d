import type { Clock } from "../clock/clock.js";
import type { PunctualError } from "../errors.js";
import { Alarm } from "../timetable/alarm.js";
import { EntryHeap } from "../timetable/entry-heap.js";
import type { Dispatch } from "./dispatch.js";
import type { SchedulerEmitter } from "./events.js";
import type { JobState } from "./job.js";
import type { Plan } from "./plan.js";
import { nextOf, planFires } from "./plan.js";

/** How long due jobs are started in one go, before input, output and other timers have their turn. */
const SLICE_MS = 3;

/** What the loop works with. */
export interface FireLoopParts {
  readonly clock: Clock;
  readonly events: SchedulerEmitter;
  readonly dispatch: Dispatch;
  readonly ref: boolean;
  /** Told when a fire has left a job without a next one, and without a run. */
  readonly onIdle: (job: JobState) => void;
}

/** The timetable at work: takes due entries off the heap, has them planned and dispatched, and puts them back. */
export class FireLoop {
  readonly #parts: FireLoopParts;
  readonly #heap = new EntryHeap<JobState>();
  readonly #alarm: Alarm;
  /** Jobs that fire at the start of the scheduler. */
  readonly #atStart = new Set<JobState>();
  #on = false;

  constructor(parts: FireLoopParts) {
    this.#parts = parts;
    const { clock, events, ref } = parts;
    const jumped = (byMs: number): void => events.emit("clock:jumped", { byMs });
    this.#alarm = new Alarm({ clock, ref, jumped, ring: () => this.#fireDue() });
  }

  nextFireTime(job: JobState): number | null {
    return this.#heap.timeOf(job);
  }

  /** Enters a job at its next fire time, or takes it off when there is none. */
  set(job: JobState, next: number | null): void {
    const atStart = job.registered && job.schedule.atStart === true;
    if (atStart) this.#atStart.add(job);
    else this.#atStart.delete(job);
    const time = atStart && this.#on ? this.#parts.clock.now() : next;
    if (time === null) this.#heap.remove(job);
    else this.#heap.set(job, time);
    this.#arm();
  }

  on(): void {
    this.#on = true;
    const now = this.#parts.clock.now();
    this.#passOver(now);
    for (const job of this.#atStart) this.#heap.set(job, now);
    this.#arm();
  }

  off(): void {
    this.#on = false;
    this.#alarm.set(Number.POSITIVE_INFINITY);
  }

  #arm(): void {
    if (this.#on) this.#alarm.set(this.#heap.peekTime());
  }

  /** Nobody waited for what came due before the start, but for an instant that will not come again. */
  #passOver(now: number): void {
    const kept: [JobState, number][] = [];
    for (let job = this.#heap.peek(); job !== undefined && this.#heap.peekTime() <= now; job = this.#heap.peek()) {
      const due = this.#heap.peekTime();
      this.#heap.remove(job);
      try {
        kept.push([job, nextOf(job.schedule, now) ?? due]);
      } catch (error) {
        this.#parts.events.report(error as PunctualError, job.handle);
      }
    }
    for (const [job, time] of kept) this.#heap.set(job, time);
  }

  /**
   * Fires what is due, a slice at a time: thousands in one second must not keep the event loop from its other work. The
   * slice goes by the wall clock, which is read anyway: when it is set meanwhile, the slice ends sooner.
   */
  #fireDue(): void {
    const { clock } = this.#parts;
    const start = clock.now();
    for (let now = start; this.#on && this.#heap.peekTime() <= now; now = clock.now()) {
      if (Math.abs(now - start) >= SLICE_MS) break;
      this.#fireFirst(now);
    }
    this.#arm();
  }

  #fireFirst(now: number): void {
    const job = this.#heap.peek() as JobState;
    let plan: Plan;
    try {
      plan = planFires(this.#heap.peekTime(), job.schedule, now, job.settings);
    } catch (error) {
      // A schedule of the user's may throw or stand still: its job then has no next fire time, and the others go on.
      this.#heap.remove(job);
      this.#parts.events.report(error as PunctualError, job.handle);
      return;
    }
    if (plan.next === null) this.#heap.remove(job);
    else this.#heap.set(job, plan.next);
    this.#reportMissed(job, plan);
    this.#dispatchFires(job, plan);
  }

  #dispatchFires(job: JobState, { fires, next }: Plan): void {
    const { schedule } = job;
    for (const fireTime of fires) {
      // A fire may have removed its own job, or stopped the scheduler.
      if (!this.#on || !job.registered) break;
      job.previousFireTime = fireTime;
      this.#parts.dispatch.fire(job, fireTime);
    }
    // Or given it another schedule.
    if (next !== null || job.schedule !== schedule) return;
    job.ended = schedule.afterRun !== true && schedule.atStart !== true;
    // Its last run may have ended before this was known; and where nothing ran, no run's end will come.
    if (job.running === 0) this.#parts.onIdle(job);
  }

  #reportMissed(job: JobState, { missed, missedBefore }: Plan): void {
    if (missed.length === 0 && missedBefore === null) return;
    job.previousFireTime = missed.at(-1) ?? missedBefore;
    const policy = job.settings.misfire;
    this.#parts.events.emit("fire:missed", { job: job.handle, fireTimes: missed, missedBefore, policy });
  }
}
