/** What a schedule may want to know of the job it is given to. */
export interface ScheduleOwner {
  readonly jobName: string;
  readonly registeredAtMs: number;
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
}
