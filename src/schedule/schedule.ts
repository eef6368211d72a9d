import type { CronOptions } from "./cron-options.js";

/** What a schedule may want to know of the job it is given to. */
export interface ScheduleOwner {
  readonly jobName: string;
  readonly registeredAtMs: number;
  /** The zone and rules of the job, for a cron expression that leaves them open. */
  readonly cron: CronOptions;
}

/**
 * A pure rule for when to fire. Any object with `next` is one; write your own for what cron cannot say.
 */
export interface Schedule {
  /**
   * The first fire time strictly after `afterMs` (both epoch milliseconds), or `null` when there is none. It may depend
   * on nothing but its argument, so that a restart at any instant continues the same sequence.
   */
  next(afterMs: number): number | null;
  /** The schedule as one job has it, for those that depend on it (an interval counts from the job's registration). */
  bind?(owner: ScheduleOwner): Schedule;
  /** Whether the other one has the same fire times by definition, so that a job need not be rescheduled. */
  equals?(other: Schedule): boolean;
  /** Fires whenever its scheduler starts as well (`@reboot`). */
  readonly atStart?: boolean;
  /** Is asked for the next fire time when a run of its job has ended, with that instant (`@after 5m`). */
  readonly afterRun?: boolean;
}

/** Whether two schedules have the same fire times by definition: the same object, or equal values. */
export function sameSchedule(a: Schedule, b: Schedule): boolean {
  return a === b || a.equals?.(b) === true;
}
