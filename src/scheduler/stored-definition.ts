import type { Command } from "../command/command.js";
import type { HttpCommand } from "../command/http-command.js";
import { http } from "../command/http-command.js";
import type { ShellCommand } from "../command/shell-command.js";
import { shell } from "../command/shell-command.js";
import { worker } from "../command/worker-command.js";
import { InvalidOptionError } from "../errors.js";
import type { Duration } from "../schedule/duration.js";
import type { PlainDefinition, StoredCommand } from "../store/definition.js";
import { checkKeys, checkName } from "./checks.js";
import type { Commands } from "./commands.js";
import type { DistributedCronOptions, DistributedSettings } from "./distributed-options.js";
import { DISTRIBUTED_KEYS, distributedSettings } from "./distributed-options.js";
import type { JobOptions } from "./job-options.js";
import type { RetryOptions } from "./policies.js";

/** Options of a stored job: those of any job that are data. */
export type StoredJobOptions = Omit<JobOptions, "name" | "retry"> & {
  /** As for any job, without `retryIf`, which is a function. @default null */
  readonly retry?: number | Omit<RetryOptions, "retryIf"> | null;
};

/** How the nodes agree on a stored job: what `addDistributedCron` takes beside a job's own options. */
export type StoredDistributedOptions = Pick<DistributedCronOptions, (typeof DISTRIBUTED_KEYS)[number]>;

/** A job as data: what `scheduler.store.save` takes, and every process that has the store makes a job of. */
export interface StoredJobDefinition {
  /** Of 1 to 255 characters; no job that a program registers itself may have it. */
  readonly name: string;
  /** When it fires: a text as `addCronCommand` takes it, or several. A Date is stored as its ISO text. */
  readonly schedule: string | Date | readonly (string | Date)[];
  /** `worker(...)`, `shell(...)` or `http(...)`, or the name of a command that every process has given to `define`. */
  readonly command: StoredCommand;
  readonly options?: StoredJobOptions;
  /** Makes it a distributed job: its hold time, or all of its settings. @default it runs on every node */
  readonly distributed?: StoredDistributedOptions | Duration | null;
}

/** What a stored job is registered with. */
export interface PreparedJob {
  readonly spec: string | readonly string[];
  readonly command: Command;
  /** With its name. */
  readonly options: JobOptions;
  readonly distributed: DistributedSettings | null;
}

/** What a definition means here. @throws InvalidOptionError, WorkerError */
export function prepareJob(definition: PlainDefinition, commands: Commands, isDistributed: boolean): PreparedJob {
  const { name, schedule: spec, distributed: agreed } = definition;
  const command = commandOf(definition.command, commands);
  if (agreed === null) return { spec, command, options: { ...definition.options, name }, distributed: null };
  if (!isDistributed) {
    throw new InvalidOptionError("distributed", "none where the scheduler has no option distributed", agreed);
  }
  checkKeys(agreed, "distributed", DISTRIBUTED_KEYS);
  for (const key of DISTRIBUTED_KEYS) {
    if (!(key in definition.options)) continue;
    throw new InvalidOptionError(`options.${key}`, "none: it belongs in distributed", definition.options[key]);
  }
  return { spec, command, ...distributedSettings(name, { ...definition.options, ...agreed }) };
}

/** Made anew from its parts: what was stored, somebody else may have written. */
function commandOf(given: StoredCommand, commands: Commands): Command {
  if (typeof given === "string") return commands.of(given);
  switch (given?.kind) {
    case "worker": {
      const { kind: _, url, exportName, ...rest } = given;
      checkKeys(rest, "command", []);
      checkName(exportName, "command.exportName");
      return worker(url, exportName as never) as unknown as Command;
    }
    case "shell": {
      const { kind: _, command, ...options } = given as ShellCommand;
      return shell(command, options);
    }
    case "http": {
      const { kind: _, url, ...options } = given as HttpCommand;
      return http(url, options);
    }
    default:
      throw new InvalidOptionError("command", "worker(...), shell(...), http(...) or the name of a command", given);
  }
}
