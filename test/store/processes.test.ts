/** Two processes with one store: what one saves runs in the other within a second, and what it kills ends there. */
import type { ChildProcess } from "node:child_process";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { MariaDbServer } from "../support/mariadb-server.js";
import { PostgresServer } from "../support/postgres-server.js";
import { RedisServer } from "../support/redis-server.js";

const LIMIT_MS = 10_000;
/** A second, and some for a machine that is busy. */
const HEARD_WITHIN_MS = 1_500;

interface Line {
  readonly what: string;
  readonly at: number;
  readonly job?: string;
  readonly data?: unknown;
  readonly count?: number;
  readonly code?: string;
  readonly time?: number;
}

const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** A process of the fixture. */
class Node {
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  errors = "";

  constructor(kind: string, place: string) {
    const script = fileURLToPath(new URL("fixtures/store-node.ts", import.meta.url));
    this.#child = spawn(process.execPath, ["--import", "tsx", script, kind, place]);
    children.add(this.#child);
    this.#child.once("exit", () => children.delete(this.#child));
    let rest = "";
    this.#child.stdout?.on("data", (data) => {
      const lines = `${rest}${data}`.split("\n");
      rest = lines.pop() as string;
      this.lines.push(...lines.map((line) => JSON.parse(line) as Line));
    });
    this.#child.stderr?.on("data", (data) => {
      this.errors += data;
    });
  }

  /** The first such line after the first `from`. */
  async line(what: string, job?: string, from = 0): Promise<Line> {
    const start = performance.now();
    for (;;) {
      const found = this.lines
        .slice(from)
        .find((line) => line.what === what && (job === undefined || line.job === job));
      if (found !== undefined) return found;
      if (performance.now() - start > LIMIT_MS)
        throw new Error(`no ${what} ${job}: ${JSON.stringify(this.lines)}${this.errors}`);
      await delay(5);
    }
  }

  /** Resolves when it has done what it was asked to. */
  async ask(ask: string, value?: unknown): Promise<Line> {
    const from = this.lines.length;
    this.#child.stdin?.write(`${JSON.stringify({ ask, value })}\n`);
    return ask === "stop" ? await this.line("stopped", undefined, from) : await this.line("done", undefined, from);
  }

  async end(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    const ended = once(this.#child, "exit");
    await this.ask("stop");
    await ended;
    return this.#child.exitCode;
  }
}

interface Place extends AsyncDisposable {
  readonly url: string;
}

const PLACES: readonly (readonly [kind: string, make: () => Promise<Place>])[] = [
  ["sqlite", async () => folder()],
  ["postgres", async () => await PostgresServer.start()],
  ["redis", async () => await RedisServer.start()],
  ["mysql", async () => await MariaDbServer.start()],
];

function folder(): Place {
  const path = mkdtempSync(join(tmpdir(), "punctual-jobs-"));
  return { url: join(path, "jobs.db"), [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true }) };
}

describe.each(PLACES)("two processes on %s", (kind, make) => {
  test("have the same jobs, and one kills what runs in the other", { timeout: 30_000 }, async () => {
    await using place = await make();
    // Both begin on an empty database at once.
    const [a, b] = [new Node(kind, place.url), new Node(kind, place.url)];
    await Promise.all([a, b].map((node) => node.ask("save", definition("first"))));
    for (const node of [a, b]) await node.line("added", "first");

    const everySecond = { name: "every-second", schedule: "* * * * * *", command: "quick", options: { data: "hello" } };
    const saved = await a.ask("save", everySecond);
    const added = await b.line("added", "every-second");
    const started = await b.line("started", "every-second");
    expect(started.data).toBe("hello");
    expect(started.at - saved.at).toBeLessThan(HEARD_WITHIN_MS + 1_000);

    await b.ask("save", { name: "long", schedule: soon(1_500), command: "hang" });
    for (const node of [a, b]) await node.line("started", "long");
    const before = await nextOf(b, "first");
    const changedFrom = b.lines.length;
    const changed = await a.ask("save", { ...everySecond, options: { data: "changed" } });
    const updated = await b.line("updated", "every-second", changedFrom);
    await a.ask("remove", "every-second");
    await b.line("removed", "every-second");
    // What runs was not disturbed, nor what was not changed.
    for (const node of [a, b]) expect(outcomesOf(node, "long")).toEqual([]);
    expect(await nextOf(b, "first")).toBe(before);

    const killed = await a.ask("kill", "long");
    expect((await a.line("counted")).count).toBe(1);
    for (const node of [a, b]) await node.line("killed", "long");
    const ended = await b.line("killed", "long");
    const times = [added.at - saved.at, updated.at - changed.at, ended.at - killed.at];
    console.log(`${kind}: added, changed, killed in another process after ${times.join(", ")} ms`);
    for (const ms of times) expect(ms).toBeLessThan(HEARD_WITHIN_MS);

    expect(await Promise.all([a.end(), b.end()])).toEqual([0, 0]);
    for (const node of [a, b]) {
      expect(node.errors).toBe("");
      expect(node.lines.filter(({ what }) => what === "error" || what === "rejected")).toEqual([]);
    }
  });
});

test("a process that begins while its store is away has its jobs when it is there", { timeout: 30_000 }, async () => {
  await using server = await PostgresServer.start();
  const a = new Node("postgres", server.url);
  await a.ask("save", definition("first"));
  await server.stop();
  const b = new Node("postgres", server.url);
  expect((await b.line("error")).code).toBe("STORE_FAILED");
  expect((await a.line("error")).code).toBe("STORE_FAILED");
  await server.restart();
  await b.line("added", "first");
  const from = b.lines.length;
  const saved = await a.ask("save", definition("second"));
  const added = await b.line("added", "second", from);
  expect(added.at - saved.at).toBeLessThan(HEARD_WITHIN_MS);
  for (const node of [a, b]) expect(node.lines.filter(({ what }) => what === "error")).toHaveLength(1);
  expect(await Promise.all([a.end(), b.end()])).toEqual([0, 0]);
});

function definition(name: string): object {
  return { name, schedule: "@every 1h", command: "quick" };
}

function soon(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

async function nextOf(node: Node, job: string): Promise<unknown> {
  const from = node.lines.length;
  await node.ask("next", job);
  return (await node.line("next", undefined, from)).time;
}

function outcomesOf(node: Node, job: string): string[] {
  const outcomes = ["succeeded", "failed", "killed", "abandoned"];
  return node.lines.filter((line) => line.job === job && outcomes.includes(line.what)).map(({ what }) => what);
}

describe("a process whose scheduler has a store and no job yet", () => {
  const script = fileURLToPath(new URL("fixtures/store-alive.ts", import.meta.url));
  const outputOf = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", script, ...args], {
      timeout: LIMIT_MS,
    });
    return stdout;
  };

  test("lives on for those to come, and ends when it is stopped", async () => {
    await using server = await PostgresServer.start();
    expect(await Promise.all([outputOf("true"), outputOf("true", server.url)])).toEqual(["succeeded", "succeeded"]);
  });

  test("ends with ref: false, whatever listens", async () => {
    await using server = await PostgresServer.start();
    expect(await Promise.all([outputOf("false"), outputOf("false", server.url)])).toEqual(["", ""]);
  });
});
