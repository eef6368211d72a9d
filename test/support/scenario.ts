import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A process of a test's, and what it has printed so far: each line a JSON value. */
export type Child = ChildProcess & { lines: () => unknown[] };

/** These run the built package, by its own name, in processes of their own. */
export function start(scenario: string, ...nodeOptions: string[]): Child {
  return startScript("../process/fixtures/run.mjs", [scenario], nodeOptions);
}

/** Starts a script, given by its path from here. What it writes to stderr becomes a line, too. */
export function startScript(
  path: string,
  scriptArguments: readonly string[],
  nodeOptions: readonly string[] = [],
): Child {
  const script = fileURLToPath(new URL(path, import.meta.url));
  const child = spawn(process.execPath, [...nodeOptions, script, ...scriptArguments], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (output += `${JSON.stringify(String(chunk))}\n`));
  const lines = (): unknown[] =>
    output
      .slice(0, output.lastIndexOf("\n") + 1)
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown);
  return Object.assign(child, { lines });
}

export async function finish(child: Child): Promise<{ exitCode: number | null; lines: unknown[] }> {
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exitCode, lines: child.lines() };
}
