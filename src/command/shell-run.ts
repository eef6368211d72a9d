import type { ChildProcess, SpawnOptions } from "node:child_process";
import { spawn } from "node:child_process";
import type { Execution, ExecutorRun } from "./command.js";
import { OutputLines } from "./output-lines.js";
import { OutputTail } from "./output-tail.js";
import { HAS_GROUPS, askToEnd, groupGoesOn, killGroup } from "./process-group.js";
import { runEnvironment } from "./run-environment.js";
import type { ShellCommand, ShellResult } from "./shell-command.js";
import type { ProcessEnd } from "./shell-failure.js";
import { endError, spawnError } from "./shell-failure.js";

/**
 * How long the output is waited for after the process has ended, or the end after SIGKILL. What the process wrote is there at
 * once; but a process that it left behind in the background may hold the pipes for ever, and one that hangs in the kernel
 * does not end.
 */
const DRAIN_MS = 500;
/** When it is first looked again whether the rest of an aborted group has ended (nothing tells); later less and less often. */
const LOOK_AGAIN_MS = 20;
const LOOK_AGAIN_AT_MOST_MS = 500;
const DEFAULT_OUTPUT_BYTES = 65_536;
const DEFAULT_SUCCESS_CODES: readonly number[] = [0];

/** Calls `ring` once, after a delay. A clock's `setTimer` is one. */
export type SetTimer = (delayMs: number, ring: () => void) => { cancel(): void };

/** Told of a line of output. */
export type LineListener = (stream: "stdout" | "stderr", line: string) => void;

/** One process with its group, from its start until nothing of it is waited for any more. */
export class ShellRun implements Execution {
  readonly result: Promise<ShellResult>;
  readonly #command: ShellCommand;
  readonly #setTimer: SetTimer;
  readonly #stdout: OutputTail;
  readonly #stderr: OutputTail;
  readonly #lines: OutputLines[] = [];
  #resolve: (result: ShellResult) => void = () => {};
  #reject: (error: Error) => void = () => {};
  #child: ChildProcess | null = null;
  #timer: ReturnType<SetTimer> | null = null;
  #lookAgainMs = LOOK_AGAIN_MS;
  #end: ProcessEnd | null = null;
  #outputEnded = false;
  #abortedFor: Error | undefined;
  #terminatedFor: Error | undefined;
  #settled = false;

  constructor(command: ShellCommand, run: ExecutorRun, setTimer: SetTimer, onLine: LineListener | undefined) {
    this.#command = command;
    this.#setTimer = setTimer;
    this.#stdout = new OutputTail(command.output ?? DEFAULT_OUTPUT_BYTES);
    this.#stderr = new OutputTail(command.output ?? DEFAULT_OUTPUT_BYTES);
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    try {
      this.#watch(start(command, run), onLine);
    } catch (error) {
      this.#settle(() => this.#reject(spawnError(command, error)));
    }
  }

  abort(reason: Error): void {
    if (this.#settled || this.#abortedFor !== undefined) return;
    this.#abortedFor = reason;
    if (this.#child?.pid !== undefined) askToEnd(this.#child.pid, this.#command.killSignal ?? "SIGTERM");
  }

  terminate(reason: Error): void {
    // Once settled, the number may be that of another group.
    if (this.#settled || this.#terminatedFor !== undefined) return;
    this.#terminatedFor = reason;
    if (this.#child?.pid !== undefined) killGroup(this.#child.pid);
    if (this.#child?.pid === undefined || this.#end !== null) this.#rejectTerminated(reason);
    else this.#wait(DRAIN_MS, () => this.#rejectTerminated(reason));
  }

  #watch(child: ChildProcess, onLine: LineListener | undefined): void {
    this.#child = child;
    child.on("error", (error) => {
      if (child.pid === undefined) this.#settle(() => this.#reject(spawnError(this.#command, error)));
    });
    child.once("exit", (exitCode, signal) => {
      this.#end = { exitCode, signal };
      this.#look();
    });
    child.once("close", () => {
      this.#outputEnded = true;
      this.#look();
    });
    this.#read("stdout", this.#stdout, onLine);
    this.#read("stderr", this.#stderr, onLine);
    // A process need not read what it is given.
    child.stdin?.on("error", () => {}).end(this.#command.stdin);
  }

  /** Never paused: a process that writes much is not held up, and what it writes is dropped but for its end. */
  #read(name: "stdout" | "stderr", tail: OutputTail, onLine: LineListener | undefined): void {
    const stream = this.#child?.[name];
    const lines = onLine && new OutputLines((line) => onLine(name, line));
    if (lines !== undefined) this.#lines.push(lines);
    stream?.on("error", () => {});
    stream?.on("data", (chunk: Buffer) => {
      if (this.#settled) return;
      tail.add(chunk);
      lines?.add(chunk);
    });
  }

  /** Ends the run if all that it waits for has come, or else waits on. */
  #look(): void {
    if (this.#settled || this.#end === null) return;
    const leader = this.#child?.pid;
    if (this.#terminatedFor !== undefined) this.#rejectTerminated(this.#terminatedFor);
    // A run that was told to end goes on until all of its group has ended, so that what is left of it can be terminated.
    else if (this.#abortedFor !== undefined && leader !== undefined && groupGoesOn(leader)) {
      this.#wait(this.#lookAgainMs, () => this.#look());
      this.#lookAgainMs = Math.min(2 * this.#lookAgainMs, LOOK_AGAIN_AT_MOST_MS);
    } else if (this.#outputEnded) this.#finish(this.#end);
    else this.#wait(DRAIN_MS, () => this.#drained());
  }

  #drained(): void {
    this.#outputEnded = true;
    this.#look();
  }

  #wait(ms: number, ring: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#setTimer(ms, ring);
  }

  #finish(end: ProcessEnd): void {
    this.#settle(() => {
      const output = { stdout: this.#stdout.toString(), stderr: this.#stderr.toString() };
      const { successCodes = DEFAULT_SUCCESS_CODES } = this.#command;
      const { exitCode } = end;
      if (exitCode !== null && successCodes.includes(exitCode)) {
        const truncated = this.#stdout.truncated || this.#stderr.truncated;
        this.#resolve(Object.freeze({ exitCode, ...output, truncated }));
      } else this.#reject(endError(this.#command, end, output, this.#abortedFor));
    });
  }

  #rejectTerminated(reason: Error): void {
    this.#settle(() => this.#reject(reason));
  }

  #settle(how: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#timer?.cancel();
    for (const lines of this.#lines) lines.end();
    for (const stream of this.#child?.stdio ?? []) stream?.destroy();
    // One that hangs in the kernel shall not keep this process alive.
    this.#child?.unref();
    how();
  }
}

function start(command: ShellCommand, run: ExecutorRun): ChildProcess {
  const options: SpawnOptions = {
    env: runEnvironment(command, run),
    detached: HAS_GROUPS,
    windowsHide: true,
    stdio: [command.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    ...(command.cwd !== undefined && { cwd: command.cwd }),
  };
  if (typeof command.command === "string") return spawn(command.command, { ...options, shell: command.shell ?? true });
  const [program = "", ...programArguments] = command.command;
  return spawn(program, programArguments, options);
}
