import type { ExecutorRun, UpstreamRun, WorkerCommand } from "./command.js";
import type { Lane } from "./lane.js";
import { packThrown } from "./sent-error.js";
import type { ThreadTask } from "./worker-protocol.js";

/** A run that waits for a thread or has one. */
export class PoolRun {
  readonly number: number;
  readonly command: WorkerCommand;
  readonly run: ExecutorRun;
  /** One that is ended while it waits does so no more. */
  waits = true;
  /** The thread that was given it, which knows whether it performs it still. */
  lane: Lane | null = null;
  readonly result: Promise<unknown>;
  resolve: (result: unknown) => void = () => {};
  reject: (error: unknown) => void = () => {};

  constructor(number: number, command: WorkerCommand, run: ExecutorRun) {
    this.number = number;
    this.command = command;
    this.run = run;
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** What its thread is sent. */
  get task(): ThreadTask {
    const { number, command, run } = this;
    const { id, jobName, fireTime, startedAt, attempt, data, upstream, token, givenTraceparent } = run;
    return [
      number,
      command.url,
      command.exportName,
      id,
      jobName,
      fireTime,
      startedAt,
      attempt,
      data,
      sent(upstream),
      token,
      givenTraceparent,
    ];
  }
}

/** An error is sent as data: a copy of it alone would lose what was added to it. */
function sent(upstream: UpstreamRun | null): UpstreamRun | null {
  if (upstream === null) return null;
  const { id, jobName, fireTime, outcome, result, error } = upstream;
  return { id, jobName, fireTime, outcome, result, error: packThrown(error) };
}
