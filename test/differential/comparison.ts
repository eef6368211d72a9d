import { classify } from "./classes.js";
import { differences } from "./compare.js";
import { momentOf } from "./facts.js";
import type { Next, PeerName, Reader } from "./peers.js";
import { ours, PEERS } from "./peers.js";
import type { PlainExpression } from "./plain-reader.js";
import { readPlainly } from "./plain-reader.js";
import { shouldFire } from "./should-fire.js";
import type { Window } from "./windows.js";

export const PEER_NAMES = Object.keys(PEERS) as PeerName[];

/** Compares our fire times with each peer's, and keeps count. */
export class Comparison {
  readonly cases = new Map<PeerName, number>();
  readonly refused = new Map<string, number>();
  /** Instants of each class. */
  readonly counts = new Map<string, number>();
  /** Differences that no class explains. */
  readonly unexplained: string[] = [];
  /** Differences in which docs/cron.md is on the peer's side. */
  readonly wrong: string[] = [];
  /** What we say can never fire. */
  readonly impossible = new Set<string>();

  add(expression: string, window: Window): void {
    const { timeZone } = window.clock;
    const mine = tryRead(ours, expression, timeZone);
    if (mine === undefined) this.impossible.add(expression);
    // A peer may look for what never comes until the year 275759.
    if (mine === undefined) return;
    const plain = readPlainly(expression);
    for (const peer of PEER_NAMES) {
      const theirs = tryRead(PEERS[peer], expression, timeZone);
      increment(theirs === undefined ? this.refused : this.cases, peer);
      if (theirs !== undefined) this.#compare(peer, plain, mine, theirs, window);
    }
  }

  #compare(peer: PeerName, expression: PlainExpression, mine: Next, theirs: Next, window: Window): void {
    const { clock } = window;
    for (const difference of differences(mine, theirs, window)) {
      const { instant, firing } = difference;
      const id = classify(peer, { difference, expression, clock, moment: momentOf(clock, instant) });
      const text = `${expression.text} in ${clock.timeZone}: only ${firing} at ${new Date(instant).toISOString()} (${peer})`;
      if (id === undefined) this.unexplained.push(text);
      else increment(this.counts, id);
      if (shouldFire(expression, clock, instant) !== (firing === "ours")) this.wrong.push(text);
    }
  }

  toString(): string {
    const list = (counts: Map<string, number>): string =>
      [...counts].map(([name, count]) => `${name} ${count}`).join(", ");
    const differing = [...this.counts].sort(([a], [b]) => a.localeCompare(b));
    return `cases: ${list(this.cases)}; not in the peer's grammar: ${list(this.refused)}; differing instants: ${list(new Map(differing))}`;
  }
}

function tryRead(read: Reader, expression: string, timeZone: string): Next | undefined {
  try {
    return read(expression, timeZone);
  } catch {
    return undefined;
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
