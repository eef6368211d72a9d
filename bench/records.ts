import type { RecordedRun } from "punctual/history";

const JOBS = 10;
const START_MS = Date.UTC(2026, 0, 10);
/** A run each second of each job. */
const STEP_MS = 1_000 / JOBS;

/** Records of runs as ten jobs leave them, a run each second of each; never the same one twice. */
export function recordsOf(first: number, count: number): RecordedRun[] {
  return Array.from({ length: count }, (_, index) => recordOf(first + index));
}

export function jobNameOf(number: number): string {
  return `job ${number % JOBS}`;
}

function recordOf(number: number): RecordedRun {
  const fireTime = START_MS + Math.floor(number / JOBS) * 1_000;
  const startedAt = fireTime + (number % JOBS) * (STEP_MS / 100);
  const endedAt = startedAt + 12;
  return {
    kind: "run",
    id: idOf(startedAt, number),
    jobName: jobNameOf(number),
    fireTime,
    tags: [],
    startedAt,
    outcome: "succeeded",
    commandKind: "function",
    command: "function report",
    node: "node-1",
    endedAt,
    latenessMs: startedAt - fireTime,
    attempts: [{ attempt: 1, startedAt, endedAt }],
    result: { lines: number },
    error: null,
    output: null,
    token: null,
  };
}

/** A UUID of version 7, as runs have them. */
function idOf(timeMs: number, number: number): string {
  const time = Math.floor(timeMs).toString(16).padStart(12, "0");
  const rest = number.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${rest}`;
}
