// Scheduling
export { Scheduler } from "./scheduler/scheduler.js";
export type { Job } from "./scheduler/job.js";
export type {
  JobOptions,
  PolicyOptions,
  RunNowOptions,
  SchedulerOptions,
  StopOptions,
  WorkerOptions,
} from "./scheduler/options.js";
export type { Outcome, Run, RunFailure, RunRecord, RunSuccess } from "./scheduler/run.js";
export type { OverlapPolicy, SkipReason } from "./scheduler/admit.js";
export type { MisfirePolicy } from "./scheduler/plan.js";
export type { StopReport } from "./scheduler/stop.js";
export type { SchedulerEvent, SchedulerEvents, SchedulerListener } from "./scheduler/events.js";

// Schedules
export { cron } from "./schedule/cron.js";
export type { CronSchedule } from "./schedule/cron-schedule.js";
export type { CronOptions, DayMatch, DstPolicy } from "./schedule/cron-options.js";
export { parseSchedule } from "./schedule/parse.js";
export type { ScheduleSpec } from "./schedule/parse.js";
export { every } from "./schedule/interval.js";
export type { IntervalAnchor, IntervalOptions } from "./schedule/interval.js";
export { after } from "./schedule/delay.js";
export { at } from "./schedule/once.js";
export { between, except, limit, only, union } from "./schedule/combine.js";
export type { CalendarOptions } from "./schedule/combine.js";
export type { Calendar } from "./schedule/calendar.js";
export { sameSchedule } from "./schedule/schedule.js";
export type { Schedule, ScheduleOwner } from "./schedule/schedule.js";
export type { PureSchedule } from "./schedule/pure-schedule.js";
export type { Duration } from "./schedule/duration.js";

// Commands
export { worker } from "./command/worker-command.js";
export { transfer } from "./command/transfer.js";
export type { Transfer } from "./command/transfer.js";
export type { Command, CommandFunction, RunContext, WorkerCommand } from "./command/command.js";

// Time
export { SystemClock } from "./clock/system-clock.js";
export type { Clock, ClockTimer } from "./clock/clock.js";

// Errors
export { InvalidOptionError, InvalidScheduleError, PunctualError, RunSkippedError, WorkerError } from "./errors.js";
export type { ErrorCode } from "./errors.js";
