import type { RunContext, Scheduler, SkipReason } from "punctual";
import type { Machine } from "./machine.js";

/** What became of a fire on a node. */
export interface Account {
  readonly skips: { readonly reason: SkipReason; readonly atMs: number }[];
  /** The attempts that were started. */
  readonly starts: number[];
}

/** A stretch of wall-clock time that a node went through. */
export interface Passage {
  readonly fromMs: number;
  toMs: number;
}

/** One process of a node, from its start to its stop or crash, and what was seen of it. */
export class Life {
  readonly name: string;
  readonly node: number;
  readonly machine: Machine;
  scheduler: Scheduler | null = null;
  readonly accounts: Map<number, Account> = new Map();
  /** What it has gone through of the wall clock; the last one goes on. */
  readonly passages: Passage[] = [];
  /** What a scheduler that saw its clock jump far only names as a whole. */
  readonly passedOver: Passage[] = [];
  /** The fires that the store has named to it as coming first: what it may start though it is not its own. */
  readonly toldFirst: Set<number> = new Set();
  /** The latest wall-clock time that it was at. */
  latestMs = Number.NEGATIVE_INFINITY;
  /** The fire time of its last start at the first attempt. */
  lastStarted = Number.NEGATIVE_INFINITY;
  clockWasSet = false;
  /** How many runs it has that are not free yet. */
  runs = 0;
  /** When the last message to or from it was lost; true time. */
  unheard = Number.NEGATIVE_INFINITY;
  state: "on" | "stopping" | "stopped" | "crashed" = "on";
  endedAtMs = Number.POSITIVE_INFINITY;

  constructor(name: string, node: number, machine: Machine) {
    this.name = name;
    this.node = node;
    this.machine = machine;
    this.passages.push({ fromMs: machine.now(), toMs: Number.POSITIVE_INFINITY });
    this.look();
  }

  /** Notes how far the wall clock has come. */
  look(): void {
    this.latestMs = Math.max(this.latestMs, this.machine.now());
  }

  setClock(byMs: number): void {
    this.clockWasSet = true;
    this.look();
    const current = this.passages.at(-1) as Passage;
    const before = this.machine.now();
    this.machine.skewMs += byMs;
    this.look();
    if (byMs > 0) return;
    // It has not seen what passed while it stood still.
    current.toMs = before - this.machine.stillForMs;
    this.passages.push({ fromMs: before + byMs, toMs: Number.POSITIVE_INFINITY });
  }

  /** It fires no more. */
  endPassage(): void {
    this.look();
    (this.passages.at(-1) as Passage).toMs = this.machine.now();
  }

  get isBusy(): boolean {
    return this.runs > 0;
  }

  /** Whether a message of it was lost or late, or it stood still. */
  get wasTroubled(): boolean {
    return this.unheard !== Number.NEGATIVE_INFINITY || this.machine.stalls.length > 0;
  }

  /** Whether it went through that time; with `sinceMs` also shortly before its clock was set back to. */
  covers(fireTime: number, sinceMs = 0): boolean {
    const begins = (fromMs: number, index: number): number => (index === 0 ? fromMs : fromMs - sinceMs);
    return this.passages.some(({ fromMs, toMs }, index) => fireTime > begins(fromMs, index) && fireTime <= toMs);
  }

  accountOf(fireTime: number): Account {
    const known = this.accounts.get(fireTime);
    if (known !== undefined) return known;
    const account = { skips: [], starts: [] };
    this.accounts.set(fireTime, account);
    return account;
  }
}

/** A run's command, as it is seen from outside. */
export interface Watch {
  readonly life: Life;
  readonly run: RunContext<undefined>;
  readonly fireTime: number;
  readonly token: number;
  readonly attempt: number;
  going: boolean;
  deaf: boolean;
  /** When its signal aborted first; true time. */
  abortedAtMs: number | null;
}
