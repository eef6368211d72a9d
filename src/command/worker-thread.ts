/**
 * The part that runs inside a worker thread: tinypool calls the default export for each run. This file stands beside the
 * bundle and imports as little as it can, because every new thread loads it.
 */
import type { MessagePort } from "node:worker_threads";
import { BroadcastChannel, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { RunContext, UpstreamRun } from "./command.js";
import { callWithin } from "./current-run.js";
import { latenessMs } from "./lateness.js";
import type { Logger } from "./logger.js";
import { loadModule } from "./load-module.js";
import { checkFraction } from "./progress.js";
import { cloneable, packError, packThrown, unpackThrown } from "./sent-error.js";
import type { RunTrace } from "./trace.js";
import { traceIdOf, traceparentOf } from "./trace.js";
import { isTransfer } from "./transfer.js";
import type {
  AbortMessage,
  LogLevel,
  LogMessage,
  ThreadFailure,
  ThreadReply,
  ThreadSetup,
  ThreadTask,
} from "./worker-protocol.js";

// tinypool puts a part of its own first.
const [, setup] = workerData as [unknown, ThreadSetup];
const modules = new Map<string, Promise<Record<string, unknown>>>();
const channel = new BroadcastChannel(setup.channelName);
let current: ThreadRunContext | null = null;

channel.onmessage = (event: unknown) => receive((event as { data: unknown }).data);
channel.unref();
process.on("uncaughtException", (error: unknown) => {
  if (process.listenerCount("uncaughtException") > 1) return;
  // Thrown on, it ends this thread as it would without us. A DOMException arrives in the main thread as an empty object;
  // that of a result that cannot be copied shall arrive with its name.
  throw error instanceof DOMException ? Object.assign(new Error(error.message), { name: error.name }) : error;
});

/** A run as the command in this thread sees it. */
class ThreadRunContext implements RunContext, RunTrace {
  readonly id: string;
  readonly jobName: string;
  readonly fireTime: number | null;
  readonly startedAt: number;
  readonly latenessMs: number;
  readonly attempt: number;
  readonly upstream: UpstreamRun | null;
  readonly token: number | null;
  readonly givenTraceparent: string | null;
  readonly data: unknown;
  readonly logger: Logger = threadLogger(this);
  readonly #number: number;
  #controller: AbortController | undefined;
  #aborted: AbortMessage | undefined;
  #progress: number | undefined;

  constructor(task: ThreadTask) {
    const [number, , , id, jobName, fireTime, startedAt, attempt, data, upstream, token, givenTraceparent] = task;
    this.#number = number;
    this.attempt = attempt;
    this.upstream = received(upstream);
    this.token = token;
    this.givenTraceparent = givenTraceparent;
    this.id = id;
    this.jobName = jobName;
    this.fireTime = fireTime;
    this.startedAt = startedAt;
    this.latenessMs = latenessMs(fireTime, startedAt);
    this.data = data;
  }

  get traceId(): string {
    return traceIdOf(this);
  }

  get traceparent(): string {
    return traceparentOf(this);
  }

  /** Writes to the logger of the main thread. */
  log(level: LogLevel, args: readonly unknown[]): void {
    channel.postMessage({ number: this.#number, level, args: args.map(cloneable) } satisfies LogMessage);
  }

  /** Looks for an abort first, so that a loop that never yields to the event loop can still see it here. */
  get signal(): AbortSignal {
    receiveWaiting();
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.#abort();
    }
    return this.#controller.signal;
  }

  get lastProgress(): number | undefined {
    return this.#progress;
  }

  progress(fraction: number): void {
    checkFraction(fraction);
    receiveWaiting();
    if (fraction === this.#progress) return;
    this.#progress = fraction;
    channel.postMessage({ number: this.#number, progress: fraction });
  }

  receive(message: AbortMessage): void {
    if (message.abort !== this.#number) return;
    this.#aborted = message;
    this.#abort();
  }

  #abort(): void {
    if (this.#aborted !== undefined) this.#controller?.abort(unpackThrown(this.#aborted.reason));
  }
}

function threadLogger(run: ThreadRunContext): Logger {
  return {
    debug: (...args) => run.log("debug", args),
    info: (...args) => run.log("info", args),
    warn: (...args) => run.log("warn", args),
    error: (...args) => run.log("error", args),
  };
}

function received(upstream: UpstreamRun | null): UpstreamRun | null {
  if (upstream === null) return null;
  return { ...upstream, error: unpackThrown(upstream.error as Parameters<typeof unpackThrown>[0]) };
}

/** Performs one run; what goes wrong is part of the reply, so that nothing of an error is lost on the way. */
export default async function perform(task: ThreadTask): Promise<unknown> {
  const context = new ThreadRunContext(task);
  current = context;
  try {
    return reply(await call(task, context), context.lastProgress);
  } finally {
    current = null;
  }
}

async function call(task: ThreadTask, context: ThreadRunContext): Promise<{ result: unknown } | ThreadFailure> {
  const command = await find(task);
  if (typeof command !== "function") return command;
  try {
    return { result: await callWithin(context, command as (run: RunContext) => unknown) };
  } catch (error) {
    return { code: "COMMAND_FAILED", error: packThrown(error) };
  }
}

async function find([, url, exportName]: ThreadTask): Promise<(() => unknown) | ThreadFailure> {
  let loading = modules.get(url);
  if (loading === undefined) {
    loading = loadModule(url);
    modules.set(url, loading);
  }
  try {
    const command = (await loading)[exportName];
    if (typeof command === "function") return command as () => unknown;
    const message = `${url}: expected a function as export ${exportName}, found ${typeof command}`;
    return { code: "WORKER_EXPORT_NOT_FOUND", message };
  } catch (error) {
    const packed = packError(error instanceof Error ? error : new Error(String(error)));
    return { code: "WORKER_MODULE_FAILED", message: `${url} could not be loaded`, error: packed };
  }
}

function reply(ended: { result: unknown } | ThreadFailure, progress: number | undefined): unknown {
  const last: [progress?: number] = progress === undefined ? [] : [progress];
  if (!("result" in ended)) return [false, ended, ...last] satisfies ThreadReply;
  const { result } = ended;
  if (!isTransfer(result)) return [true, result, ...last] satisfies ThreadReply;
  return movable([true, result.value, ...last], result.list);
}

/**
 * A reply that tinypool posts with a hand-over list: what its `move()` gives, without its private mark, which a copy of
 * tinypool that a loader (tsx) made for this thread would not share with the one that called us.
 */
function movable(value: ThreadReply, list: readonly unknown[]): unknown {
  const answers = new Map<string | undefined, unknown>([
    ["Tinypool.transferable", list],
    ["Tinypool.valueOf", value],
    ["Tinypool.kMovable", true],
  ]);
  const answer = (key: string | symbol): unknown =>
    typeof key === "symbol" ? answers.get(key.description) : undefined;
  return new Proxy({}, { get: (_, key) => answer(key), has: (_, key) => answer(key) !== undefined });
}

function receiveWaiting(): void {
  // Node takes a BroadcastChannel here as well; its types do not say so.
  const port = channel as unknown as MessagePort;
  for (let waiting = receiveMessageOnPort(port); waiting; waiting = receiveMessageOnPort(port))
    receive(waiting.message);
}

function receive(message: unknown): void {
  if (typeof message === "object" && message !== null && "abort" in message) current?.receive(message as AbortMessage);
}
