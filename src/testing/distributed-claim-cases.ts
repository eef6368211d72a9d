import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  AskingNode,
  granted,
  growsStrictly,
  isLeftOf,
  leaseOf,
  LONG_MS,
  openNodes,
  openTwo,
  refused,
} from "./distributed-asking.js";
import type { DistributedCase, DistributedStore } from "./distributed-contract.js";

const HOUR_MS = 3_600_000;
/** How far the store's clock, as told by `now`, may be off. */
const CLOCK_ERROR_MS = 1_000;

/** One fire is one node's, once. */
export const CLAIM_CASES: readonly DistributedCase[] = [
  { name: "gives a fire to who asks for it", check: givesFire },
  { name: "gives a fire once, and refuses all others as claimed", check: givesOnce },
  { name: "gives one fire to one of a hundred", check: givesToOneOfHundred },
  { name: "refuses older fires, and gives later ones", check: refusesOlder },
  { name: "keeps a fire claimed whatever time goes by", check: keepsClaimed },
  { name: "refuses a fire an hour ahead, and is not poisoned by it", check: refusesFarAhead },
  { name: "gives a fire that is ahead by less than maxClockSkew", check: givesLittleAhead },
  { name: "gives one asking one answer, however often it is asked", check: givesOneAnswer },
  { name: "makes a lease last from when it was asked for again", check: renewsByAskingAgain },
  { name: "gives tokens that grow, whatever comes between", check: growsTokens },
  { name: "remembers what was claimed when all nodes have gone", needs: "crossProcess", check: remembers },
];

async function givesFire(store: DistributedStore): Promise<void> {
  const [a] = await openTwo(store);
  const fireTime = store.now();
  const answer = granted(await a.claim(fireTime));
  const { token, ...rest } = answer;
  deepStrictEqual(rest, { granted: true, attempt: 1, lease: null });
  growsStrictly([token]);
  leaseOf(await a.claim(fireTime + 1, { leaseMs: LONG_MS }));
}

async function givesOnce(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now();
  granted(await a.claim(fireTime));
  for (const node of [b, a, b]) {
    const { retryAfterMs, unfinished } = refused(await node.claim(fireTime), "claimed");
    deepStrictEqual([retryAfterMs, unfinished], [null, null]);
  }
}

async function givesToOneOfHundred(store: DistributedStore): Promise<void> {
  const nodes = await openNodes(store, 10);
  const askers = Array.from({ length: 100 }, (_, index) => nodes[index % nodes.length] as AskingNode);
  const start = store.now() - 10;
  for (const [later, some] of [askers, nodes, nodes].entries()) {
    const answers = await Promise.all(some.map((node) => node.claim(start + later)));
    for (const answer of answers) if (!answer.granted) refused(answer, "claimed");
    strictEqual(answers.filter((answer) => answer.granted).length, 1);
  }
}

async function refusesOlder(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const mark = store.now() - 1_000;
  granted(await a.claim(mark));
  for (const fireTime of [mark - 1, mark - HOUR_MS, 0, -1, mark]) {
    for (const node of [a, b]) refused(await node.claim(fireTime), "claimed");
  }
  granted(await b.claim(mark + 1));
  refused(await a.claim(mark), "claimed");
  granted(await a.claim(mark + 500));
}

async function keepsClaimed(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now();
  const lease = leaseOf(await a.claim(fireTime, { leaseMs: 100, holdTimeMs: 100, maxAttempts: 1 }));
  await store.wait(200);
  refused(await b.claim(fireTime), "claimed");
  await lease.release();
  refused(await b.claim(fireTime), "claimed");
  refused(await b.claim(fireTime, { maxAttempts: 9 }), "claimed");
}

async function refusesFarAhead(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now();
  const { retryAfterMs, holder } = refused(await a.claim(fireTime + HOUR_MS, { holdTimeMs: LONG_MS }), "skew");
  ok(retryAfterMs !== null && Math.abs(retryAfterMs - HOUR_MS) < 5_000 + CLOCK_ERROR_MS, `${retryAfterMs} ms`);
  strictEqual(holder, null);
  granted(await b.claim(fireTime, { holdTimeMs: LONG_MS }));
  refused(await b.claim(fireTime + HOUR_MS), "skew");
  refused(await a.claim(fireTime + HOUR_MS), "skew");
  granted(await b.claim(fireTime + 1));
}

async function givesLittleAhead(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() + 2_000 - CLOCK_ERROR_MS;
  granted(await a.claim(fireTime));
  refused(await b.claim(fireTime), "claimed");
}

async function givesOneAnswer(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now();
  const asking = { claimId: "one asking", leaseMs: LONG_MS, holdTimeMs: LONG_MS };
  const { token, attempt } = granted(await a.claim(fireTime, asking));
  for (const node of [a, b]) {
    const again = granted(await a.claim(fireTime, asking));
    deepStrictEqual([again.token, again.attempt], [token, attempt]);
    refused(await node.claim(fireTime), "claimed");
  }
  const last = leaseOf(await a.claim(fireTime, asking));
  ok(await last.renew(LONG_MS), "the lease of a repeated answer is not there");
  await last.release();
  granted(await a.claim(fireTime + 1));
  // What came after has taken its place.
  refused(await a.claim(fireTime, asking), "claimed");
}

async function renewsByAskingAgain(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now();
  const asking = { claimId: "one asking", leaseMs: 800, maxAttempts: 2 };
  granted(await a.claim(fireTime, asking));
  await store.wait(500);
  // Who asks again counts its trust from then on: the store may not count from before.
  leaseOf(await a.claim(fireTime, { ...asking, leaseMs: LONG_MS }));
  await store.wait(500);
  const { retryAfterMs } = refused(await b.claim(fireTime, { maxAttempts: 2 }), "claimed");
  isLeftOf(LONG_MS, retryAfterMs);
}

async function growsTokens(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const tokens: number[] = [];
  let fireTime = store.now() - 10_000;
  for (const node of [a, b, b, a]) {
    tokens.push(granted(await node.claim(fireTime++)).token);
    const lease = leaseOf(await node.claim(fireTime++, { leaseMs: LONG_MS }));
    await lease.release();
    const answer = await node.lease(100);
    ok(answer.granted);
    tokens.push(lease.token, answer.token);
    await node.select(0);
    await store.wait(150);
    refused(await a.claim(fireTime - 1), "claimed");
  }
  growsStrictly(tokens);
}

async function remembers(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now();
  const { token } = granted(await a.claim(fireTime, { holdTimeMs: LONG_MS }));
  await a.distributed.close();
  await b.distributed.close();
  const later = new AskingNode("c", await store.open());
  refused(await later.claim(fireTime), "claimed");
  // Where the death of a node is seen, its hold has ended with it.
  const answer = await later.claim(fireTime + 1);
  if (!answer.granted) return void refused(answer, "held");
  growsStrictly([token, answer.token]);
}
