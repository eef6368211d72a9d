import type { BatchWriterStats } from "../history/batch-writer.js";
import type { History } from "../history/history.js";
import type { WorkerPoolStats } from "../command/worker.js";

/** What a scheduler is at: a plain copy, which does not change. */
export interface SchedulerStats {
  /** `stopping` from the call of `stop` until all has ended. */
  readonly phase: "idle" | "running" | "stopping";
  /** Registered jobs. */
  readonly jobs: number;
  /** Runs that go on, deaf ones included, and fires that the store is being asked for. */
  readonly running: number;
  readonly waiting: WaitingStats;
  /** Of each group in the scheduler's options. */
  readonly groups: Readonly<Record<string, GroupStats>>;
  readonly workers: WorkerPoolStats;
  /** What the history has to write; `null` for one that does not tell, as MemoryHistory, which writes nothing. */
  readonly history: BatchWriterStats | null;
  /** The fire time of what is to start next, epoch milliseconds; `null` when no job has one. */
  readonly nextFireTime: number | null;
}

/** Fires that wait, by what they wait for. */
export interface WaitingStats {
  /** For a run of their own job to end. */
  readonly forRun: number;
  /** For room in the limit of their group or of the scheduler. */
  readonly forLimit: number;
  /** For another node, or for their turn to be asked for. */
  readonly forNode: number;
}

/** What the jobs of one group are at. */
export interface GroupStats {
  readonly running: number;
  readonly maxConcurrent: number;
  /** Fires that wait for room: in the group, or in the scheduler. */
  readonly waiting: number;
}

/** A copy of what a history tells of its writing. */
export function historyStats({ writing }: History): BatchWriterStats | null {
  if (writing === undefined) return null;
  const { backlog, written, dropped, refused, failures } = writing;
  return { backlog, written, dropped, refused, failures };
}
