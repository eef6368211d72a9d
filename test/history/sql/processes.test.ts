import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import Database from "libsql";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { SqlHistory } from "../../../src/history.js";

const KILLS = 20;
const START_AFTER_MS = 1_500;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "punctual-sqlite-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

interface Output {
  text: string;
  errors: string;
}

function start(fixture: string, ...args: string[]): [ChildProcess, Output] {
  const script = fileURLToPath(new URL(`../fixtures/${fixture}`, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const output = { text: "", errors: "" };
  child.stdout?.on("data", (data) => {
    output.text += data;
  });
  child.stderr?.on("data", (data) => {
    output.errors += data;
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return [child, output];
}

describe("several processes", () => {
  it("open an empty database at once: one makes the tables, and each finds them", async () => {
    const path = join(folder, "a.db");
    const startMs = String(Date.now() + START_AFTER_MS);
    const names = ["a", "b", "c", "d"];
    const children = names.map((name) => start("sql-open.ts", path, name, startMs));
    await Promise.all(children.map(([child]) => once(child, "close")));
    expect(children.map(([child, output]) => [child.exitCode, output.text, output.errors])).toEqual(
      names.map(() => [0, "true", ""]),
    );
    const history = SqlHistory.sqlite(path);
    expect([...(await history.lastFireTimes()).keys()].sort()).toEqual(names);
    await history.close();
  });

  it("are killed while they append: nothing that was flushed is lost, and nothing is written by halves", {
    timeout: 120_000,
  }, async () => {
    const path = join(folder, "a.db");
    let acknowledged = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const [child, output] = start("sql-append.ts", path, String(kill));
      await until(() => output.text.includes("\n") || child.exitCode !== null);
      await delay(Math.random() * 150);
      child.kill("SIGKILL");
      await once(child, "close");
      expect(output.errors).toBe("");
      // The last line may be half of one.
      const count = Number(output.text.slice(0, output.text.lastIndexOf("\n")).split("\n").at(-1));
      expect(count).toBeGreaterThan(0);
      acknowledged += count;
      checkFile(path, String(kill), count);
    }
    console.log(`${KILLS} kills, ${acknowledged} records acknowledged`);
  });
});

/** The records of a round are the first so many that were appended, with all that belongs to them. */
function checkFile(path: string, round: string, acknowledged: number): void {
  const db = new Database(path);
  try {
    const ask = (sql: string, ...values: unknown[]): unknown =>
      (db.prepare(`${sql} as value`).all(...values)[0] as { value: unknown }).value;
    expect(db.prepare("pragma integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    const rounds = "(select count(*) from punctual_records where id like ? || '-%')";
    const last =
      "(select max(cast(substr(id, length(?1) + 2) as integer)) from punctual_records where id like ?1 || '-%')";
    const count = ask(`select ${rounds}`, round);
    expect(count).toBeGreaterThanOrEqual(acknowledged);
    expect(ask(`select ${last}`, round)).toBe((count as number) - 1);
    const all = ask("select (select count(*) from punctual_records)");
    expect(ask("select (select count(*) from punctual_attempts)")).toBe(all);
    expect(ask("select (select count(*) from punctual_labels)")).toBe(all);
    expect(ask("select (select sum(times) from punctual_counts)")).toBe(all);
  } finally {
    db.close();
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(5);
}
