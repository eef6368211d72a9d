// Scheduling
export { Scheduler } from "./scheduler/scheduler.js";
export type { Job } from "./scheduler/job.js";
export type { JobOptions, JobUpdate } from "./scheduler/job-options.js";
export type { DistributedCronOptions } from "./scheduler/distributed-options.js";
export type { PolicyOptions, RetryOptions } from "./scheduler/policies.js";
export type { GroupOptions, RunNowOptions, SchedulerOptions, StopOptions, WorkerOptions } from "./scheduler/options.js";
export type { SignalOptions } from "./scheduler/signals.js";
export type { Attempt, Outcome, Run, RunFailure, RunRecord, RunSuccess } from "./scheduler/run-record.js";
export type { OverlapPolicy, SkipReason } from "./scheduler/admit.js";
export type { MisfirePolicy } from "./scheduler/plan.js";
export type { ChainCondition } from "./scheduler/chain.js";
export type { StopReport } from "./scheduler/stop.js";
export type { RunStart, SchedulerObserver } from "./scheduler/observers.js";
export type { GroupStats, SchedulerStats, WaitingStats } from "./scheduler/stats.js";
export type { WorkerPoolStats } from "./command/worker.js";
export type { SchedulerEvent, SchedulerEvents, SchedulerListener } from "./scheduler/events.js";

// Stored jobs
export type { StoredJob, StoredJobs } from "./scheduler/stored-jobs.js";
export type { StoredDistributedOptions, StoredJobDefinition, StoredJobOptions } from "./scheduler/stored-definition.js";
export type { StoredCommand } from "./store/definition.js";
export { MemoryJobStore } from "./store/memory-job-store.js";
export type {
  JobStore,
  KillMessage,
  StoredRow,
  StoredState,
  StoreWatch,
  StoreWatcher,
} from "./store/job-store.js";

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
export { shell } from "./command/shell-command.js";
export type { ShellCommand, ShellOptions, ShellResult } from "./command/shell-command.js";
export { http } from "./command/http-command.js";
export type { HttpCommand, HttpOptions, HttpResult, HttpStatusRange } from "./command/http-command.js";
export { describeCommand } from "./command/describe.js";
export { worker } from "./command/worker-command.js";
export { transfer } from "./command/transfer.js";
export type { Transfer } from "./command/transfer.js";
export { currentRun } from "./command/current-run.js";
export type { Logger } from "./command/logger.js";
export type { Command, CommandFunction, RunContext, UpstreamRun, WorkerCommand } from "./command/command.js";

// History
export { MemoryHistory } from "./history/memory-history.js";
export type { MemoryHistoryOptions } from "./history/memory-history.js";
export type { BatchWriterStats } from "./history/batch-writer.js";
export type { JobCounts } from "./history/job-tally.js";
export type { History, HistoryPage, HistoryQuery } from "./history/history.js";
export type {
  HistoryEntry,
  HistoryRecord,
  RecordedAttempt,
  RecordedRun,
  RecordedSkip,
  RunHead,
  RunSource,
  SkipHead,
  SkipSource,
  StoredError,
} from "./history/record.js";

// Coordination
export { MemoryDistributed } from "./distributed/memory-distributed.js";
export type { MemoryDistributedOptions } from "./distributed/memory-distributed.js";
export type {
  ClaimAnswer,
  ClaimRequest,
  Distributed,
  GrantedClaim,
  GrantedLease,
  Lease,
  LeaseAnswer,
  LeaseRequest,
  RefusalReason,
  RefusedClaim,
  RefusedLease,
  ReleaseOptions,
} from "./distributed/distributed.js";

// Time
export { SystemClock } from "./clock/system-clock.js";
export type { Clock, ClockTimer } from "./clock/clock.js";

// Errors
export {
  DistributedUnavailableError,
  InvalidOptionError,
  InvalidScheduleError,
  PunctualError,
  RunSkippedError,
  WorkerError,
} from "./errors.js";
export type { ErrorCode } from "./errors.js";
export { CommandError } from "./command/command-error.js";
export type { CommandErrorCode } from "./command/command-error.js";
