import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  AFTER_SHORT_MS,
  granted,
  isLeftOf,
  leaseOf,
  LONG_MS,
  MEDIUM_MS,
  openTwo,
  refused,
  SHORT_MS,
  SLACK_MS,
} from "./distributed-asking.js";
import type { DistributedCase, DistributedStore } from "./distributed-contract.js";

/** What the refused are told about a run, so that they stand by, wait, or give up. */
export const STANDBY_CASES: readonly DistributedCase[] = [
  { name: "tells who would recover a fire when to ask again", check: tellsWhen },
  { name: "puts an unfinished fire before newer ones", check: putsUnfinishedFirst },
  { name: "delays no newer fire where nobody recovers", check: delaysNobody },
  { name: "refuses for good a fire that came due in a run that has finished", check: refusesForGood },
  { name: "gives a fire that came due in a run whose node died", check: givesAfterDeath },
];

async function tellsWhen(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  const lease = leaseOf(await a.claim(fireTime, { leaseMs: MEDIUM_MS, maxAttempts: 2 }));
  const { holder, retryAfterMs, runToken } = refused(await b.claim(fireTime, { maxAttempts: 2 }), "claimed");
  deepStrictEqual([holder, runToken], ["a", lease.token]);
  isLeftOf(MEDIUM_MS, retryAfterMs);
  strictEqual(refused(await b.claim(fireTime, { maxAttempts: 1 }), "claimed").retryAfterMs, null);
  await store.wait((retryAfterMs ?? 0) + SLACK_MS);
  strictEqual(granted(await b.claim(fireTime, { maxAttempts: 2 })).attempt, 2);
}

async function putsUnfinishedFirst(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  const recovering = { leaseMs: LONG_MS, maxAttempts: 2 };
  const live = leaseOf(await a.claim(fireTime, { ...recovering, leaseMs: SHORT_MS }));
  await store.wait(AFTER_SHORT_MS);
  for (const node of [a, b]) {
    const { unfinished, retryAfterMs } = refused(await node.claim(fireTime + 1, recovering), "held");
    deepStrictEqual([unfinished, retryAfterMs], [fireTime, 0]);
  }
  const lease = leaseOf(await b.claim(fireTime, recovering));
  const { unfinished, runToken } = refused(await a.claim(fireTime + 1, recovering), "held");
  deepStrictEqual([unfinished, runToken], [null, lease.token]);
  await lease.release();
  strictEqual(granted(await a.claim(fireTime + 1, recovering)).attempt, 1);
  ok(lease.token > live.token);
}

async function delaysNobody(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  granted(await a.claim(fireTime, { leaseMs: SHORT_MS }));
  await store.wait(AFTER_SHORT_MS);
  strictEqual(granted(await b.claim(fireTime + 1)).attempt, 1);
  refused(await b.claim(fireTime), "claimed");
}

async function refusesForGood(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  const lease = leaseOf(await a.claim(fireTime, { leaseMs: LONG_MS }));
  const { runToken } = refused(await b.claim(fireTime + 1), "held");
  strictEqual(runToken, lease.token);
  isLeftOf(LONG_MS, refused(await b.claim(fireTime + 1, { unlessFinished: runToken }), "held").retryAfterMs);
  await lease.release();
  for (const unlessFinished of [lease.token, lease.token - 1]) {
    strictEqual(refused(await b.claim(fireTime + 1, { unlessFinished }), "held").retryAfterMs, null);
  }
  // Refused, it was not claimed.
  granted(await b.claim(fireTime + 1, { unlessFinished: lease.token + 1 }));
}

async function givesAfterDeath(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  const { token } = leaseOf(await a.claim(fireTime, { leaseMs: SHORT_MS }));
  await store.wait(AFTER_SHORT_MS);
  const next = leaseOf(await b.claim(fireTime + 1, { unlessFinished: token, leaseMs: LONG_MS }));
  await next.release();
  // Another end than that of its run.
  const last = leaseOf(await a.claim(fireTime + 2, { unlessFinished: token, leaseMs: LONG_MS }));
  await last.release({ finished: false });
  const own = await b.lease(LONG_MS);
  ok(own.granted);
  await own.lease.release();
  granted(await a.claim(fireTime + 3, { unlessFinished: last.token }));
}
