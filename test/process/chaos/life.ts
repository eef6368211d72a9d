/** One process of a chaos test, from its start to its end, as its conductor sees it. */
import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { NodeSettings } from "./records.js";

const NODE = fileURLToPath(new URL("./node.ts", import.meta.url));
const STOPPED_BY_SIGTERM = 143;

// A test run that ends in the middle must not leave processes behind.
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** By the machine's clock. */
export interface Stall {
  readonly from: number;
  readonly to: number;
}

export class Life {
  readonly settings: NodeSettings;
  /** `up` is one that can do its work. */
  phase: "starting" | "up" | "stalled" | "ending" | "gone" = "starting";
  /** When it was killed, or, if it stood still then, since when; by the machine's clock. */
  cutAt: number | null = null;
  /** When it stood still. */
  readonly stalls: Stall[] = [];
  /** How it ended, when that is not how it was told to. */
  crash: string | null = null;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #stderr = "";
  #stalledAt: number | null = null;

  constructor(settings: NodeSettings) {
    this.settings = settings;
    const child = fork(NODE, [JSON.stringify(settings)], {
      execArgv: ["--import", "tsx"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child = child;
    running.add(child);
    child.stderr?.on("data", (chunk) => (this.#stderr += chunk));
    // A process that is gone, or going, cannot be told anything any more.
    child.on("error", () => {});
    child.once("message", () => {
      if (this.phase === "starting") this.phase = "up";
    });
    this.#gone = once(child, "exit").then(([code, signal]) => this.#ended(code, signal));
  }

  get node(): string {
    return this.settings.node;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Sets its clock so far ahead of the machine's. */
  setClock(offsetMs: number): void {
    if (this.#child.connected) this.#child.send(offsetMs, () => {});
  }

  /** SIGKILL: it does nothing any more. */
  async kill(): Promise<void> {
    this.phase = "ending";
    this.cutAt = this.#stalledAt ?? Date.now();
    this.#child.kill("SIGKILL");
    await this.#gone;
  }

  /** SIGTERM: it stops in order. */
  async stop(): Promise<void> {
    this.phase = "ending";
    this.#child.kill("SIGTERM");
    await this.#gone;
  }

  /** SIGSTOP: it stands still until `resume`. */
  stall(): void {
    this.phase = "stalled";
    this.#stalledAt = Date.now();
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.phase = "up";
    if (this.#stalledAt !== null) this.stalls.push({ from: this.#stalledAt, to: Date.now() });
    this.#stalledAt = null;
    this.#child.kill("SIGCONT");
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    running.delete(this.#child);
    const toldTo =
      this.phase === "ending" && (this.cutAt !== null ? signal === "SIGKILL" : code === STOPPED_BY_SIGTERM);
    if (!toldTo) {
      this.crash = `${this.node} ended in phase ${this.phase} with ${code ?? signal}: ${this.#stderr.slice(-2_000)}`;
      this.cutAt ??= Date.now();
    }
    this.phase = "gone";
  }
}
