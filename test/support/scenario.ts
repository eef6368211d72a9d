import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** These run the built package, by its own name, in processes of their own. */
export function start(scenario: string, ...nodeOptions: string[]): ChildProcess & { lines: () => unknown[] } {
  const script = fileURLToPath(new URL("../process/fixtures/run.mjs", import.meta.url));
  const child = spawn(process.execPath, [...nodeOptions, script, scenario], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (output += `${JSON.stringify(String(chunk))}\n`));
  const lines = (): unknown[] =>
    output
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown);
  return Object.assign(child, { lines });
}

export async function finish(child: ReturnType<typeof start>): Promise<{ exitCode: number | null; lines: unknown[] }> {
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exitCode, lines: child.lines() };
}
