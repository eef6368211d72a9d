import type { ProcessIdentity } from "../../machine/process-identity.js";
import type { RecordedRun, RunStart } from "../record.js";
import type { ProcessRow, StartRow } from "./tables.js";
import { decodeText, encodeText, keyOf, longTextOf, nameOf } from "./text-code.js";

/** The columns of `starts`, in the order in which they are written. */
export const START_COLUMNS: readonly (keyof StartRow)[] = [
  ...(["id", "job_name", "long_job_name", "fire_time", "started_at", "tags"] as const),
  ...(["command_kind", "command", "node", "token", "attempt", "process_id"] as const),
];

/** The row of a run that begins in that process. */
export function startRowOf(start: RunStart, processId: string): StartRow {
  return {
    id: encodeText(start.id),
    job_name: keyOf(start.jobName),
    long_job_name: longTextOf(start.jobName),
    fire_time: start.fireTime === null ? null : Math.floor(start.fireTime),
    started_at: Math.floor(start.startedAt),
    tags: start.tags.length === 0 ? null : JSON.stringify(start.tags),
    command_kind: encodeText(start.commandKind),
    command: encodeText(start.command),
    node: start.node === null ? null : encodeText(start.node),
    token: start.token,
    attempt: start.attempt,
    process_id: processId,
  };
}

/** What `startRowOf` was given; numbers may come back as text. */
export function startOfRow(row: StartRow): RunStart {
  return {
    kind: "start",
    id: decodeText(row.id),
    jobName: nameOf(row),
    fireTime: row.fire_time === null ? null : Number(row.fire_time),
    startedAt: Number(row.started_at),
    tags: row.tags === null ? [] : (JSON.parse(row.tags) as string[]),
    commandKind: decodeText(row.command_kind),
    command: decodeText(row.command),
    node: row.node === null ? null : decodeText(row.node),
    token: row.token === null ? null : Number(row.token),
    attempt: Number(row.attempt),
  };
}

/** What is known of the process of a row. */
export function identityOfRow({ host, boot_id, pid, started_at }: ProcessRow): ProcessIdentity {
  return { host: decodeText(host), bootId: boot_id, pid: Number(pid), startedAt: started_at };
}

/** The record of a run whose process has died; it went on at least until that was last heard of. */
export function abandonedRecord(start: RunStart, owner: ProcessRow | null): RecordedRun {
  const { id, jobName, fireTime, startedAt, tags, commandKind, command, node, token, attempt } = start;
  const endedAt = Math.max(startedAt, Number(owner?.seen_at ?? startedAt));
  const where = owner === null ? "its process" : `process ${owner.pid} on ${identityOfRow(owner).host.split(" ")[0]}`;
  const error = { name: "PunctualError", code: "RUN_ABANDONED", message: `${where} ended while the run went on` };
  return {
    ...{
      kind: "run",
      id,
      jobName,
      fireTime,
      startedAt,
      endedAt,
      outcome: "abandoned",
      tags,
      commandKind,
      command,
      node,
    },
    latenessMs: fireTime === null ? 0 : Math.max(0, startedAt - fireTime),
    attempts: [{ attempt, startedAt, endedAt, error }],
    ...{ result: null, error, output: null, token },
  };
}
