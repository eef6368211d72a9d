/** The examples that go on until they are told to stop: started, asked over HTTP, and told. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const TIMEOUT_MS = 60_000;
const STARTED_TIMEOUT_MS = 40_000;

/** Windows knows no SIGTERM: it ends a process that is sent one at once. */
const isWindows = process.platform === "win32";

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** An example's process, and what it has written. */
class Example {
  output = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;

  constructor(name: string) {
    const env = { ...process.env, PORT: "0", TSX_TSCONFIG_PATH: "examples/tsconfig.json" };
    this.#child = spawn(process.execPath, ["--import", "tsx", `examples/${name}`], { cwd: root, env });
    children.push(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk) => {
        this.output += chunk;
      });
    }
    this.#ended = once(this.#child, "close");
  }

  async hasWritten(pattern: RegExp): Promise<string> {
    await expect.poll(() => this.output, { timeout: STARTED_TIMEOUT_MS }).toMatch(pattern);
    return pattern.exec(this.output)?.[0] ?? "";
  }

  /** Resolves with the exit code, or the signal, that it has ended with. */
  async terminate(): Promise<unknown> {
    this.#child.kill("SIGTERM");
    const [code, signal] = await this.#ended;
    return code ?? signal;
  }
}

/** What each server ends with: Nest sends itself the signal again once its hooks are through. */
const SERVERS = [
  ["express.ts", 0],
  ["fastify.ts", 0],
  ["nestjs.ts", "SIGTERM"],
] as const;

describe.each(SERVERS)("examples/%s", (name, end) => {
  it("shows its jobs, runs one, shows its runs, and stops at SIGTERM", { timeout: TIMEOUT_MS }, async () => {
    const example = new Example(name);
    const url = await example.hasWritten(/^http:\S+$/m);
    const ask = async (path: string, method = "GET"): Promise<unknown> => {
      const response = await fetch(url + path, { method });
      return response.status === 200 ? response.json() : response.status;
    };

    const job = {
      name: "purge-sessions",
      description: "forgets sessions that are over",
      schedule: expect.stringContaining("*/5 * * * *"),
      nextFireTime: expect.toSatisfy((time: number) => time % 300_000 === 0 && time > Date.now() - 300_000),
      running: 0,
    };
    expect(await ask("/jobs")).toEqual([job]);

    expect(await ask("/jobs/purge-sessions/runs")).toEqual([]);
    expect(await ask("/jobs/purge-sessions/run", "POST")).toEqual({ outcome: "succeeded", result: 1 });
    expect(await ask("/jobs/purge-sessions/run", "POST")).toEqual({ outcome: "succeeded", result: 0 });
    expect(await ask("/jobs/purge-sessions/runs")).toMatchObject([
      { outcome: "succeeded", result: 0 },
      { outcome: "succeeded", result: 1 },
    ]);
    expect(await ask("/jobs/nobody/run", "POST")).toBe(404);

    expect(await example.terminate()).toBe(isWindows ? "SIGTERM" : end);
    expect(example.output).toBe(`${url}\n${isWindows ? "" : "stopped: 0 drained, 0 aborted\n"}`);
  });
});

const SCRIPT = "examples/plain-script.ts runs until SIGTERM, and says what has run";
it.skipIf(isWindows)(SCRIPT, { timeout: TIMEOUT_MS }, async () => {
  const example = new Example("plain-script.ts");
  await example.hasWritten(/^version succeeded$/m);
  expect(await example.terminate()).toBe(0);
  const lines = example.output.trim().split("\n");
  expect(lines.slice(0, 2)).toEqual(["version: CRON_TZ=UTC * * * * * *", "backup: CRON_TZ=UTC 30 4 * * MON-FRI"]);
  expect(new Set(lines.slice(2, -2))).toEqual(new Set(["version succeeded"]));
  expect(lines.slice(-2)).toEqual(["version: has run", "backup: has not run"]);
});
