import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { GrantedClaim } from "../distributed/distributed.js";
import type { AskingNode } from "./distributed-asking.js";
import {
  AFTER_SHORT_MS,
  granted,
  grantedLease,
  growsStrictly,
  isLeftOf,
  leaseOf,
  LONG_MS,
  openNodes,
  openTwo,
  refused,
  SHORT_MS,
} from "./distributed-asking.js";
import type { DistributedCase, DistributedStore } from "./distributed-contract.js";

/** Who may go on with what a dead node has left unfinished. */
export const RECOVERY_CASES: readonly DistributedCase[] = [
  { name: "gives an unfinished fire again, as the next attempt", check: givesAgain },
  { name: "gives an unfinished fire again to one of many", check: givesToOneOfMany },
  { name: "gives nothing again to who wants one attempt", check: givesOneAttempt },
  { name: "gives nothing again that has finished, also late", check: knowsFinished },
  { name: "gives again at once what was given back unfinished", check: givesBackUnfinished },
  { name: "ends attempts at maxAttempts", check: endsAttempts },
  { name: "does not lose an unfinished fire by a lease in between", check: keepsUnfinished },
  { name: "leaves the next attempt alone when the dead node comes back", check: leavesAttemptAlone },
];

async function givesAgain(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  const first = await dies(store, a, fireTime);
  const second = granted(await b.claim(fireTime, { maxAttempts: 2, leaseMs: LONG_MS }));
  strictEqual(second.attempt, 2);
  leaseOf(second);
  growsStrictly([first.token, second.token]);
  // It is under way again, and its attempts are at their end.
  strictEqual(refused(await a.claim(fireTime, { maxAttempts: 2 }), "claimed").retryAfterMs, null);
}

async function givesToOneOfMany(store: DistributedStore): Promise<void> {
  const nodes = await openNodes(store, 8);
  const fireTime = store.now() - 1_000;
  await dies(store, nodes[0] as AskingNode, fireTime);
  const again = { maxAttempts: 5, leaseMs: LONG_MS };
  const answers = await Promise.all([...nodes, ...nodes].map((node) => node.claim(fireTime, again)));
  const grants = answers.filter((answer) => answer.granted);
  deepStrictEqual(
    grants.map(({ attempt }) => attempt),
    [2],
  );
}

async function givesOneAttempt(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  await dies(store, a, fireTime);
  for (const node of [a, b]) {
    const { retryAfterMs, unfinished } = refused(await node.claim(fireTime, { maxAttempts: 1 }), "claimed");
    deepStrictEqual([retryAfterMs, unfinished], [null, null]);
  }
}

async function knowsFinished(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  const lease = leaseOf(await a.claim(fireTime, { leaseMs: LONG_MS, maxAttempts: 2 }));
  await lease.release();
  strictEqual(refused(await b.claim(fireTime, { maxAttempts: 2 }), "claimed").retryAfterMs, null);
  // Nobody has to do again what was done, though it took too long.
  const late = leaseOf(await dies(store, a, fireTime + 1));
  await late.release({ finished: true });
  strictEqual(refused(await b.claim(fireTime + 1, { maxAttempts: 2 }), "claimed").retryAfterMs, null);
  granted(await b.claim(fireTime + 2, { maxAttempts: 2 }));
}

async function givesBackUnfinished(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  const lease = leaseOf(await a.claim(fireTime, { leaseMs: LONG_MS, maxAttempts: 2 }));
  await lease.release({ finished: false });
  strictEqual(granted(await b.claim(fireTime, { maxAttempts: 2 })).attempt, 2);
}

async function endsAttempts(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  const request = { leaseMs: LONG_MS, maxAttempts: 3 };
  for (const [index, node] of [a, b, b].entries()) {
    const answer = granted(await node.claim(fireTime, request));
    strictEqual(answer.attempt, index + 1);
    await leaseOf(answer).release({ finished: false });
  }
  const { retryAfterMs } = refused(await a.claim(fireTime, request), "claimed");
  strictEqual(retryAfterMs, null);
  // And nobody waits for it any more.
  strictEqual(granted(await a.claim(fireTime + 1, request)).attempt, 1);
}

async function keepsUnfinished(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  await dies(store, a, fireTime);
  await b.select(0);
  const { lease } = grantedLease(await b.lease(LONG_MS));
  // It is not lost while the lease lasts, so there is a time to ask again.
  isLeftOf(LONG_MS, refused(await a.claim(fireTime, { maxAttempts: 2 }), "claimed").retryAfterMs);
  await lease.release();
  strictEqual(refused(await a.claim(fireTime + 1, { maxAttempts: 2 }), "held").unfinished, fireTime);
  strictEqual(granted(await a.claim(fireTime, { maxAttempts: 2 })).attempt, 2);
}

async function leavesAttemptAlone(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  const old = leaseOf(await dies(store, a, fireTime));
  const lease = leaseOf(await b.claim(fireTime, { maxAttempts: 2, leaseMs: LONG_MS }));
  strictEqual(await old.renew(LONG_MS), false);
  await old.release();
  isLeftOf(LONG_MS, refused(await a.claim(fireTime, { maxAttempts: 3 }), "claimed").retryAfterMs);
  ok(await lease.renew(LONG_MS));
}

/** Lets a node claim a fire, and its lease end without a word. */
async function dies(store: DistributedStore, node: AskingNode, fireTime: number): Promise<GrantedClaim> {
  const answer = granted(await node.claim(fireTime, { leaseMs: SHORT_MS, maxAttempts: 2 }));
  await store.wait(AFTER_SHORT_MS);
  return answer;
}
