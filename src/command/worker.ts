import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { ResourceLimits, Worker } from "node:worker_threads";
import { BroadcastChannel } from "node:worker_threads";
import type { Tinypool } from "tinypool";
import { WorkerError } from "../errors.js";
import type { Execution, Executor, ExecutorRun, WorkerCommand } from "./command.js";
import { Fifo } from "./fifo.js";
import { PoolRun } from "./pool-run.js";
import { packThrown } from "./sent-error.js";
import { poolError, replyError } from "./worker-failure.js";
import type { AbortMessage, LogMessage, ProgressMessage, ThreadReply, ThreadSetup } from "./worker-protocol.js";

/** Settings of a worker pool, checked. */
export interface WorkerPoolSettings {
  readonly minThreads: number;
  readonly maxThreads: number | undefined;
  readonly idleTimeoutMs: number;
  readonly resourceLimits: ResourceLimits | undefined;
}

/** Told of what no run can be told of, such as an error in a thread after its run has ended. */
export type WorkerPoolErrorListener = (error: WorkerError) => void;

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

/**
 * Performs worker commands on a pool of threads, one run per thread. Runs wait here and not in tinypool, which loses
 * sight of a waiting one when the thread before it dies. Threads start on first use and end when idle.
 */
export class WorkerPool implements Executor<WorkerCommand> {
  readonly #settings: WorkerPoolSettings;
  readonly #onError: WorkerPoolErrorListener;
  readonly #maxThreads: number;
  readonly #channelName = `punctual-${randomUUID()}`;
  /** Runs without a thread; one that is ended while it waits is settled at once and passed over at its turn. */
  readonly #waiting = new Fifo<PoolRun>();
  readonly #active = new Map<number, PoolRun>();
  readonly #watched = new Set<Worker>();
  #channel: BroadcastChannel | null = null;
  #opening: Promise<Tinypool> | null = null;
  #pool: Tinypool | null = null;
  #threadFile = "";
  #lastNumber = 0;
  #queued = 0;

  constructor(settings: WorkerPoolSettings, onError: WorkerPoolErrorListener) {
    this.#settings = settings;
    this.#onError = onError;
    this.#maxThreads = settings.maxThreads ?? Math.max(availableParallelism(), settings.minThreads);
  }

  get stats(): WorkerPoolStats {
    const threads = this.#pool === null ? 0 : threadsOf(this.#pool).length;
    return { threads, maxThreads: this.#maxThreads, busy: this.#active.size, queued: this.#queued };
  }

  execute(command: WorkerCommand, run: ExecutorRun): Execution {
    const number = ++this.#lastNumber;
    const poolRun = new PoolRun(number, command, run);
    this.#waiting.push(poolRun);
    this.#queued++;
    const terminate = (reason: Error): void => {
      poolRun.end.abort(reason);
      this.#waitsNoMore(poolRun);
      if (!this.#active.has(number)) poolRun.reject(reason);
    };
    const abort = (reason: Error): void => {
      if (!this.#active.has(number)) terminate(reason);
      else this.#post({ abort: number, reason: packThrown(reason) });
    };
    this.#startWaiting();
    return { result: poolRun.result, abort, terminate };
  }

  async close(): Promise<void> {
    const pool = await this.#opening;
    this.#opening = null;
    this.#pool = null;
    this.#channel?.close();
    this.#channel = null;
    await pool?.destroy();
  }

  #startWaiting(): void {
    while (this.#active.size < this.#maxThreads) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (!next.waits) continue;
      this.#waitsNoMore(next);
      this.#active.set(next.number, next);
      this.#start(next);
    }
  }

  #waitsNoMore(poolRun: PoolRun): void {
    if (poolRun.waits) this.#queued--;
    poolRun.waits = false;
  }

  /** Without a promise more than needed between one run's end and the next one's start: a thread is idle meanwhile. */
  #start(poolRun: PoolRun): void {
    if (this.#pool !== null) {
      this.#runOnThread(this.#pool, poolRun);
      return;
    }
    this.#opening ??= this.#open();
    this.#opening.then(
      (pool) => this.#runOnThread(pool, poolRun),
      (error: unknown) => this.#failed(poolRun, error),
    );
  }

  #runOnThread(pool: Tinypool, poolRun: PoolRun): void {
    const { run, end } = poolRun;
    const transferList = [...run.transferList] as never;
    const reply = pool.run(poolRun.task, { filename: this.#threadFile, transferList, signal: end });
    reply.then(
      (ended: ThreadReply) => this.#replied(poolRun, ended),
      (error: unknown) => this.#failed(poolRun, error),
    );
    this.#watchThreads(pool);
  }

  #replied(poolRun: PoolRun, [ok, ended, progress]: ThreadReply): void {
    this.#active.delete(poolRun.number);
    this.#startWaiting();
    if (progress !== undefined) poolRun.run.progress(progress);
    if (ok) poolRun.resolve(ended);
    else poolRun.reject(replyError(ended));
  }

  #failed({ number, run, end, reject }: PoolRun, error: unknown): void {
    this.#active.delete(number);
    this.#startWaiting();
    reject(poolError(error, run.data, end));
  }

  async #open(): Promise<Tinypool> {
    // Loaded on first use: most processes that import this package have no worker command.
    const { Tinypool } = await import("tinypool");
    const { minThreads, idleTimeoutMs, resourceLimits } = this.#settings;
    const pool = new Tinypool({
      minThreads,
      maxThreads: this.#maxThreads,
      idleTimeout: idleTimeoutMs,
      // With atomics an idle thread blocks, and timers, pools and loggers that a command left behind stand still.
      useAtomics: false,
      workerData: { channelName: this.#channelName } satisfies ThreadSetup,
      ...(resourceLimits && { resourceLimits }),
    });
    pool.on("error", (error: unknown) => this.#reportError(error));
    this.#channel = new BroadcastChannel(this.#channelName);
    this.#channel.onmessage = (event: unknown) => this.#receive((event as { data: ProgressMessage | LogMessage }).data);
    this.#channel.unref();
    this.#threadFile = threadFile();
    this.#pool = pool;
    return pool;
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
    if (cause instanceof WorkerError) this.#onError(cause);
    else
      this.#onError(new WorkerError("WORKER_POOL_FAILED", `a worker thread failed outside a run: ${cause}`, { cause }));
  }

  #post(message: AbortMessage): void {
    this.#channel?.postMessage(message);
  }

  #receive(message: ProgressMessage | LogMessage): void {
    const run = this.#active.get(message.number)?.run;
    if ("progress" in message) run?.progress(message.progress);
    else run?.logger[message.level](...message.args);
  }
}

/** tinypool declares less of its threads than they are. */
function threadsOf(pool: Tinypool): readonly Worker[] {
  return pool.threads as unknown as Worker[];
}
