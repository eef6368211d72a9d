import type { Clock } from "../clock/clock.js";
import { PunctualError } from "../errors.js";
import type { Dispatch } from "./dispatch.js";
import { ActiveRun } from "./run.js";

/** What became of the runs that went on when `stop` was called. */
export interface StopReport {
  /** Ended by themselves within the grace. */
  readonly drained: number;
  /** Ended after their signal had aborted. */
  readonly aborted: number;
  /** Their worker thread had to be terminated. */
  readonly terminated: number;
  /** Functions in this thread that did not heed their signal: nothing can end them, and they may still go on. */
  readonly abandoned: number;
}

/** Lets runs end: waits, aborts their signals, waits, terminates. Starts of new ones must be barred before. */
export async function endRuns(
  dispatch: Dispatch,
  clock: Clock,
  graceMs: number,
  killGraceMs: number,
): Promise<StopReport> {
  // The one who stops may be a command that has not returned yet: its run counts from then on.
  await Promise.resolve();
  const atFirst = dispatch.activeCount;
  await idleWithin(dispatch, clock, graceMs);
  const afterGrace = dispatch.activeCount;
  const reason = new PunctualError("SCHEDULER_STOPPED", "the scheduler was stopped while the run went on");
  for (const run of [...dispatch.active]) ActiveRun.abort(run, reason);
  await idleWithin(dispatch, clock, killGraceMs);
  const afterKillGrace = dispatch.activeCount;
  const ended = [...dispatch.active].map((run) => {
    const terminated = ActiveRun.terminate(run, reason);
    if (!terminated) dispatch.abandon(run, reason);
    return terminated;
  });
  await new Promise<void>((resolve) => dispatch.whenIdle(resolve));
  const terminated = ended.filter(Boolean).length;
  return {
    drained: atFirst - afterGrace,
    aborted: afterGrace - afterKillGrace,
    terminated,
    abandoned: afterKillGrace - terminated,
  };
}

async function idleWithin(dispatch: Dispatch, clock: Clock, ms: number): Promise<void> {
  if (dispatch.activeCount === 0 || ms === 0) return;
  await new Promise<void>((resolve) => {
    const timer = clock.setTimer(ms, resolve);
    dispatch.whenIdle(() => {
      timer.cancel();
      resolve();
    });
  });
}
