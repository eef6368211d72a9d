/**
 * The part that runs inside a worker thread: tinypool calls the default export with the port that brings the runs. This file
 * stands beside the bundle and imports as little as it can, because every new thread loads it.
 */
import type { MessagePort } from "node:worker_threads";
import { receiveMessageOnPort } from "node:worker_threads";
import type { RunContext, UpstreamRun } from "./command.js";
import { callWithin } from "./current-run.js";
import { latenessMs } from "./lateness.js";
import type { Logger } from "./logger.js";
import { loadModule } from "./load-module.js";
import { checkFraction } from "./progress.js";
import { cloneable, packError, packThrown, unpackThrown } from "./sent-error.js";
import type { RunTrace } from "./trace.js";
import { traceIdOf, traceparentOf } from "./trace.js";
import { unwrapTransfer } from "./transfer.js";
import type {
  AbortMessage,
  LaneMessage,
  LaneTask,
  LogLevel,
  RunMessage,
  SentError,
  ThreadFailure,
  ThreadReply,
  ThreadTask,
} from "./worker-protocol.js";

const modules = new Map<string, Promise<Record<string, unknown>>>();
/** The commands that were called before. */
const commands = new Map<string, ThreadCommand>();
let current: ThreadRunContext | null = null;

process.on("uncaughtException", (error: unknown) => {
  if (process.listenerCount("uncaughtException") > 1) return;
  // Thrown on, it ends this thread as it would without us. A DOMException (that of an abort) arrives in the main thread as
  // an empty object, and shall arrive with its name.
  throw error instanceof DOMException ? Object.assign(new Error(error.message), { name: error.name }) : error;
});

type ThreadCommand = (run: RunContext) => unknown;

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
  readonly #number: number;
  readonly #port: MessagePort;
  #logger: Logger | undefined;
  #controller: AbortController | undefined;
  #aborted: AbortMessage | undefined;
  #progress: number | undefined;

  constructor(task: ThreadTask, port: MessagePort) {
    this.#port = port;
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

  get logger(): Logger {
    this.#logger ??= threadLogger(this);
    return this.#logger;
  }

  /** Writes to the logger of the main thread. */
  log(level: LogLevel, args: readonly unknown[]): void {
    this.#post({ number: this.#number, level, args: args.map(cloneable) });
  }

  /** Looks for an abort first, so that a loop that never yields to the event loop can still see it here. */
  get signal(): AbortSignal {
    this.#receiveWaiting();
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.#abort();
    }
    return this.#controller.signal;
  }

  progress(fraction: number): void {
    checkFraction(fraction);
    this.#receiveWaiting();
    if (fraction === this.#progress) return;
    this.#progress = fraction;
    this.#post({ number: this.#number, progress: fraction });
  }

  receive(message: AbortMessage): void {
    if (message.abort !== this.#number) return;
    this.#aborted = message;
    this.#abort();
  }

  #post(message: RunMessage): void {
    this.#port.postMessage(message);
  }

  /** Only while it goes on: afterwards, what waits may be the next run. */
  #receiveWaiting(): void {
    if (current !== this) return;
    for (let waiting = receiveMessageOnPort(this.#port); waiting; waiting = receiveMessageOnPort(this.#port)) {
      this.receive(waiting.message as AbortMessage);
    }
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

/** Performs the runs that the port brings, one after another, until it says that there are no more. */
export default function serve({ port }: LaneTask): Promise<void> {
  return new Promise((resolve) => {
    port.on("message", (message: LaneMessage) => {
      if (message === null) {
        port.close();
        resolve();
      } else if ("abort" in message) current?.receive(message);
      else void perform(message, port);
    });
  });
}

/** What goes wrong is part of the reply, so that nothing of an error is lost on the way. */
async function perform(task: ThreadTask, port: MessagePort): Promise<void> {
  const context = new ThreadRunContext(task, port);
  current = context;
  const ended = await call(task, context);
  current = null;
  for (const stream of [process.stdout, process.stderr]) {
    // What a run prints comes before its end.
    if (stream.writableLength > 0) await new Promise((written) => stream.write("", written));
  }
  reply(ended, port);
}

function reply(ended: { result: unknown } | ThreadFailure, port: MessagePort): void {
  if (!("result" in ended)) {
    port.postMessage([false, ended] satisfies ThreadReply);
    return;
  }
  const { value, list } = unwrapTransfer(ended.result);
  try {
    port.postMessage([true, value] satisfies ThreadReply, list as never);
  } catch (error) {
    const message = "the run's result cannot be copied from the worker thread";
    const failure: ThreadFailure = { code: "WORKER_RESULT_NOT_CLONEABLE", message, error: packed(error) };
    port.postMessage([false, failure] satisfies ThreadReply);
  }
}

function packed(error: unknown): SentError {
  return packError(error instanceof Error ? error : new Error(String(error)));
}

async function call(task: ThreadTask, context: ThreadRunContext): Promise<{ result: unknown } | ThreadFailure> {
  // Without a promise where it can be: Node makes each of them dear to the threads that follow `currentRun()`.
  const command = commands.get(keyOf(task)) ?? (await find(task));
  if (typeof command !== "function") return command;
  try {
    return { result: await callWithin(context, command) };
  } catch (error) {
    return { code: "COMMAND_FAILED", error: packThrown(error) };
  }
}

/** Loaded once, and so that two exports of it share what it holds. */
function moduleOf(url: string): Promise<Record<string, unknown>> {
  const loading = modules.get(url) ?? loadModule(url);
  modules.set(url, loading);
  return loading;
}

function keyOf([, url, exportName]: ThreadTask): string {
  return `${exportName} ${url}`;
}

async function find(task: ThreadTask): Promise<ThreadCommand | ThreadFailure> {
  const [, url, exportName] = task;
  try {
    const command = (await moduleOf(url))[exportName];
    if (typeof command !== "function") {
      const message = `${url}: expected a function as export ${exportName}, found ${typeof command}`;
      return { code: "WORKER_EXPORT_NOT_FOUND", message };
    }
    commands.set(keyOf(task), command as ThreadCommand);
    return command as ThreadCommand;
  } catch (error) {
    return { code: "WORKER_MODULE_FAILED", message: `${url} could not be loaded`, error: packed(error) };
  }
}
