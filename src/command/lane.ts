import type { MessagePort } from "node:worker_threads";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { EndSignal } from "./end-signal.js";
import type { PoolRun } from "./pool-run.js";
import { packThrown } from "./sent-error.js";
import { dataError, poolError } from "./worker-failure.js";
import type { LaneMessage, LaneTask, RunMessage, ThreadReply } from "./worker-protocol.js";

/** What a lane tells its pool. */
export interface LaneHost {
  /** The run's thread has answered, and may be given another run at once. */
  replied(lane: Lane, run: PoolRun, reply: ThreadReply): void;
  /** The thread is the lane's no more; `run` was cut by that. */
  gone(lane: Lane, run: PoolRun | null, error: unknown): void;
}

/**
 * A thread's runs, one after another: a task of tinypool that keeps the thread, and a port on which each run is a message to
 * it and one back. tinypool starts threads, ends them and sees them die. A task of it for each run (with a look at the memory,
 * and an async resource) would double what a small run costs: bench/worker-runs.ts gave 0.55 of bare tinypool so, and 1.1 now.
 */
export class Lane {
  /** Idle since a while. */
  rested = false;
  readonly #host: LaneHost;
  readonly #port: MessagePort;
  /** Aborting it makes tinypool terminate the thread, so it is not the signal that a command sees. */
  readonly #end = new EndSignal();
  #run: PoolRun | null = null;
  #gone = false;

  /** `open` has tinypool run the task; what it gives settles when the thread has left it. */
  constructor(host: LaneHost, open: (task: LaneTask, end: EndSignal) => Promise<unknown>) {
    this.#host = host;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on("message", (message: RunMessage) => this.#receive(message));
    // tinypool's own port keeps the process alive while the lane is open.
    port1.unref();
    open({ port: port2 }, this.#end).then(
      () => this.#leave(undefined),
      (error: unknown) => this.#leave(error),
    );
  }

  /** Whether its thread is gone, and it takes no more runs. */
  get isGone(): boolean {
    return this.#gone;
  }

  /** Has the thread perform the run, unless its data cannot be copied there: then it gives the error. */
  perform(run: PoolRun): unknown {
    try {
      this.#post(run.task, run.run.transferList);
    } catch (error) {
      return dataError(error);
    }
    this.rested = false;
    this.#run = run;
    return undefined;
  }

  /** Tells the thread that its run shall end, if it is this one. */
  abort(run: PoolRun, reason: Error): void {
    if (this.#run === run) this.#post({ abort: run.number, reason: packThrown(reason) });
  }

  /** Ends the thread, and so its run, with that reason, if it is this one. */
  terminate(run: PoolRun, reason: Error): void {
    if (this.#run === run) this.#end.abort(reason);
  }

  /** Gives the thread back to tinypool, which ends it when it is idle for long. */
  close(): void {
    this.#post(null);
  }

  #post(message: LaneMessage, transferList: PoolRun["run"]["transferList"] = []): void {
    this.#port.postMessage(message, transferList as never);
  }

  #receive(message: RunMessage): void {
    const run = this.#run;
    if (run === null) return;
    if (Array.isArray(message)) {
      this.#run = null;
      this.#host.replied(this, run, message as unknown as ThreadReply);
    } else this.#tell(run, message as Exclude<RunMessage, ThreadReply>);
  }

  /** What a run of before has left behind may still report. */
  #tell({ number, run }: PoolRun, message: Exclude<RunMessage, ThreadReply>): void {
    if (message.number !== number) return;
    if ("progress" in message) run.progress(message.progress);
    else run.logger[message.level](...message.args);
  }

  #leave(error: unknown): void {
    this.#gone = true;
    // What the thread has said before it died may be here already, its last reply included.
    for (let said = receiveMessageOnPort(this.#port); said; said = receiveMessageOnPort(this.#port)) {
      this.#receive(said.message as RunMessage);
    }
    this.#port.close();
    const run = this.#run;
    this.#run = null;
    this.#host.gone(this, run, error === undefined ? undefined : poolError(error, this.#end));
  }
}
