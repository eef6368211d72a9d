import { rejects, strictEqual } from "node:assert/strict";
import type { Lease } from "../distributed/distributed.js";
import type { AskingNode } from "./distributed-asking.js";
import {
  AFTER_SHORT_MS,
  granted,
  grantedLease,
  growsStrictly,
  isLeftOf,
  leaseOf,
  LONG_MS,
  MEDIUM_MS,
  openNodes,
  openTwo,
  pause,
  refused,
  refusedLease,
  SHORT_MS,
  SLACK_MS,
} from "./distributed-asking.js";
import type { DistributedCase, DistributedStore } from "./distributed-contract.js";

/** A lease is one acquisition's, and ends by itself. */
export const LEASE_CASES: readonly DistributedCase[] = [
  { name: "gives a free lease, and refuses it to everybody while it lasts", check: givesFree },
  { name: "gives one lease to one of a hundred", check: givesToOneOfHundred },
  { name: "loses no increment made under a lease", check: losesNothing },
  { name: "gives a lease that was given back, ten times over", check: givesBack },
  { name: "gives a lease that has ended by itself", check: ends },
  { name: "leaves the next lease alone when an ended one is given back", check: releaseAfterEnd },
  { name: "renews no lease that has ended", check: renewAfterEnd },
  { name: "renews a lease beyond its first end", check: renews },
  { name: "renews and frees one acquisition, not all of its node", check: isOfOneAcquisition },
  { name: "gives a lease back twice without harm, and renews it no more", check: releasesTwice },
  { name: "refuses every claim while a run goes on", check: refusesClaims },
  { name: "refuses a lease while a claimed run goes on", check: refusesLease },
];

async function givesFree(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  growsStrictly([grantedLease(await a.lease(LONG_MS)).token]);
  for (const node of [b, a]) {
    const { holder, retryAfterMs } = refusedLease(await node.lease(LONG_MS));
    strictEqual(holder, "a");
    isLeftOf(LONG_MS, retryAfterMs);
  }
  grantedLease(await b.lease(LONG_MS, { serviceName: "another" }));
}

async function givesToOneOfHundred(store: DistributedStore): Promise<void> {
  const nodes = await openNodes(store, 10);
  const askers = Array.from({ length: 100 }, (_, index) => nodes[index % nodes.length] as AskingNode);
  const answers = await Promise.all(askers.map((node) => node.lease(LONG_MS)));
  strictEqual(answers.filter((answer) => answer.granted).length, 1);
}

/** Reads, waits and writes a number: who is not alone loses what others have added. */
async function losesNothing(store: DistributedStore): Promise<void> {
  const nodes = await openNodes(store, 4);
  let total = 0;
  const increment = async (node: AskingNode): Promise<void> => {
    const lease = await leaseAtLast(node);
    const read = total;
    await pause(2);
    total = read + 1;
    await lease.release();
  };
  const times = 5;
  await Promise.all(
    nodes.map(async (node) => {
      for (let time = 0; time < times; time++) await increment(node);
    }),
  );
  strictEqual(total, nodes.length * times);
}

async function leaseAtLast(node: AskingNode): Promise<Lease> {
  for (let asked = 0; asked < 2_000; asked++) {
    const answer = await node.lease(LONG_MS);
    if (answer.granted) return answer.lease;
    await pause(3);
  }
  throw new Error("a lease that others give back was never granted");
}

async function givesBack(store: DistributedStore): Promise<void> {
  const nodes = await openTwo(store);
  const tokens: number[] = [];
  for (let time = 0; time < 10; time++) {
    const { lease, token } = grantedLease(await (nodes[time % 2] as AskingNode).lease(LONG_MS));
    tokens.push(token);
    await lease.release();
  }
  growsStrictly(tokens);
}

async function ends(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  grantedLease(await a.lease(MEDIUM_MS));
  const { retryAfterMs } = refusedLease(await b.lease(LONG_MS));
  isLeftOf(MEDIUM_MS, retryAfterMs);
  await store.wait(retryAfterMs + SLACK_MS);
  grantedLease(await b.lease(LONG_MS));
}

async function releaseAfterEnd(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const { lease } = grantedLease(await a.lease(SHORT_MS));
  await store.wait(AFTER_SHORT_MS);
  const next = grantedLease(await b.lease(LONG_MS)).lease;
  await lease.release();
  strictEqual(refusedLease(await a.lease(LONG_MS)).holder, "b");
  strictEqual(await next.renew(LONG_MS), true);
}

async function renewAfterEnd(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const { lease } = grantedLease(await a.lease(SHORT_MS));
  await store.wait(AFTER_SHORT_MS);
  strictEqual(await lease.renew(LONG_MS), false);
  // It was not brought back to life.
  const next = grantedLease(await b.lease(MEDIUM_MS)).lease;
  strictEqual(await lease.renew(LONG_MS), false);
  isLeftOf(MEDIUM_MS, refusedLease(await a.lease(LONG_MS)).retryAfterMs);
  strictEqual(await next.renew(LONG_MS), true);
}

async function renews(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const { lease } = grantedLease(await a.lease(MEDIUM_MS));
  const claimed = leaseOf(await a.claim(store.now(), { serviceName: "claimed", leaseMs: MEDIUM_MS }));
  for (const each of [lease, claimed]) strictEqual(await each.renew(LONG_MS), true);
  await store.wait(MEDIUM_MS + SLACK_MS);
  isLeftOf(LONG_MS, refusedLease(await b.lease(LONG_MS)).retryAfterMs);
  refusedLease(await b.lease(LONG_MS, { serviceName: "claimed" }));
  // The last renewal counts, also when it is for less.
  strictEqual(await lease.renew(100), true);
  await store.wait(100 + SLACK_MS);
  grantedLease(await b.lease(LONG_MS));
}

async function isOfOneAcquisition(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const { lease: ended } = grantedLease(await a.lease(SHORT_MS));
  await store.wait(AFTER_SHORT_MS);
  const { lease } = grantedLease(await a.lease(MEDIUM_MS));
  strictEqual(await ended.renew(LONG_MS), false);
  isLeftOf(MEDIUM_MS, refusedLease(await b.lease(LONG_MS)).retryAfterMs);
  await ended.release();
  strictEqual(await lease.renew(LONG_MS), true);
  refusedLease(await b.lease(LONG_MS));
}

async function releasesTwice(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const { lease } = grantedLease(await a.lease(LONG_MS));
  await lease.release();
  await lease.release();
  await rejects(lease.renew(LONG_MS), { code: "LEASE_RELEASED" });
  const next = grantedLease(await a.lease(LONG_MS)).lease;
  await lease.release();
  refusedLease(await b.lease(LONG_MS));
  await Promise.all([next.release(), next.release()]);
  await rejects(next.renew(LONG_MS), { code: "LEASE_RELEASED" });
  grantedLease(await b.lease(LONG_MS));
}

async function refusesClaims(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  const claimed = leaseOf(await a.claim(fireTime, { leaseMs: LONG_MS }));
  for (const node of [a, b]) {
    const { holder, retryAfterMs, runToken } = refused(await node.claim(fireTime + 1), "held");
    strictEqual(holder, "a");
    strictEqual(runToken, claimed.token);
    isLeftOf(LONG_MS, retryAfterMs);
  }
  await claimed.release();
  // A lease without a fire is a run, too.
  const { lease, token } = grantedLease(await a.lease(LONG_MS));
  for (const node of [a, b]) strictEqual(refused(await node.claim(fireTime + 1), "held").runToken, token);
  await lease.release();
  granted(await b.claim(fireTime + 1));
}

async function refusesLease(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  const claimed = leaseOf(await a.claim(fireTime, { leaseMs: LONG_MS }));
  for (const node of [a, b]) strictEqual(refusedLease(await node.lease(LONG_MS)).holder, "a");
  await claimed.release();
  const { lease, token } = grantedLease(await b.lease(LONG_MS));
  growsStrictly([claimed.token, token]);
  await lease.release();
  // It has raised no mark.
  granted(await b.claim(fireTime + 1));
}
