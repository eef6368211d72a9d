import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, it } from "vitest";
import { RedisServer } from "../support/redis-server.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = "examples/distributed";
const children: ChildProcess[] = [];

async function printed(name: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const options = { cwd: root, env: { ...process.env, ...env } };
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", `${folder}/${name}`], options);
  return stdout.trim().split("\n");
}

/** A node of the walk-through, that fires every second, and what it has printed. */
function hade(directory: string) {
  const child = spawn(process.execPath, ["--import", "tsx", `${folder}/hade.ts`, directory, "1"], { cwd: root });
  children.push(child);
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return {
    child,
    fires: () => output.match(/^\S+Z(?= execute foo command in process-\d+$)/gm) ?? [],
    output: () => output,
  };
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

it("fencing.ts: what is written late is refused", async () => {
  expect(await printed("fencing.ts")).toEqual([
    "daily on node a: the lease is lost",
    "node b has written: true",
    "node a has written: false",
    "the table says: by node b",
  ]);
});

it("leader-only.ts: one after the other", async () => {
  const lines = ["a consumes the feed", "a has let go", "b consumes the feed", "b has let go"];
  expect(await printed("leader-only.ts")).toEqual(lines);
});

it("redis.ts: three processes and a kill", async () => {
  const redis = await RedisServer.start();
  try {
    const lines = ["20 fires started, 0 of them twice, 0 left out", "by more than one process: true"];
    expect(await printed("redis.ts", { REDIS_URL: redis.url })).toEqual(lines);
  } finally {
    await redis.stop();
  }
});

it("hade.ts: kill the one that prints, and the other goes on", { timeout: 60_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), "punctual-"));
  const nodes = [hade(directory), hade(directory)];
  const all = (): string[] => nodes.flatMap(({ fires }) => fires());
  await expect
    .poll(() => nodes.map(({ output }) => output().includes("ready")), { timeout: 20_000 })
    .toEqual([true, true]);
  await expect.poll(() => all().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  const leader = nodes.find(({ fires }) => fires().length > 0);
  const other = nodes.find((node) => node !== leader);
  expect(other?.fires()).toEqual([]);
  leader?.child.kill("SIGKILL");
  await expect.poll(() => other?.fires().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  expect(new Set(all()).size).toBe(all().length);
  for (const { child } of nodes) child.kill("SIGKILL");
  await rm(directory, { recursive: true });
});

it("there is no example of this folder without a test", async () => {
  expect((await readdir(join(root, folder))).sort()).toEqual(["fencing.ts", "hade.ts", "leader-only.ts", "redis.ts"]);
});
