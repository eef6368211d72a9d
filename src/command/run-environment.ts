import type { ExecutorRun } from "./command.js";
import { CommandError } from "./command-error.js";
import type { ShellCommand } from "./shell-command.js";

/** Linux allows 128 KiB for one variable, and some systems no more than that for all of them. */
const MOST_DATA_BYTES = 32 * 1_024;

type Variables = Readonly<Record<string, string | undefined>>;

/** The environment of a run's process. @throws CommandError when the run's data cannot be handed on */
export function runEnvironment(command: ShellCommand, run: ExecutorRun, own: Variables = process.env): Variables {
  const ofRun = runVariables(run);
  // Those that are `undefined` count too: a process that was itself started for a run does not hand on its data.
  const layers = [inherited(own, command.inheritEnv ?? true), traceVariables(run), command.env ?? {}, ofRun];
  const variables = new Map<string, readonly [name: string, value: string | undefined]>();
  for (const [name, value] of layers.flatMap((layer) => Object.entries(layer))) {
    variables.set(process.platform === "win32" ? name.toUpperCase() : name, [name, value]);
  }
  return Object.fromEntries([...variables.values()].filter(([, value]) => value !== undefined));
}

function inherited(own: Variables, inherit: boolean | readonly string[]): Variables {
  if (inherit === true) return own;
  return inherit === false ? {} : Object.fromEntries(inherit.map((name) => [name, own[name]]));
}

/** Instead of inherited ones, which are about another trace than this run's. */
function traceVariables({ traceparent }: ExecutorRun): Variables {
  return { TRACEPARENT: traceparent, TRACESTATE: undefined };
}

function runVariables(run: ExecutorRun): Variables {
  return {
    PUNCTUAL_JOB: run.jobName,
    PUNCTUAL_RUN_ID: run.id,
    PUNCTUAL_FIRE_TIME: run.fireTime === null ? "" : new Date(run.fireTime).toISOString(),
    PUNCTUAL_ATTEMPT: String(run.attempt),
    PUNCTUAL_TOKEN: run.token === null ? undefined : String(run.token),
    PUNCTUAL_DATA: run.data === undefined ? undefined : dataText(run.data),
  };
}

function dataText(data: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch (cause) {
    throw dataError("cannot be made JSON", cause);
  }
  if (text === undefined) throw dataError(`cannot be made JSON: it is a ${typeof data}`);
  const size = Buffer.byteLength(text);
  if (size <= MOST_DATA_BYTES) return text;
  throw dataError(`is ${size} bytes of JSON, more than the ${MOST_DATA_BYTES} that an environment variable is given`);
}

function dataError(what: string, cause?: unknown): CommandError {
  const detail = cause instanceof Error ? `: ${cause.message.split("\n", 1)[0]}` : "";
  return new CommandError("SHELL_SPAWN_FAILED", `the run's data ${what}${detail}`, {}, { cause });
}
