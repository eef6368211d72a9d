import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { ResourceLimits, Worker } from "node:worker_threads";
import type { Tinypool } from "tinypool";
import { WorkerError } from "../errors.js";
import type { Execution, Executor, ExecutorRun, WorkerCommand } from "./command.js";
import { Fifo } from "./fifo.js";
import { Lane } from "./lane.js";
import { PoolRun } from "./pool-run.js";
import type { SetTimer } from "./shell-run.js";
import { replyError } from "./worker-failure.js";
import type { ThreadReply } from "./worker-protocol.js";

/** Settings of a worker pool, checked. */
export interface WorkerPoolSettings {
  readonly minThreads: number;
  readonly maxThreads: number | undefined;
  readonly idleTimeoutMs: number;
  readonly resourceLimits: ResourceLimits | undefined;
}

/** What a pool works with. */
export interface WorkerPoolParts {
  /** Of the real clock, whatever the scheduler's is: threads live in real time. At 0 it rings once the loop has turned. */
  readonly setTimer: SetTimer;
  /** Told of what no run can be told of, such as an error in a thread after its run has ended. */
  readonly onError: (error: WorkerError) => void;
}

/** What a pool of worker threads is at. */
export interface WorkerPoolStats {
  /** Threads that there are, idle ones included. */
  readonly threads: number;
  readonly maxThreads: number;
  /** Runs that have a thread, or one that starts for them. */
  readonly busy: number;
  /** Runs that wait for a thread. */
  readonly queued: number;
}

/** Beside the bundle it is a built file; from TypeScript sources a small one that loads the source. */
const THREAD_FILES: readonly string[] = ["./worker-thread.js", "./worker-thread.dev.mjs"];

/** As a path: tinypool would make one of a URL anew for every run. */
function threadFile(): string {
  const paths = THREAD_FILES.map((name) => fileURLToPath(new URL(name, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? paths.join(" or ");
}

/** After how long without a run a thread goes back to tinypool: at the latest after twice this. */
const REST_MS = 25;

/**
 * Performs worker commands on a pool of threads, one run per thread. Runs wait here and not in tinypool, which loses
 * sight of a waiting one when the thread before it dies. Threads start on first use and end when idle.
 */
export class WorkerPool implements Executor<WorkerCommand> {
  readonly #settings: WorkerPoolSettings;
  readonly #parts: WorkerPoolParts;
  readonly #maxThreads: number;
  /** Runs without a thread; one that is ended while it waits is settled at once and passed over at its turn. */
  readonly #waiting = new Fifo<PoolRun>();
  readonly #watched = new Set<Worker>();
  #lanes = 0;
  readonly #idle: Lane[] = [];
  #resting: ReturnType<SetTimer> | null = null;
  /** Replies of which the runs are not told yet. */
  #replies: (readonly [PoolRun, ThreadReply])[] = [];
  #opening: Promise<void> | null = null;
  #pool: Tinypool | null = null;
  #threadFile = "";
  #lastNumber = 0;
  #queued = 0;
  #busy = 0;

  constructor(settings: WorkerPoolSettings, parts: WorkerPoolParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#maxThreads = settings.maxThreads ?? Math.max(availableParallelism(), settings.minThreads);
  }

  get stats(): WorkerPoolStats {
    const threads = this.#pool === null ? 0 : threadsOf(this.#pool).length;
    // While tinypool is loaded, threads are about to start for the first of them.
    const starting = this.#pool === null ? Math.min(this.#queued, this.#maxThreads) : 0;
    return {
      threads,
      maxThreads: this.#maxThreads,
      busy: this.#busy + starting,
      queued: this.#queued - starting,
    };
  }

  execute(command: WorkerCommand, run: ExecutorRun): Execution {
    const poolRun = new PoolRun(++this.#lastNumber, command, run);
    this.#waiting.push(poolRun);
    this.#queued++;
    const terminate = (reason: Error): void => {
      if (poolRun.waits) poolRun.reject(reason);
      else poolRun.lane?.terminate(poolRun, reason);
      this.#waitsNoMore(poolRun);
    };
    const abort = (reason: Error): void => {
      if (poolRun.waits) terminate(reason);
      else poolRun.lane?.abort(poolRun, reason);
    };
    this.#startWaiting();
    return { result: poolRun.result, abort, terminate };
  }

  async close(): Promise<void> {
    await this.#opening;
    const pool = this.#pool;
    this.#opening = null;
    this.#pool = null;
    this.#resting?.cancel();
    this.#resting = null;
    this.#idle.length = 0;
    await pool?.destroy();
  }

  /** Gives runs that wait to threads that are idle, or to further ones. */
  #startWaiting(): void {
    if (this.#queued === 0) return;
    if (this.#pool === null) {
      this.#opening ??= this.#open();
      return;
    }
    while (this.#queued > 0) {
      const lane = this.#idle.pop() ?? this.#newLane(this.#pool);
      if (lane === null) return;
      const run = this.#nextWaiting();
      const error = lane.perform(run);
      if (error === undefined) {
        this.#busy++;
        run.lane = lane;
      } else {
        run.reject(error);
        this.#rest(lane);
      }
    }
  }

  #nextWaiting(): PoolRun {
    for (;;) {
      const next = this.#waiting.shift() as PoolRun;
      if (!next.waits) continue;
      this.#waitsNoMore(next);
      return next;
    }
  }

  #waitsNoMore(poolRun: PoolRun): void {
    if (poolRun.waits) this.#queued--;
    poolRun.waits = false;
  }

  #newLane(pool: Tinypool): Lane | null {
    if (this.#lanes >= this.#maxThreads) return null;
    this.#lanes++;
    const filename = this.#threadFile;
    const lane = new Lane(
      {
        replied: (lane, run, reply) => this.#replied(lane, run, reply),
        gone: (lane, run, error) => this.#left(pool, lane, run, error),
      },
      (task, signal) => pool.run(task, { filename, signal, transferList: [task.port] as never }),
    );
    this.#watchThreads(pool);
    return lane;
  }

  /** The thread has its next run before the end of this one is told: it would be idle meanwhile. */
  #replied(lane: Lane, run: PoolRun, reply: ThreadReply): void {
    this.#busy--;
    if (!lane.isGone) this.#rest(lane);
    if (this.#queued === 0 && this.#replies.length === 0) {
      settle(run, reply);
      return;
    }
    this.#startWaiting();
    // So do the other threads that have replied by now.
    if (this.#replies.push([run, reply]) === 1) this.#parts.setTimer(0, () => this.#settleAll());
  }

  #settleAll(): void {
    const replies = this.#replies;
    this.#replies = [];
    for (const [run, reply] of replies) settle(run, reply);
  }

  #left(pool: Tinypool, lane: Lane, run: PoolRun | null, error: unknown): void {
    this.#lanes--;
    const index = this.#idle.indexOf(lane);
    if (index >= 0) this.#idle.splice(index, 1);
    if (run !== null) this.#busy--;
    this.#startWaiting();
    if (run !== null) run.reject(error);
    // A thread without a run that ends as its pool is closed, or is given back, is no failure.
    else if (error !== undefined && pool === this.#pool) this.#reportError(error);
  }

  #rest(lane: Lane): void {
    this.#idle.push(lane);
    this.#resting ??= this.#parts.setTimer(REST_MS, () => this.#endRested());
  }

  #endRested(): void {
    this.#resting = null;
    const idle = this.#idle.splice(0);
    for (const lane of idle) {
      if (lane.rested) lane.close();
      else this.#rest(lane);
      lane.rested = true;
    }
  }

  async #open(): Promise<void> {
    try {
      // Loaded on first use: most processes that import this package have no worker command.
      const { Tinypool } = await import("tinypool");
      const { minThreads, idleTimeoutMs, resourceLimits } = this.#settings;
      const pool = new Tinypool({
        minThreads,
        maxThreads: this.#maxThreads,
        idleTimeout: idleTimeoutMs,
        // With atomics an idle thread blocks, and timers, pools and loggers that a command left behind stand still.
        useAtomics: false,
        ...(resourceLimits && { resourceLimits }),
      });
      pool.on("error", (error: unknown) => this.#reportError(error));
      this.#threadFile = threadFile();
      this.#pool = pool;
      this.#startWaiting();
    } catch (error) {
      this.#opening = null;
      while (this.#queued > 0) this.#nextWaiting().reject(error);
    }
  }

  /** tinypool does not notice a thread that ends by process.exit: its run would never settle. We tell it. */
  #watchThreads(pool: Tinypool): void {
    if (this.#watched.size >= this.#maxThreads) return;
    for (const thread of threadsOf(pool)) {
      if (this.#watched.has(thread)) continue;
      this.#watched.add(thread);
      thread.once("exit", (exitCode) => {
        this.#watched.delete(thread);
        // A thread that the pool ended on purpose has left it before.
        if (!threadsOf(pool).includes(thread)) return;
        thread.emit("error", new WorkerError("WORKER_EXITED", `the worker thread exited with code ${exitCode}`));
      });
    }
  }

  #reportError(cause: unknown): void {
    const isOurs = cause instanceof WorkerError && cause.code !== "WORKER_UNCAUGHT";
    if (isOurs) this.#parts.onError(cause);
    else
      this.#parts.onError(
        new WorkerError("WORKER_POOL_FAILED", `a worker thread failed outside a run: ${cause}`, { cause }),
      );
  }
}

function settle(run: PoolRun, [ok, ended]: ThreadReply): void {
  if (ok) run.resolve(ended);
  else run.reject(replyError(ended));
}

/** tinypool declares less of its threads than they are. */
function threadsOf(pool: Tinypool): readonly Worker[] {
  return pool.threads as unknown as Worker[];
}
