import { statSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseSchedule } from "punctual";

/** What the command line asked for. */
export interface Options {
  readonly lines: number;
  readonly seed: number;
  /** The folder with logs, or `null` to make some up. */
  readonly logs: string | null;
  readonly every: string;
  /** `null`: as many as there are cores. */
  readonly threads: number | null;
  readonly watch: boolean;
  readonly compare: boolean;
  /** The file of the history, or `null` for the memory. */
  readonly history: string | null;
  readonly help: boolean;
}

export const USAGE = `Usage: npm run demo -- [options]

Reports the traffic in web access logs (Combined Log Format), worked out on all cores.

  --logs DIR      read the logs in DIR, plain or gzip (default: make some up, in a folder that is removed afterwards)
  --lines N       lines to make up (default 1000000)
  --seed N        another seed, other lines (default 1)
  --every SPEC    when to look for new logs: a cron expression or "@every 5s" (default "*/2 * * * * *")
  --threads N     worker threads (default: the number of cores)
  --history FILE  keep what happened in FILE (SQLite): a later demo says what was cut and missed before it
  --no-compare    do not measure one thread as well
  --watch         go on after the first round, until Ctrl-C
  --help          show this`;

/** A command line that cannot be followed; the message says why. */
export class UsageError extends Error {}

const KNOWN = {
  lines: { type: "string", default: "1000000" },
  seed: { type: "string", default: "1" },
  logs: { type: "string" },
  every: { type: "string", default: "*/2 * * * * *" },
  threads: { type: "string" },
  watch: { type: "boolean", default: false },
  history: { type: "string" },
  "no-compare": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const values = parsed(args);
  if (values.logs !== undefined && !isDirectory(values.logs))
    throw new UsageError(`--logs: no folder at ${values.logs}`);
  return {
    lines: wholeNumber("lines", values.lines, 1),
    seed: wholeNumber("seed", values.seed, 0),
    logs: values.logs ?? null,
    every: checkedSchedule(values.every),
    threads: values.threads === undefined ? null : wholeNumber("threads", values.threads, 1),
    watch: values.watch,
    history: values.history ?? null,
    compare: !values["no-compare"],
    help: values.help,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: KNOWN, strict: true }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text.replaceAll("_", ""));
  if (text !== "" && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${name}: expected a whole number of at least ${least}, given "${text}"`);
}

function checkedSchedule(spec: string): string {
  try {
    parseSchedule(spec);
    return spec;
  } catch (error) {
    throw new UsageError(`--every: ${(error as Error).message}`, { cause: error });
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
