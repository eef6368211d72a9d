/** Keeps five processes at work, and disturbs them and their store. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Random } from "../../distributed/simulation/random.js";
import { Life } from "./life.js";
import type { Start } from "./records.js";
import { LEASE_MS, MAX_OFFSET_MS } from "./records.js";
import type { ChaosStore } from "./stores.js";

const NODES = ["a", "b", "c", "d", "e"];
const STEP_MS = 2;
/** How long one question to Redis may take. */
const TIME_BOX_MS = 1_000;

/** How long is waited for who is to be hit in the middle of a run, if it starts none. */
const PATIENCE_MS = 1_500;

/** In every so many fires of chaos there are so many of each. */
const DECK_FIRES = 150;
const DECK = {
  ...{ kill: 4, stall: 2, stop: 2, clock: 4 },
  ...{ crashStore: 1, pauseStore: 1 },
};
export type Disturbance = keyof typeof DECK;

/** A SIGKILL, and whether it hit who had started the last fire. */
export interface Kill {
  readonly pid: number;
  readonly at: number;
  readonly hadStartedLast: boolean;
}

export interface ConductorParts {
  readonly folder: string;
  readonly store: ChaosStore;
  readonly recover: boolean;
  readonly seed: number;
}

export class Conductor {
  readonly startsPath: string;
  readonly lives: Life[] = [];
  readonly kills: Kill[] = [];
  readonly done: Record<Disturbance | "restart", number>;
  readonly #parts: ConductorParts;
  readonly #random: Random;
  readonly #offsets = new Map<string, number>();
  /** The store suffers one thing at a time. */
  #store: Promise<void> = Promise.resolve();

  constructor(parts: ConductorParts) {
    this.#parts = parts;
    this.startsPath = join(parts.folder, "starts");
    this.#random = new Random(parts.seed);
    this.done = { kill: 0, stall: 0, stop: 0, clock: 0, crashStore: 0, pauseStore: 0, restart: 0 };
  }

  get #up(): readonly Life[] {
    return this.lives.filter(({ phase }) => phase === "up");
  }

  /** Starts all processes, and resolves when each of them is at work. */
  async begin(): Promise<void> {
    for (const node of NODES) this.#live(node);
    await this.#until(() => this.#up.length === NODES.length);
  }

  /** Disturbs them for so long, all disturbances well mixed, and then mends everything. */
  async disturb(fires: number, everyMs: number): Promise<void> {
    const cards = this.#deck(fires);
    const gapMs = (fires * everyMs) / cards.length;
    const beganMs = performance.now();
    const underWay: Promise<void>[] = [];
    for (const [index, card] of cards.entries()) {
      const dueMs = beganMs + (index + this.#random.next()) * gapMs;
      await delay(Math.max(0, dueMs - performance.now()));
      underWay.push(this.#perform(card));
    }
    await Promise.all(underWay);
    for (const life of this.lives) life.setClock(0);
    await this.#until(() => this.#up.length === NODES.length);
  }

  /** Stops all in order. */
  async end(): Promise<void> {
    await Promise.all(this.lives.filter(({ phase }) => phase !== "gone").map((life) => life.stop()));
  }

  /** Kills what is left: for a test that has failed. */
  async killAll(): Promise<void> {
    await Promise.all(this.lives.filter(({ phase }) => phase !== "gone").map((life) => life.kill()));
  }

  #deck(fires: number): readonly Disturbance[] {
    const times = Math.ceil(fires / DECK_FIRES);
    const cards = Object.entries(DECK).flatMap(([card, count]) =>
      Array<Disturbance>(count * times).fill(card as Disturbance),
    );
    const possible = cards.filter((card) => this.#parts.store.server !== null || !card.endsWith("Store"));
    return possible
      .map((card) => ({ card, place: this.#random.next() }))
      .sort((one, other) => one.place - other.place)
      .map(({ card }) => card);
  }

  async #perform(card: Disturbance): Promise<void> {
    if (card === "crashStore" || card === "pauseStore") {
      const lengthMs =
        card === "crashStore" ? this.#random.scale(100, 1_000) : this.#random.whole(TIME_BOX_MS + 200, 2 * TIME_BOX_MS);
      this.#store = this.#store.then(() => this.#breakStore(card, lengthMs));
      await this.#store;
    } else if (card === "clock") {
      await this.#until(() => this.#up.length > 0);
      this.#setClock(this.#random.pick(this.#up));
    } else {
      await this.#disturb(card, await this.#target());
    }
    this.done[card]++;
  }

  async #disturb(card: "kill" | "stall" | "stop", life: Life): Promise<void> {
    const pauseMs = this.#random.scale(100, 1_500);
    if (card === "kill") await this.#kill(life);
    else if (card === "stop") await life.stop();
    else {
      const dies = this.#random.chance(0.2);
      life.stall();
      await delay(this.#random.whole(LEASE_MS + 200, 3 * LEASE_MS));
      if (!dies) {
        life.resume();
        return;
      }
      await this.#kill(life);
    }
    await delay(pauseMs);
    this.#live(life.node);
    this.done.restart++;
  }

  async #kill(life: Life): Promise<void> {
    const hadStartedLast = this.#lastStart()?.pid === life.pid;
    this.kills.push({ pid: life.pid, at: Date.now(), hadStartedLast });
    await life.kill();
  }

  /** One that is at work, and not the only one: one of them always lives. Most often it is in the middle of a run. */
  async #target(): Promise<Life> {
    const amidRun = this.#random.chance(0.8);
    for (;;) {
      await this.#until(() => this.#up.length > 1);
      const sinceMs = Date.now();
      const begun = (): Life | null => {
        const last = this.#lastStart();
        return last !== null && last.at >= sinceMs ? this.#starterOf(last) : null;
      };
      await this.#until(() => !amidRun || begun() !== null || Date.now() - sinceMs > PATIENCE_MS);
      const life = begun() ?? this.#random.pick(this.#up);
      // Another disturbance may have come first.
      if (this.#up.length > 1) return life;
    }
  }

  #starterOf({ pid }: Start): Life | null {
    return this.#up.find((life) => life.pid === pid) ?? null;
  }

  #setClock(life: Life): void {
    const offsetMs = this.#random.chance(0.25) ? 0 : this.#random.whole(-MAX_OFFSET_MS, MAX_OFFSET_MS);
    this.#offsets.set(life.node, offsetMs);
    life.setClock(offsetMs);
  }

  async #breakStore(card: "crashStore" | "pauseStore", lengthMs: number): Promise<void> {
    const { server } = this.#parts.store;
    if (server === null) return;
    if (card === "crashStore") await server.kill();
    else server.pause();
    await delay(lengthMs);
    if (card === "crashStore") await server.restart();
    else server.resume();
  }

  /** A process starts with its node's clock as it was before. */
  #live(node: string): void {
    const { folder, store, recover } = this.#parts;
    const lifePath = join(folder, `life-${this.lives.length}`);
    const offsetMs = this.#offsets.get(node) ?? 0;
    this.lives.push(
      new Life({ node, store: store.settings, startsPath: this.startsPath, lifePath, recover, offsetMs }),
    );
  }

  #lastStart(): Start | null {
    try {
      const lines = readFileSync(this.startsPath, "utf8").trimEnd().split("\n");
      return JSON.parse(lines.at(-1) ?? "") as Start;
    } catch {
      return null;
    }
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      const crash = this.lives.find((life) => life.crash !== null)?.crash;
      if (crash !== undefined && crash !== null) throw new Error(crash);
      await delay(STEP_MS);
    }
  }
}
