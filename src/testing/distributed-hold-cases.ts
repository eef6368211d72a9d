import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  AFTER_SHORT_MS,
  granted,
  isLeftOf,
  LONG_MS,
  MEDIUM_MS,
  openNodes,
  openTwo,
  refused,
  SHORT_MS,
  SLACK_MS,
} from "./distributed-asking.js";
import type { DistributedCase, DistributedStore } from "./distributed-contract.js";

/** Who is elected, and who holds a service. */
export const HOLD_CASES: readonly DistributedCase[] = [
  { name: "elects the first that asks, for all that ask", check: electsFirst },
  { name: "elects one of many that ask at once", check: electsOneOfMany },
  { name: "elects another when the hold is over", check: electsAnother },
  { name: "lets the elected one alone give its office up", check: givesUp },
  { name: "refuses other nodes while one holds the service", check: refusesOthers },
  { name: "lets the holder go on", check: letsHolderGoOn },
  { name: "gives a fire that was held when the hold is over", check: givesAfterHold },
  { name: "puts a fire that was held before newer ones", check: heldComesFirst },
  { name: "lets an elected node refuse the others' claims", check: electedHolds },
];

async function electsFirst(store: DistributedStore): Promise<void> {
  const nodes = await openNodes(store, 3);
  const [, first] = nodes;
  strictEqual(await first?.select(LONG_MS), "node-1");
  for (const node of [...nodes, ...nodes]) strictEqual(await node.select(LONG_MS), "node-1");
  strictEqual(await nodes[2]?.select(LONG_MS, "another"), "node-2");
}

async function electsOneOfMany(store: DistributedStore): Promise<void> {
  const nodes = await openNodes(store, 8);
  const elected = await Promise.all(nodes.map((node) => node.select(LONG_MS)));
  strictEqual(new Set(elected).size, 1, elected.join());
  strictEqual(await nodes[0]?.select(LONG_MS), elected[0]);
}

async function electsAnother(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  strictEqual(await a.select(SHORT_MS), "a");
  await store.wait(AFTER_SHORT_MS);
  strictEqual(await b.select(LONG_MS), "b");
  strictEqual(await a.select(LONG_MS), "b");
}

async function givesUp(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  strictEqual(await a.select(LONG_MS), "a");
  strictEqual(await b.select(0), "a");
  strictEqual(await b.select(LONG_MS), "a");
  strictEqual(await a.select(0), "a");
  strictEqual(await b.select(LONG_MS), "b");
}

async function refusesOthers(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  granted(await a.claim(fireTime, { holdTimeMs: LONG_MS }));
  const { holder, retryAfterMs, runToken, unfinished } = refused(await b.claim(fireTime + 1), "held");
  deepStrictEqual([holder, runToken, unfinished], ["a", null, null]);
  isLeftOf(LONG_MS, retryAfterMs);
  granted(await b.claim(fireTime, { serviceName: "another" }));
  // Refused, it was not claimed.
  granted(await a.claim(fireTime + 1));
}

async function letsHolderGoOn(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  for (const later of [0, 1, 2]) granted(await a.claim(fireTime + later, { holdTimeMs: LONG_MS }));
  refused(await b.claim(fireTime + 3), "held");
  // Its last claim says for how long.
  granted(await a.claim(fireTime + 4, { holdTimeMs: 0 }));
  granted(await b.claim(fireTime + 5));
}

async function givesAfterHold(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  granted(await a.claim(fireTime, { holdTimeMs: MEDIUM_MS }));
  const { retryAfterMs } = refused(await b.claim(fireTime + 1), "held");
  isLeftOf(MEDIUM_MS, retryAfterMs);
  await store.wait((retryAfterMs ?? 0) + SLACK_MS);
  strictEqual(granted(await b.claim(fireTime + 1)).attempt, 1);
}

async function heldComesFirst(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  granted(await a.claim(fireTime, { holdTimeMs: MEDIUM_MS }));
  const kept = refused(await b.claim(fireTime + 1, { leaseMs: LONG_MS }), "held");
  const { retryAfterMs, unfinished } = refused(await a.claim(fireTime + 2, { leaseMs: LONG_MS }), "held");
  deepStrictEqual([retryAfterMs, unfinished], [0, fireTime + 1]);
  await store.wait((kept.retryAfterMs ?? 0) + SLACK_MS);
  // Also by who did not hear of it, and when nobody holds the service any more.
  strictEqual(refused(await a.claim(fireTime + 3), "held").unfinished, fireTime + 1);
  granted(await b.claim(fireTime + 1));
  granted(await a.claim(fireTime + 3));
}

async function electedHolds(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  strictEqual(await a.select(LONG_MS), "a");
  strictEqual(refused(await b.claim(fireTime), "held").holder, "a");
  strictEqual(await a.select(0), "a");
  granted(await b.claim(fireTime, { holdTimeMs: LONG_MS }));
  strictEqual(await a.select(LONG_MS), "b");
}
