/** Processes that follow each other at once, and what they leave. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { HistoryRecord } from "../../../src/history/record.js";
import { SqlHistory } from "../../../src/history/sql/sql-history.js";

const SCRIPT = fileURLToPath(new URL("./life.ts", import.meta.url));

/** A job that fires each second. */
export interface RestartedJob {
  readonly name: string;
  readonly durable: boolean;
  readonly recover: boolean;
  readonly doing: "nothing" | "goesOn" | "endsItsProcess";
}

/** A run that has begun. */
export interface Begun {
  readonly id: string;
  readonly job: string;
  readonly fireTime: number;
  readonly attempt: number;
  readonly pid: number;
  readonly at: number;
}

export class Lives implements AsyncDisposable {
  readonly #folder: string = mkdtempSync(join(tmpdir(), "punctual-restart-"));
  readonly #jobs: readonly RestartedJob[];
  readonly #children = new Set<ChildProcess>();
  #next: Promise<ChildProcess>;

  constructor(jobs: readonly RestartedJob[]) {
    this.#jobs = jobs;
    this.#next = this.#load();
  }

  /** Begins the next life; loads the one after it meanwhile. */
  async begin(): Promise<ChildProcess> {
    const child = await this.#next;
    child.stdin?.write("go\n");
    this.#next = this.#load();
    return child;
  }

  async end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    const closed = once(child, "close");
    child.kill(signal);
    await closed;
  }

  /** Resolves when the next life can begin at once. */
  async ready(): Promise<void> {
    await this.#next;
  }

  get begun(): readonly Begun[] {
    return this.#lines("runs").map((line) => JSON.parse(line) as Begun);
  }

  /** What the processes have told, by its first word. */
  told(word: string): readonly string[] {
    const lines = this.#lines("life").filter((line) => line.startsWith(`${word} `));
    return lines.map((line) => line.slice(word.length + 1));
  }

  async records(job: string): Promise<readonly HistoryRecord[]> {
    const history = SqlHistory.sqlite(join(this.#folder, "history.db"));
    try {
      return (await history.list({ job, limit: 1_000, order: "oldest" })).items;
    } finally {
      await history.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#next.catch(() => {});
    await Promise.all([...this.#children].map((child) => this.end(child, "SIGKILL")));
    rmSync(this.#folder, { recursive: true });
  }

  async #load(): Promise<ChildProcess> {
    const args = ["--import", "tsx", SCRIPT, this.#folder, JSON.stringify(this.#jobs)];
    const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#children.add(child);
    child.once("close", () => this.#children.delete(child));
    const [data] = await once(child.stdout as NodeJS.ReadableStream, "data");
    expect(String(data)).toBe("ready\n");
    return child;
  }

  #lines(name: string): string[] {
    const path = join(this.#folder, name);
    return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
  }
}
