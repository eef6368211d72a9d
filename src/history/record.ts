/** How a run ended. */
export type Outcome = (typeof OUTCOMES)[number];
/** Every outcome there is. */
export const OUTCOMES = ["succeeded", "failed", "timedOut", "killed", "lostLease", "abandoned"] as const;

/** Why a fire was not started. */
export type SkipReason = (typeof SKIP_REASONS)[number];
/** Every skip reason there is. */
export const SKIP_REASONS = [
  "overlap",
  "limit",
  "claimedElsewhere",
  "clockSkew",
  "heldElsewhere",
  "distributedUnavailable",
  "historyUnavailable",
  "paused",
  "misfire",
  "removed",
  "stopping",
] as const;

/** What was thrown, as plain data. */
export interface StoredError {
  readonly name: string;
  readonly message: string;
  /** As text, also where the error's own is a number. */
  readonly code?: string;
  readonly stack?: string;
}

/** What both kinds of record have. */
interface RecordHead {
  /** Unique, for ever; a UUID of version 7, so that ids sort by time. */
  readonly id: string;
  readonly jobName: string;
  /** The instant that the schedule named, epoch milliseconds; `null` outside the schedule. */
  readonly fireTime: number | null;
  readonly tags: readonly string[];
}

/** What a history may want of a run before it wants the record. */
export interface RunHead extends RecordHead {
  readonly kind: "run";
  /** Epoch milliseconds; the time by which runs are ordered and found. */
  readonly startedAt: number;
  readonly outcome: Outcome;
}

/** What a history may want of a skip before it wants the record. */
export interface SkipHead extends RecordHead {
  readonly kind: "skip";
  /** Earlier fires of its job wait still: its fire time is no last fire time before the journal is told that it has `passed`. */
  readonly overtakes?: true;
  /** When the fire was skipped, epoch milliseconds; the time by which skips are ordered and found. */
  readonly at: number;
  readonly reason: SkipReason;
}

/** One try of a run, after it has ended. */
export interface RecordedAttempt {
  /** Counts from 1. */
  readonly attempt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** What this try failed with. */
  readonly error?: StoredError;
}

/** A finished run, as a history keeps it: plain data but for `result`, which a history in memory keeps as it is. */
export interface RecordedRun extends RunHead {
  /** What performed the command: `function`, `worker`, `shell`, `http`. */
  readonly commandKind: string;
  /** The command as text, for people to read. */
  readonly command: string;
  /** Which node of several performed it. */
  readonly node: string | null;
  readonly endedAt: number;
  readonly latenessMs: number;
  /** In order, the last one included. */
  readonly attempts: readonly RecordedAttempt[];
  /** What the command returned; `null` or `undefined`, which a history need not tell apart, for one that did not. */
  readonly result: unknown;
  readonly error: StoredError | null;
  /** The end of what the command wrote. */
  readonly output: string | null;
  /** The fencing number under which a distributed run had its lease. */
  readonly token: number | null;
}

/** A fire that was not started, as a history keeps it. */
export interface RecordedSkip extends SkipHead {
  /** What more there is to say than the reason: which limit, held by whom. */
  readonly detail: string | null;
}

/** One thing that happened to a job; `kind` tells which. */
export type HistoryRecord = RecordedRun | RecordedSkip;

/** That a run has begun: what a history that outlives its process keeps until the run's record comes. */
export interface BegunRun extends RecordHead {
  readonly kind: "start";
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly commandKind: string;
  readonly command: string;
  readonly node: string | null;
  readonly token: number | null;
  /** 2 for a run that does again what a process had left unfinished. */
  readonly attempt: number;
}

/** A run whose record is made when it is wanted. From when it is appended, nothing of it may change. */
export interface RunSource extends RunHead {
  /** Makes the record; throws nothing. */
  toRecord(): RecordedRun;
}

/** As `RunSource`, for a skip. */
export interface SkipSource extends SkipHead {
  /** Makes the record; throws nothing. */
  toRecord(): RecordedSkip;
}

/** A record, or what it can be made from: most records are dropped without ever having been read. */
export type HistoryEntry = HistoryRecord | RunSource | SkipSource;

/** That all fires of a job up to a fire time have begun or are on record. */
export interface PassedFire {
  readonly kind: "passed";
  /** By which a refusal is reported. */
  readonly id: string;
  readonly jobName: string;
  readonly fireTime: number;
}

/** What a history that outlives its process writes. */
export type HistoryItem = HistoryRecord | BegunRun | PassedFire;

/** The instant by which an entry is ordered and found, epoch milliseconds. */
export function timeOf(entry: RunHead | SkipHead): number {
  return entry.kind === "run" ? entry.startedAt : entry.at;
}

/** The record of an entry; for a source it is made anew each time. */
export function recordOf(entry: HistoryEntry): HistoryRecord {
  return "toRecord" in entry ? entry.toRecord() : entry;
}

/** As `recordOf`; that a run has begun is written as it is. */
export function itemOf(entry: HistoryEntry | BegunRun | PassedFire): HistoryItem {
  return entry.kind === "start" || entry.kind === "passed" ? entry : recordOf(entry);
}
