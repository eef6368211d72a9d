import { statSync } from "node:fs";
import type { CommandFailure } from "./command-error.js";
import { CommandError } from "./command-error.js";
import { describeCommand, oneLine } from "./describe.js";
import type { ShellCommand } from "./shell-command.js";

const LONGEST_STDERR_LINE = 200;

/** How a process ended: by itself, with a code, or by a signal. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a run fails with whose process ended otherwise than by a success code. `cause` is why it was told to end. */
export function endError(
  command: ShellCommand,
  end: ProcessEnd,
  output: Pick<CommandFailure, "stdout" | "stderr">,
  cause: Error | undefined,
): CommandError {
  const code = end.signal === null ? "SHELL_EXIT_CODE" : "SHELL_SIGNAL";
  const how = end.signal === null ? `exited with code ${end.exitCode}` : `was ended by ${end.signal}`;
  const line = oneLine(lastLine(output.stderr ?? ""), LONGEST_STDERR_LINE);
  const message = `${describeCommand(command)}: ${how}${line === "" ? "" : `: ${line}`}`;
  return new CommandError(code, message, { ...end, ...output }, cause && { cause });
}

/** What a run fails with whose process could not be started. */
export function spawnError(command: ShellCommand, cause: unknown): CommandError {
  if (cause instanceof CommandError) return cause;
  const { cwd } = command;
  // Node says of a folder that is missing that the program is.
  const why = cwd !== undefined && !isFolder(cwd) ? `there is no folder ${JSON.stringify(cwd)}` : messageOf(cause);
  return new CommandError(
    "SHELL_SPAWN_FAILED",
    `${describeCommand(command)}: could not be started: ${why}`,
    {},
    { cause },
  );
}

function lastLine(text: string): string {
  const trimmed = text.trimEnd();
  return trimmed.slice(trimmed.lastIndexOf("\n") + 1);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function messageOf(cause: unknown): string {
  // Node's messages on arguments go on for lines, and show what was given: the environment may be in it.
  return cause instanceof Error ? oneLine(cause.message.split(". Received", 1)[0] ?? "", LONGEST_STDERR_LINE) : "";
}
