import type { Clock } from "../clock/clock.js";
import { PunctualError } from "../errors.js";
import { Alarm } from "../timetable/alarm.js";
import { EntryHeap } from "../timetable/entry-heap.js";
import type { SkipReason } from "./admit.js";
import type { Dispatch } from "./dispatch.js";
import type { SchedulerEmitter } from "./events.js";
import { HandledTime } from "./handled-time.js";
import type { JobState } from "./job-state.js";
import { isIdle } from "./job-state.js";
import type { Plan } from "./plan.js";
import { nextOf, planFires, upcoming, windowStartOf } from "./plan.js";
import { CAUGHT_UP, NO_DETAILS, RESUMED, RESUMED_CAUGHT_UP } from "./waiting-fire.js";

/** How long due jobs are started in one go, before input, output and other timers have their turn. */
const SLICE_MS = 2;

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
  readonly #handled = new HandledTime();
  /** Jobs that fire at the start of the scheduler. */
  readonly #atStart = new Set<JobState>();
  /** Jobs whose next fire was missed while no process was there. */
  readonly #resumed = new Set<JobState>();
  #on = false;
  /** The clock was set since the last time that nothing was due. */
  #jumped = false;

  constructor(parts: FireLoopParts) {
    this.#parts = parts;
    const { clock, events, ref } = parts;
    const jumped = (byMs: number, sinceMs: number): void => {
      this.#jumped = true;
      this.#followClock(sinceMs);
      events.emit("clock:jumped", { byMs });
    };
    this.#alarm = new Alarm({ clock, ref, jumped, ring: () => this.#fireDue() });
  }

  nextFireTime(job: JobState): number | null {
    return job.jitteredFrom ?? this.#heap.timeOf(job);
  }

  /** The fire time of the job that is the first to start. */
  get next(): number | null {
    const job = this.#heap.peek();
    return job === undefined ? null : this.nextFireTime(job);
  }

  /** Enters a job with a schedule that it has not had before; one that fires at the start does so now, if that has been. */
  setNew(job: JobState, next: number | null): void {
    this.#handled.forget(job);
    this.set(job, next);
    if (!this.#on || !this.#atStart.has(job)) return;
    this.#enter(job, this.#parts.clock.now(), null);
    this.#arm();
  }

  /** Enters a job at its next fire time, or takes it off when there is none. */
  set(job: JobState, next: number | null): void {
    const atStart = job.registered && job.schedule.atStart === true;
    if (atStart) this.#atStart.add(job);
    else this.#atStart.delete(job);
    if (!job.registered) {
      this.#handled.forget(job);
      this.#resumed.delete(job);
    }
    this.#enterNext(job, next);
    this.#arm();
  }

  #enterNext(job: JobState, next: number | null): void {
    this.#enter(job, upcoming(this.#handled.planned(job), next).nextStart, next);
  }

  /** Puts a job where its next fire is to start. */
  #enter(job: JobState, start: number | null, fireTime: number | null): void {
    job.jitteredFrom = start === fireTime ? null : fireTime;
    if (start === null) this.#heap.remove(job);
    else this.#heap.set(job, start);
  }

  /** Begins to fire what comes due after `since`. */
  on(since: number): void {
    this.#on = true;
    const now = this.#parts.clock.now();
    this.#followClock(now);
    this.#passOver(since);
    for (const job of this.#atStart) this.#enter(job, now, null);
    this.#arm();
  }

  /**
   * Goes on after what was the job's last fire time when `since` was, and nothing of its ran before that: what came due
   * from then on was missed, and what lies ahead up to it, by a clock that was set back, is not fired again.
   */
  resume(job: JobState, lastFireTime: number, since: number): void {
    if (job.schedule.afterRun === true || !job.registered) return;
    const now = this.#parts.clock.now();
    if (lastFireTime > now && !this.#isNear(job, lastFireTime, now)) return;
    if (lastFireTime > now) this.#handled.leaveOut(job, Number.NEGATIVE_INFINITY, lastFireTime);
    const due = this.nextFireTime(job);
    // Its fires since then were its own.
    if (since < now && lastFireTime < since) this.#handled.leaveOut(job, since, (due ?? now + 1) - 1);
    const first = this.#ask(job, Math.min(lastFireTime, now));
    if (first === null || first === due) return;
    if (first <= now) this.#resumed.add(job);
    this.#enterNext(job, first);
    this.#arm();
  }

  /** A clock that was once far ahead must not silence a job for long. */
  #isNear(job: JobState, lastFireTime: number, now: number): boolean {
    if (lastFireTime - now <= job.settings.catchUpWindowMs) return true;
    const message =
      `job ${JSON.stringify(job.name)} has fired ${lastFireTime - now} ms ahead of the clock of now: ` +
      "it fires by this clock, perhaps a second time";
    this.#parts.events.report(new PunctualError("HISTORY_FAILED", message), job.handle);
    return false;
  }

  /** Fires no more. What is due by now is handed on all the same: the dispatch, which is barred, puts it on record. */
  off(): void {
    if (!this.#on) return;
    const now = this.#parts.clock.now();
    while (this.#heap.peekTime() <= now) this.#fireFirst(now);
    for (const job of this.#heap.entries().filter(({ jitteredFrom }) => jitteredFrom !== null && jitteredFrom <= now)) {
      const fireTime = job.jitteredFrom as number;
      this.#skip(job, fireTime, "stopping");
      this.set(job, this.#nextAfter(job, fireTime));
      // No run's end will tell of a delay that was skipped.
      if (job.schedule.afterRun === true && isIdle(job)) this.#parts.onIdle(job);
    }
    this.#on = false;
    this.#alarm.set(Number.POSITIVE_INFINITY);
  }

  /** What is due of a job that is about to be taken off or moved is left on record. */
  skipDue(job: JobState): void {
    const now = this.#parts.clock.now();
    const windowStart = windowStartOf(job.settings, now);
    let time = this.#on ? this.nextFireTime(job) : null;
    if (time !== null && time < windowStart) time = this.#nextAfter(job, windowStart - 1);
    while (time !== null && time <= now) {
      this.#skip(job, time, "removed");
      time = this.#nextAfter(job, time);
    }
  }

  /** The job's next fire time but for a delay's, which its run decides; none of a schedule that fails. */
  #nextAfter(job: JobState, time: number): number | null {
    return job.schedule.afterRun === true ? null : this.#ask(job, time);
  }

  #ask(job: JobState, time: number): number | null {
    try {
      return nextOf(this.#handled.planned(job).schedule, time);
    } catch (error) {
      this.#parts.events.report(error as PunctualError, job.handle);
      return null;
    }
  }

  /** When the clock was set back to before all that the scheduler has gone through, jobs go by the new clock from here on. */
  #followClock(since: number): void {
    if (this.#handled.isBefore(since)) {
      for (const job of [...this.#heap.entries()]) this.#enterAgain(job, since);
      this.#arm();
    }
    this.#handled.after(since);
  }

  #enterAgain(job: JobState, since: number): void {
    const due = this.nextFireTime(job) as number;
    if (due <= since) return;
    if (job.schedule.afterRun !== true) this.#handled.again(job, due);
    this.#enterNext(job, Math.min(due, this.#ask(job, since) ?? due));
  }

  #arm(): void {
    if (this.#on) this.#alarm.set(this.#heap.peekTime());
  }

  /** Nobody waited for what came due before the start, but for an instant that will not come again. */
  #passOver(now: number): void {
    const kept: [job: JobState, time: number][] = [];
    for (let job = this.#heap.peek(); job !== undefined && this.#heap.peekTime() <= now; job = this.#heap.peek()) {
      const due = this.nextFireTime(job) as number;
      this.#heap.remove(job);
      try {
        kept.push([job, nextOf(this.#handled.planned(job).schedule, now) ?? due]);
      } catch (error) {
        this.#parts.events.report(error as PunctualError, job.handle);
      }
    }
    for (const [job, time] of kept) this.#enterNext(job, time);
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
    if (this.#heap.peekTime() > clock.now()) this.#jumped = false;
    this.#arm();
  }

  #fireFirst(now: number): void {
    const job = this.#heap.peek() as JobState;
    const due = this.nextFireTime(job) as number;
    this.#handled.after(due - 1);
    let plan: Plan;
    try {
      plan = planFires(due, this.#handled.planned(job), now);
    } catch (error) {
      // A schedule of the user's may throw or stand still: its job then has no next fire time, and the others go on.
      this.#enter(job, null, null);
      this.#parts.events.report(error as PunctualError, job.handle);
      return;
    }
    this.#enter(job, plan.nextStart, plan.next);
    this.#handled.passed(job, plan.next);
    if (plan.missed.length > 0 || plan.missedBefore !== null) this.#reportMissed(job, plan);
    this.#dispatchFires(job, plan);
  }

  #dispatchFires(job: JobState, { fires, missed, next }: Plan): void {
    const { schedule } = job;
    // What the last process may have died of could be the end of this one.
    const resumed = this.#resumed.delete(job);
    const single = resumed ? RESUMED : NO_DETAILS;
    const several = resumed ? RESUMED_CAUGHT_UP : CAUGHT_UP;
    const catchesUp = missed.length > 0 && job.settings.misfire === "fireAll";
    for (const fireTime of fires) {
      // A fire may have removed its own job, or stopped the scheduler.
      if (!this.#on || !job.registered) this.#skip(job, fireTime, job.registered ? "stopping" : "removed");
      else if (!reachedMaxRuns(job)) {
        job.previousFireTime = fireTime;
        this.#parts.dispatch.fire(job, fireTime, catchesUp ? several : single);
      }
    }
    // Or given it another schedule.
    if (job.schedule !== schedule) return;
    const over = reachedMaxRuns(job);
    if (over) this.#enter(job, null, null);
    else if (next !== null) return;
    job.ended = over || (schedule.afterRun !== true && schedule.atStart !== true);
    // Its last run may have ended before this was known; and where nothing ran, no run's end will come.
    if (isIdle(job)) this.#parts.onIdle(job);
  }

  /** Tells of all that was missed; what is not made up for is on record as skipped. */
  #reportMissed(job: JobState, { fires, missed, missedBefore }: Plan): void {
    const { events } = this.#parts;
    job.previousFireTime = missed.at(-1) ?? missedBefore;
    const policy = job.settings.misfire;
    const cause = this.#resumed.has(job) ? "stopped" : this.#jumped ? "clockJumped" : "blocked";
    events.emit("fire:missed", { job: job.handle, fireTimes: missed, missedBefore, policy, cause });
    const madeUp = new Set(fires);
    for (const fireTime of missed) if (!madeUp.has(fireTime)) this.#skip(job, fireTime, "misfire");
  }

  #skip(job: JobState, fireTime: number, reason: SkipReason): void {
    this.#parts.dispatch.skip(job, fireTime, NO_DETAILS, reason);
  }
}

/** What waits will be a run, too. */
function reachedMaxRuns({ starts, queuedFires, settings }: JobState): boolean {
  return settings.maxRuns !== null && starts + queuedFires >= settings.maxRuns;
}
