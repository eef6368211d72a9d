import type { Command } from "../command/command.js";
import { isHttpCommand } from "../command/http-command.js";
import { isShellCommand } from "../command/shell-command.js";
import { isWorkerCommand } from "../command/worker-command.js";
import { InvalidOptionError } from "../errors.js";
import { checkName } from "./checks.js";

/** A command, or the name that one was given. */
export type CommandSpec = Command<never> | string;

/** The commands that were given names. */
export class Commands {
  readonly #byName = new Map<string, Command>();

  /** @throws InvalidOptionError, with code `DUPLICATE_NAME` when the name is taken */
  define(name: string, command: CommandSpec): void {
    checkName(name, "name");
    if (this.#byName.has(name)) {
      throw new InvalidOptionError("name", "a name that no other command has", name, "DUPLICATE_NAME");
    }
    this.#byName.set(name, checkCommand(command));
  }

  /** The command itself, or the one of that name. @throws InvalidOptionError */
  of(spec: CommandSpec): Command {
    if (typeof spec !== "string") return checkCommand(spec);
    const known = this.#byName.get(spec);
    if (known !== undefined) return known;
    const expected = `the name of a defined command (${[...this.#byName.keys()].join(", ") || "there is none"})`;
    throw new InvalidOptionError("command", expected, spec, "UNKNOWN_COMMAND");
  }
}

/** What a job is called after whose options do not say. */
export function nameOf(spec: CommandSpec): string {
  if (typeof spec === "string") return spec;
  if (typeof spec === "function") return spec.name;
  return spec.kind === "worker" ? spec.exportName : spec.kind;
}

function checkCommand(spec: CommandSpec): Command {
  const command = spec as Command;
  const known = [isWorkerCommand, isShellCommand, isHttpCommand].some((isKind) => isKind(command));
  if (typeof command === "function" || known) return command;
  const expected = "a function, worker(...), shell(...), http(...) or the name of a defined command";
  throw new InvalidOptionError("command", expected, command);
}
