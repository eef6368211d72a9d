import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ClaimAnswer, Distributed } from "../../src/distributed/distributed.js";
import type { FlockKind } from "punctual/flock";
import { FlockDistributed } from "punctual/flock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stateFileName } from "../../src/distributed/flock-name.js";
import { readSlots } from "../../src/distributed/flock-slots.js";
import { holdFiles } from "./fixtures/flock-command-line.js";

const FIXTURE = fileURLToPath(new URL("./fixtures/flock-process.ts", import.meta.url));

let directory: string;
const children = new Set<ChildProcess>();
const opened = new Set<Distributed>();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "punctual-flock-"));
});

afterEach(async () => {
  await Promise.all([...children].map(kill));
  for (const each of opened) await each.close();
  opened.clear();
  rmSync(directory, { recursive: true });
});

describe("N processes that read, wait and write lose no update", { timeout: 120_000 }, () => {
  test.each<readonly FlockKind[]>([
    ["koffi", "koffi", "koffi", "koffi"],
    ["koffi", "command", "koffi", "command"],
  ])("%s, %s, %s, %s", async (...locks) => {
    const times = (lock: FlockKind): number => (lock === "koffi" ? 200 : 25);
    const file = join(directory, "counter");
    writeFileSync(file, "0");
    await Promise.all(locks.map((lock) => ended(start("increment", { lock, file, times: times(lock) }))));
    expect(Number(readFileSync(file, "utf8"))).toBe(locks.map(times).reduce((sum, each) => sum + each));
  });
});

describe.each<FlockKind>(["koffi", "command"])("by %s", { timeout: 60_000 }, (lock) => {
  test("what a killed process held is free at once", async () => {
    const node = open(lock);
    const child = start("hold", { lock });
    expect(await said(child)).toEqual({ granted: true });
    expect(await claim(node, Date.now())).toMatchObject({ granted: false, reason: "held", holder: `${child.pid}` });
    const died = once(child, "exit");
    child.kill("SIGKILL");
    await died;
    const began = performance.now();
    expect(await claim(node, Date.now())).toMatchObject({ granted: true });
    console.log(`${lock}: granted ${(performance.now() - began).toFixed(2)} ms after its holder was killed`);
    expect(nodeFiles()).toHaveLength(1);
  });

  test("what a stopped process holds is its own", async () => {
    const node = open(lock);
    const child = start("hold", { lock });
    expect(await said(child)).toEqual({ granted: true });
    child.kill("SIGSTOP");
    expect(await claim(node, Date.now())).toMatchObject({ granted: false, reason: "held", holder: `${child.pid}` });
  });

  test("the flock of the command line keeps it out", async () => {
    const node = open(lock, "300ms");
    const file = join(directory, stateFileName("service"));
    const free = await holdFiles([file]);
    const asked = claim(node, Date.now());
    await expect(asked).rejects.toMatchObject({
      code: "DISTRIBUTED_UNAVAILABLE",
      message: expect.stringMatching("busy"),
    });
    const waits = claim(open(lock), Date.now());
    await free();
    expect(await waits).toMatchObject({ granted: true });
  });

  test("keeps the flock of the command line out", async () => {
    const node = open(lock);
    await claim(node, Date.now());
    const [id = ""] = nodeFiles();
    expect(await tryFlock(join(directory, "nodes", id))).toBe(1);
    // And lets it in where it has ended.
    expect(await tryFlock(join(directory, stateFileName("service")))).toBe(0);
  });
});

test("killed at any instant, processes leave a state that tells everything", { timeout: 120_000 }, async () => {
  const witness = open("koffi");
  const tokens: number[] = [];
  const files = Array.from({ length: 50 }, (_, index) => join(directory, `granted-${index}`));
  const waiting = [...files];
  const line = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const child = start("claimWithoutEnd", { lock: "koffi", file });
      await said(child);
      await delay(Math.random() * 40);
      await kill(child);
      // Rejected if the state were broken, or older than it was.
      for (const node of [witness, open("koffi")]) {
        const answer = await claim(node, 1);
        expect(answer).toMatchObject({ granted: false, reason: "claimed" });
      }
      tokens.push(readSlots(readFileSync(join(directory, stateFileName("service"))))?.state.token ?? 0);
    }
  };
  await Promise.all([line(), line(), line()]);
  expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
  const grants = files.flatMap(readGrants).sort((a, b) => a.token - b.token);
  console.log(`${grants.length} fires granted to ${files.length} processes that were killed`);
  expect(grants.length).toBeGreaterThan(files.length);
  for (const [index, { token, fireTime }] of grants.entries()) {
    const before = grants[index - 1];
    if (before !== undefined) expect(token > before.token && fireTime > before.fireTime).toBe(true);
  }
});

function open(lock: FlockKind, timeout = "10s"): FlockDistributed {
  const node = new FlockDistributed({ directory, lock, timeout });
  opened.add(node);
  return node;
}

let claims = 0;

function claim(node: Distributed, fireTime: number): Promise<ClaimAnswer> {
  const who = { serviceName: "service", appId: "test", claimId: `${++claims}` };
  return node.claim({ ...who, fireTime, holdTimeMs: 0, leaseMs: 0, maxAttempts: 1, unlessFinished: null });
}

function start(role: string, work: object): ChildProcess {
  const args = ["--import", "tsx", FIXTURE, role, JSON.stringify({ directory, ...work })];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

async function said(child: ChildProcess): Promise<unknown> {
  const died = once(child, "exit").then(() => Promise.reject(new Error("the process ended before it said anything")));
  const [line] = await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), died]);
  died.catch(() => {});
  return JSON.parse(String(line));
}

async function ended(child: ChildProcess): Promise<void> {
  expect(await once(child, "exit")).toEqual([0, null]);
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const died = once(child, "exit");
  child.kill("SIGKILL");
  await died;
}

/** The exit code of an asking that does not wait: 1 for busy. */
async function tryFlock(path: string): Promise<number> {
  const [code] = await once(spawn("flock", ["-n", "-x", path, "true"], { stdio: "inherit" }), "exit");
  return Number(code);
}

function nodeFiles(): string[] {
  return readdirSync(join(directory, "nodes"));
}

/** The last line may have been cut. */
function readGrants(file: string): { readonly fireTime: number; readonly token: number }[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => {
    const [fireTime, token] = line.split(" ").map(Number);
    return { fireTime: fireTime ?? Number.NaN, token: token ?? Number.NaN };
  });
}
