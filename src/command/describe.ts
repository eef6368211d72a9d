import type { Command } from "./command.js";
import type { ShellCommand } from "./shell-command.js";
import { shownUrl } from "./url-text.js";

const LONGEST_TEXT = 80;

/**
 * A command as one short line for lists and logs: a function's name, a worker's module and export, what a shell runs, or the
 * method and the URL without its query. Never the values of variables and headers, nor input or body; but what stands in
 * the command line itself is shown.
 */
export function describeCommand(command: Command<never>): string {
  if (typeof command === "function") return command.name === "" ? "a function" : command.name;
  switch (command.kind) {
    case "worker":
      return `${command.url}#${command.exportName}`;
    case "shell":
      return describeShell(command);
    case "http":
      return `${command.method} ${shownUrl(command.url)}`;
  }
}

function describeShell({ command }: Pick<ShellCommand, "command">): string {
  const text = typeof command === "string" ? command : command.map(quoted).join(" ");
  return oneLine(text, LONGEST_TEXT);
}

/** A text on one line, without control characters, and cut to a length. */
export function oneLine(text: string, longest: number): string {
  // Cut first: the text may be long.
  const line = text
    .trim()
    .slice(0, 2 * longest)
    .replaceAll(/[\s\p{Cc}]+/gu, " ");
  return line.length > longest ? `${line.slice(0, longest - 3)}...` : line;
}

function quoted(argument: string): string {
  return /^[^\s"'\\]+$/.test(argument) ? argument : JSON.stringify(argument);
}
