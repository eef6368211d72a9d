import type { ExecutorRun } from "../../src/command/command.js";
import type { SetTimer } from "../../src/command/shell-run.js";

/** A run to give to an executor, with no scheduler around it. */
export function executorRun(changes: Readonly<Record<string, unknown>> = {}): ExecutorRun {
  const startedAt = Date.UTC(2026, 0, 1);
  const run = { id: "run-1", jobName: "job", fireTime: startedAt, startedAt, latenessMs: 0, data: undefined };
  return {
    ...run,
    attempt: 1,
    token: null,
    givenTraceparent: null,
    transferList: [],
    progress: () => {},
    ...changes,
  } as unknown as ExecutorRun;
}

/** Real timers, as the system's clock sets them. */
export const realTimer: SetTimer = (delayMs, ring) => {
  const timer = setTimeout(ring, delayMs);
  return { cancel: () => clearTimeout(timer) };
};

/** A timer for what shall end without one. */
export const neverRings: SetTimer = () => ({ cancel: () => {} });

/** The message of what a call throws, which it must. */
export function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}
