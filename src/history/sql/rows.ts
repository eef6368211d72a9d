import type { HistoryRecord, Outcome, RecordedAttempt, RecordedRun, SkipReason, StoredError } from "../record.js";
import { timeOf } from "../record.js";
import { resultJson } from "./result-json.js";
import type { AttemptRow, RecordRow, LabelRow } from "./tables.js";
import { decodeText, encodeText, keyOf, longTextOf, nameOf, nodeLabelOf } from "./text-code.js";

/** The row of a record, without its attempts. */
export function rowOf(record: HistoryRecord): RecordRow {
  const run = record.kind === "run" ? record : null;
  const skip = record.kind === "skip" ? record : null;
  // In one piece: of several it takes ten times as long.
  return {
    id: encodeText(record.id),
    kind: record.kind,
    job_name: keyOf(record.jobName),
    long_job_name: longTextOf(record.jobName),
    time_ms: wholeMs(timeOf(record)),
    fire_time: record.fireTime === null ? null : wholeMs(record.fireTime),
    outcome: outcomeOf(record),
    tags: record.tags.length === 0 ? null : JSON.stringify(record.tags),
    command_kind: run && encodeText(run.commandKind),
    command: run && encodeText(run.command),
    node: run && encoded(run.node),
    ended_at: run && wholeMs(run.endedAt),
    lateness_ms: run && wholeMs(run.latenessMs),
    result: run && resultJson(run.result),
    error: run && errorJson(run.error ?? undefined),
    output: run && encoded(run.output),
    token: run?.token ?? null,
    detail: skip && encoded(skip.detail),
  };
}

/** How a run ended, or why there was none. */
export function outcomeOf(record: HistoryRecord): Outcome | SkipReason {
  return record.kind === "run" ? record.outcome : record.reason;
}

/** The rows of a record's attempts. A run that succeeded at the first one, as nearly all do, has none: its record tells. */
export function attemptRowsOf(record: HistoryRecord): AttemptRow[] {
  if (record.kind === "skip" || hasToldAttempt(record)) return [];
  return record.attempts.map(({ attempt, startedAt, endedAt, error }) => ({
    record_id: encodeText(record.id),
    attempt,
    started_at: wholeMs(startedAt),
    ended_at: wholeMs(endedAt),
    error: errorJson(error),
  }));
}

function hasToldAttempt({ outcome, attempts, startedAt, endedAt }: RecordedRun): boolean {
  const [first] = attempts;
  if (outcome !== "succeeded" || attempts.length !== 1 || first?.attempt !== 1 || first.error !== undefined)
    return false;
  return wholeMs(first.startedAt) === wholeMs(startedAt) && wholeMs(first.endedAt) === wholeMs(endedAt);
}

/** The rows by which a record is found by its tags and its node. */
export function labelRowsOf(record: HistoryRecord): LabelRow[] {
  const labels = [...new Set(record.tags)].map(keyOf);
  if (record.kind === "run" && record.node !== null) labels.push(nodeLabelOf(record.node));
  if (labels.length === 0) return [];
  const rest = { outcome: outcomeOf(record), time_ms: wholeMs(timeOf(record)), record_id: encodeText(record.id) };
  return labels.map((label) => ({ label, ...rest }));
}

/** The record of a row and its attempts, which are in order. */
export function recordOfRow(row: RecordRow, attempts: readonly AttemptRow[]): HistoryRecord {
  const head = {
    id: decodeText(row.id),
    jobName: nameOf(row),
    fireTime: numberOf(row.fire_time),
    tags: row.tags === null ? [] : (JSON.parse(row.tags) as string[]),
  };
  const time = Number(row.time_ms);
  if (row.kind === "skip") {
    return { kind: "skip", ...head, at: time, reason: row.outcome as SkipReason, detail: decoded(row.detail) };
  }
  return { kind: "run", ...head, startedAt: time, outcome: row.outcome as Outcome, ...restOfRun(row, attempts) };
}

type RestOfRun = Omit<RecordedRun, "kind" | "id" | "jobName" | "fireTime" | "tags" | "startedAt" | "outcome">;

function restOfRun(row: RecordRow, attempts: readonly AttemptRow[]): RestOfRun {
  return {
    commandKind: decodeText(row.command_kind ?? ""),
    command: decodeText(row.command ?? ""),
    node: decoded(row.node),
    endedAt: Number(row.ended_at),
    latenessMs: Number(row.lateness_ms),
    attempts: attempts.length === 0 && row.outcome === "succeeded" ? [toldAttempt(row)] : attempts.map(attemptOf),
    result: row.result === null ? null : JSON.parse(row.result),
    error: row.error === null ? null : (JSON.parse(row.error) as StoredError),
    output: decoded(row.output),
    token: numberOf(row.token),
  };
}

function toldAttempt({ time_ms, ended_at }: RecordRow): RecordedAttempt {
  return { attempt: 1, startedAt: Number(time_ms), endedAt: Number(ended_at) };
}

function attemptOf({ attempt, started_at, ended_at, error }: AttemptRow): RecordedAttempt {
  const times = { attempt: Number(attempt), startedAt: Number(started_at), endedAt: Number(ended_at) };
  return error === null ? times : { ...times, error: JSON.parse(error) as StoredError };
}

function errorJson(error: StoredError | undefined): string | null {
  return error === undefined ? null : JSON.stringify(error);
}

function encoded(text: string | null): string | null {
  return text === null ? null : encodeText(text);
}

function decoded(text: string | null): string | null {
  return text === null ? null : decodeText(text);
}

/** pg gives 64-bit numbers as text. */
function numberOf(value: number | null): number | null {
  return value === null ? null : Number(value);
}

/** An own clock may have fractions, which the columns have not. */
function wholeMs(ms: number): number {
  return Math.floor(ms);
}
