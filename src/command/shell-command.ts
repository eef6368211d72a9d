import { constants } from "node:os";
import { InvalidOptionError } from "../errors.js";
import type { OptionCheck } from "./command-options.js";
import {
  NOT_SHOWN,
  checkList,
  checkOptions,
  checkOutput,
  checkRecord,
  checkText,
  frozenCopy,
  isCount,
} from "./command-options.js";

/** The highest exit code there is: Windows has 32 bits of it. */
const HIGHEST_EXIT_CODE = 2 ** 32 - 1;

/** Options of `shell()`. */
export interface ShellOptions {
  /** The folder that the process starts in. @default the one of this process */
  readonly cwd?: string;
  /** Variables that the process gets beside the inherited ones, and instead of those of the same name. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * What of this process's environment is handed on: all, nothing, or the variables that are named. The run's own variables
   * are there in any case. @default true
   */
  readonly inheritEnv?: boolean | readonly string[];
  /** What the process reads from its standard input. @default nothing: it is empty */
  readonly stdin?: string;
  /** Path of the shell that runs a text. @default "/bin/sh"; on Windows what the variable ComSpec names */
  readonly shell?: string;
  /** How much of the end of each of stdout and stderr is kept, in bytes, up to 64 MiB. @default 65536 */
  readonly output?: number;
  /** Whether each line that the process writes goes to the run's logger: stdout as info, stderr as warn. @default false */
  readonly log?: boolean;
  /** Exit codes that count as success. @default [0] */
  readonly successCodes?: readonly number[];
  /** What the processes are sent when the run shall end; SIGKILL follows after the kill grace. @default "SIGTERM" */
  readonly killSignal?: NodeJS.Signals;
}

/** A command that starts a process: made by `shell()`, and nothing but data that JSON can hold. */
export interface ShellCommand<Data = unknown, Result = ShellResult> extends ShellOptions {
  readonly kind: "shell";
  /** A text is run by a shell; a list is a program and its arguments. */
  readonly command: string | readonly string[];
  /** Carries the types alone; never set. */
  readonly types?: (data: Data) => Result;
}

/** What a shell command's run results in. */
export interface ShellResult {
  /** One of the command's `successCodes`. */
  readonly exitCode: number;
  /** The last bytes of what was written, as UTF-8; it does not begin within a character. */
  readonly stdout: string;
  readonly stderr: string;
  /** Whether either of the two was longer than what is kept of it. */
  readonly truncated: boolean;
}

const OPTIONS: Readonly<Record<keyof ShellOptions, OptionCheck>> = {
  cwd: checkText,
  env: checkEnv,
  inheritEnv: checkInheritEnv,
  stdin: checkStdin,
  shell: checkText,
  output: checkOutput,
  log: checkLog,
  successCodes: (value, path) =>
    checkList(value, path, "exit codes (whole numbers of 0 or more)", (code) => isCount(code, 0, HIGHEST_EXIT_CODE)),
  killSignal: checkSignal,
};

/**
 * A command that starts a process, in a process group of its own. A text is run by a shell: `shell("pg_dump app | gzip >
 * /backup/app.gz")`; a list is a program with its arguments, started without one: `shell(["pg_dump", "app"])`. The process
 * finds its run in `PUNCTUAL_JOB`, `PUNCTUAL_RUN_ID`, `PUNCTUAL_FIRE_TIME`, `PUNCTUAL_ATTEMPT`, `PUNCTUAL_TOKEN`, as JSON in
 * `PUNCTUAL_DATA`, and for traces in `TRACEPARENT`. A run fails with a CommandError of code `SHELL_EXIT_CODE`, `SHELL_SIGNAL` or `SHELL_SPAWN_FAILED`.
 * @throws InvalidOptionError
 */
export function shell(command: string | readonly string[], options: ShellOptions = {}): ShellCommand {
  if (Array.isArray(command)) checkArguments(command);
  else checkText(command, "command");
  checkOptions(options, OPTIONS);
  if (options.shell !== undefined && typeof command !== "string") {
    throw new InvalidOptionError(
      "shell",
      "none where the command is a list: that is started without one",
      options.shell,
    );
  }
  return frozenCopy<ShellCommand>({ kind: "shell", command, ...options });
}

/** Whether the command was made by `shell()`, here or before it was stored as JSON. */
export function isShellCommand(command: unknown): command is ShellCommand {
  if (typeof command !== "object" || command === null) return false;
  const { kind, command: work } = command as Partial<Record<keyof ShellCommand, unknown>>;
  return kind === "shell" && (typeof work === "string" || Array.isArray(work));
}

function checkArguments(command: readonly unknown[]): void {
  if (command.length === 0) throw new InvalidOptionError("command", "a program and its arguments", command);
  checkText(command[0], "command[0]");
  const isArgument = (item: unknown): boolean => typeof item === "string" && !item.includes("\0");
  checkList(command, "command", "a text without NUL character", isArgument);
}

function checkEnv(env: unknown): void {
  checkRecord(env, "env");
  for (const [name, value] of Object.entries(env)) {
    if (!isVariableName(name)) throw new InvalidOptionError("env", "names without = or NUL character", name);
    if (typeof value === "string" && !value.includes("\0")) continue;
    throw new InvalidOptionError(`env.${name}`, "a text without NUL character", NOT_SHOWN);
  }
}

function checkInheritEnv(value: unknown, path: string): void {
  if (typeof value === "boolean") return;
  if (!Array.isArray(value)) throw new InvalidOptionError(path, "true, false or a list of variables' names", value);
  // The empty list is as good as `false`.
  if (value.length > 0) checkList(value, path, "the name of a variable", isVariableName);
}

function checkStdin(value: unknown, path: string): void {
  if (typeof value !== "string") throw new InvalidOptionError(path, "a text", NOT_SHOWN);
}

function checkLog(value: unknown, path: string): void {
  if (typeof value !== "boolean") throw new InvalidOptionError(path, "true or false", value);
}

function checkSignal(value: unknown, path: string): void {
  if (typeof value === "string" && Object.hasOwn(constants.signals, value)) return;
  throw new InvalidOptionError(path, 'the name of a signal, such as "SIGTERM"', value);
}

function isVariableName(name: unknown): boolean {
  return typeof name === "string" && /^[^=\0]+$/.test(name);
}
