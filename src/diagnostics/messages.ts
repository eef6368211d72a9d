import type { RunContext } from "../command/command.js";
import type { PunctualError } from "../errors.js";
import type { SchedulerEvents } from "../scheduler/events.js";
import type { RecordedRun } from "../history/record.js";
import type { Job } from "../scheduler/job.js";
import type { Run } from "../scheduler/run-record.js";
import type { StopReport } from "../scheduler/stop.js";

/** What every message has. */
export interface DiagnosticsMessage {
  /** The scheduler's `appId`: several of one process publish on the same channels. */
  readonly node: string;
}

/** Of a job; times in all messages are epoch milliseconds. */
export interface JobMessage extends DiagnosticsMessage {
  readonly job: string;
}

/** Of a fire; `fireTime` is `null` outside the schedule. */
export interface FireMessage extends JobMessage {
  readonly fireTime: number | null;
}

/** Of a run that goes on. */
export interface RunMessage extends FireMessage {
  readonly runId: string;
  readonly traceId: string;
  readonly startedAt: number;
  readonly latenessMs: number;
  /** From 1 on. */
  readonly attempt: number;
  readonly token: number | null;
}

/** Of a run that has ended. */
export interface RunEndMessage extends Omit<RunMessage, "traceId" | "attempt" | "token"> {
  readonly endedAt: number;
  readonly outcome: Run["outcome"];
  /** How many attempts it had. */
  readonly attempts: number;
  /** What it failed with, as it was thrown; `undefined` for a success. */
  readonly error: unknown;
}

/** The events that are listened to. Not `error`, which is observed: it is a process warning only as long as nobody listens. */
export type PublishedEvent = Exclude<keyof SchedulerEvents, "error">;

type Payload<E extends PublishedEvent> = Omit<SchedulerEvents[E], "job" | "run">;

/** Every channel, and the type of its messages. */
export interface DiagnosticsMessages {
  "punctual:scheduler:start": DiagnosticsMessage;
  "punctual:scheduler:stop": DiagnosticsMessage & StopReport;
  "punctual:job:add": JobMessage;
  "punctual:job:remove": JobMessage & Payload<"job:removed">;
  "punctual:job:reschedule": JobMessage;
  "punctual:job:update": JobMessage;
  "punctual:job:pause": JobMessage & Payload<"job:paused">;
  "punctual:job:resume": JobMessage;
  "punctual:run:start": RunMessage;
  "punctual:run:retry": RunMessage & Payload<"run:retrying">;
  "punctual:run:progress": RunMessage & Payload<"run:progress">;
  "punctual:run:deaf": RunMessage;
  "punctual:run:silent": RunMessage;
  "punctual:run:end": RunEndMessage;
  "punctual:run:abandon": RunEndMessage & { readonly again: boolean };
  "punctual:run:skip": FireMessage & Payload<"run:skipped">;
  "punctual:fire:missed": JobMessage & Payload<"fire:missed">;
  "punctual:fire:claimed": FireMessage & Payload<"fire:claimed">;
  "punctual:fire:refused": FireMessage & Payload<"fire:refused">;
  "punctual:lease:lost": RunMessage & Payload<"lease:lost">;
  "punctual:leader:change": DiagnosticsMessage & Payload<"leader:changed">;
  "punctual:distributed:unavailable": FireMessage & Payload<"distributed:unavailable">;
  "punctual:clock:jump": DiagnosticsMessage & Payload<"clock:jumped">;
  "punctual:scheduler:error": DiagnosticsMessage & { readonly job: string | null; readonly error: PunctualError };
}

/** The name of a channel. */
export type DiagnosticsChannel = keyof DiagnosticsMessages;

/** The channel of `error` events. */
export const ERROR_CHANNEL = "punctual:scheduler:error";

/** The channel of each other event. */
export const CHANNELS: Readonly<Record<PublishedEvent, DiagnosticsChannel>> = {
  "scheduler:started": "punctual:scheduler:start",
  "scheduler:stopped": "punctual:scheduler:stop",
  "job:added": "punctual:job:add",
  "job:removed": "punctual:job:remove",
  "job:rescheduled": "punctual:job:reschedule",
  "job:updated": "punctual:job:update",
  "job:paused": "punctual:job:pause",
  "job:resumed": "punctual:job:resume",
  "run:started": "punctual:run:start",
  "run:retrying": "punctual:run:retry",
  "run:progress": "punctual:run:progress",
  "run:deaf": "punctual:run:deaf",
  "run:silent": "punctual:run:silent",
  "run:finished": "punctual:run:end",
  "run:abandoned": "punctual:run:abandon",
  "run:skipped": "punctual:run:skip",
  "fire:missed": "punctual:fire:missed",
  "fire:claimed": "punctual:fire:claimed",
  "fire:refused": "punctual:fire:refused",
  "lease:lost": "punctual:lease:lost",
  "leader:changed": "punctual:leader:change",
  "distributed:unavailable": "punctual:distributed:unavailable",
  "clock:jumped": "punctual:clock:jump",
};

/** What payloads are made of: a job's handle, a run that goes on or has ended, and plain values. */
interface AnyPayload {
  readonly job?: Job | null;
  readonly run?: RunContext | Run | RecordedRun;
}

/** Makes the message of an event: the payload, with the job's name in place of its handle, and the run's plain facts. */
export function messageOf(node: string, payload: object): DiagnosticsMessage {
  const { job, run, ...rest } = payload as AnyPayload;
  const name = job?.name ?? run?.jobName;
  return { node, ...(name !== undefined && { job: name }), ...(run !== undefined && runFacts(run)), ...rest };
}

function runFacts(run: RunContext | Run | RecordedRun): object {
  const { id: runId, fireTime, startedAt, latenessMs } = run;
  const facts = { runId, fireTime, startedAt, latenessMs };
  if ("outcome" in run) {
    const { endedAt, outcome, attempts, error } = run;
    return { ...facts, endedAt, outcome, attempts: attempts.length, error };
  }
  const { traceId, attempt, token } = run;
  return { ...facts, traceId, attempt, token };
}
