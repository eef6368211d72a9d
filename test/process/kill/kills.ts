/** Kills a process again and again, at random instants, and starts it again at once. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { accountOf } from "./account.js";

const VICTIM = fileURLToPath(new URL("./victim.ts", import.meta.url));
/** One in so many is killed while it starts. */
const EARLY_SHARE = 1 / 10;
const LONGEST_START_MS = 700;
const LONGEST_LIFE_MS = 1_600;
const LAST_LIFE_MS = 1_000;
/** Of what is not durable, what a kill may cost: the 500 fires a second of 100 ms. */
const MOST_LOST = 50;

class Victim {
  readonly child: ChildProcess;
  readonly up: Promise<unknown>;
  errors = "";

  constructor(folder: string) {
    this.child = spawn(process.execPath, ["--import", "tsx", VICTIM, folder], { stdio: ["ignore", "pipe", "pipe"] });
    this.child.stderr?.on("data", (data) => (this.errors += data));
    this.up = Promise.race([once(this.child.stdout as NodeJS.ReadableStream, "data"), once(this.child, "close")]);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "close");
    this.child.kill(signal);
    await ended;
  }
}

/** Expects that nothing is lost that was acknowledged, nothing done twice, and nothing left unfinished. */
export async function expectOrderAfter(kills: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "punctual-kill-"));
  let victim: Victim | null = null;
  try {
    const startedAt = performance.now();
    for (let kill = 0; kill <= kills; kill++) {
      victim = new Victim(folder);
      if (kill < kills) await live(victim);
      else {
        await victim.up;
        await delay(LAST_LIFE_MS);
        await victim.end("SIGTERM");
      }
      expect(victim.errors).toBe("");
    }
    const { figures, faults } = accountOf(folder);
    console.log(
      `${kills} kills in ${Math.round((performance.now() - startedAt) / 1_000)} s: ${JSON.stringify(figures)}`,
    );
    expect(faults).toEqual([]);
    expect(figures.acknowledged).toBeGreaterThan(kills * 100);
    expect(figures.abandoned).toBeGreaterThan(kills);
    expect(figures.doneAgain).toBeGreaterThan(0);
    expect(figures.startedTwice).toBeLessThan(kills * MOST_LOST);
    expect(figures.withoutRecord).toBeLessThan(kills * MOST_LOST);
  } finally {
    await victim?.end("SIGKILL");
    rmSync(folder, { recursive: true });
  }
}

async function live(victim: Victim): Promise<void> {
  if (Math.random() < EARLY_SHARE) await delay(Math.random() * LONGEST_START_MS);
  else {
    await victim.up;
    await delay(Math.random() * LONGEST_LIFE_MS);
  }
  await victim.end("SIGKILL");
}
