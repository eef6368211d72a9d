import { ok, strictEqual } from "node:assert/strict";
import { SystemClock } from "../clock/system-clock.js";
import { DistributedUnavailableError } from "../errors.js";
import { granted, grantedLease, leaseOf, LONG_MS, openNodes, openTwo, pause, refused } from "./distributed-asking.js";
import type { DistributedCase, DistributedStore } from "./distributed-contract.js";

/** Real time within which every question has its answer, or its failure. */
const LIMIT_MS = 5_000;
/** Real time within which a driver finds its way back to a store. */
const RECONNECT_MS = 10_000;
const ASK_AGAIN_MS = 50;

type Fault = "down" | "hangs";

/** That a store cannot tell is neither a grant nor a refusal. */
export const OUTAGE_CASES: readonly DistributedCase[] = [
  { name: "cannot tell while the store is down", needs: "outage", check: (store) => cannotTell(store, "down") },
  {
    name: "cannot tell while the store does not answer",
    needs: "outage",
    check: (store) => cannotTell(store, "hangs"),
  },
  { name: "works again after the store was down", needs: "outage", check: (store) => worksAgain(store, "down") },
  { name: "works again after the store did not answer", needs: "outage", check: (store) => worksAgain(store, "hangs") },
  { name: "gives the answer that an outage swallowed", needs: "outage", check: givesSwallowed },
  { name: "gives a lease back that an outage kept from it", needs: "outage", check: givesBackAgain },
];

async function cannotTell(store: DistributedStore, kind: Fault): Promise<void> {
  const [a, b, c] = await openNodes(store, 3);
  ok(a && b && c);
  const fireTime = store.now() - 1_000;
  const lease = leaseOf(await a.claim(fireTime, { leaseMs: LONG_MS, holdTimeMs: LONG_MS }));
  // A fault may be one of the services that are there.
  granted(await b.claim(fireTime - 1, { serviceName: "another" }));
  const mend = await breakStore(store, kind);
  try {
    const asked = [
      a.claim(fireTime + 1),
      b.claim(fireTime),
      b.claim(fireTime, { serviceName: "another" }),
      a.lease(LONG_MS),
      b.lease(LONG_MS, { serviceName: "another" }),
      a.select(LONG_MS),
      b.select(LONG_MS, "another"),
      lease.renew(LONG_MS),
    ];
    const failures = await Promise.all(asked.map((question) => failureOf(question)));
    // Who reads of a store that is down wants to know why.
    if (kind === "down") for (const { cause } of failures) ok(cause instanceof Error, `the cause ${cause}`);
    await inTime(c.distributed.close());
  } finally {
    await mend();
  }
}

async function worksAgain(store: DistributedStore, kind: Fault): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  const first = granted(await a.claim(fireTime, { leaseMs: LONG_MS }));
  const mend = await breakStore(store, kind);
  try {
    await Promise.all([failureOf(a.select(0)), failureOf(b.claim(fireTime))]);
  } finally {
    await mend();
  }
  for (const node of [a, b]) {
    refused(await answerAtLast(() => node.claim(fireTime)), "claimed");
    strictEqual(refused(await answerAtLast(() => node.claim(fireTime + 1)), "held").runToken, first.token);
    granted(await answerAtLast(() => node.claim(fireTime, { serviceName: `of ${node.appId}` })));
  }
  strictEqual(await leaseOf(first).renew(LONG_MS), true);
}

/** Whether the question came through or not, who asks it again by its name has the fire, and nobody else. */
async function givesSwallowed(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now() - 1_000;
  const asking = { claimId: "one asking", leaseMs: LONG_MS };
  granted(await b.claim(fireTime - 1));
  const mend = await breakStore(store, "hangs");
  try {
    await failureOf(a.claim(fireTime, asking));
  } finally {
    await mend();
  }
  const answer = granted(await answerAtLast(() => a.claim(fireTime, asking)));
  strictEqual(answer.attempt, 1);
  strictEqual(refused(await answerAtLast(() => b.claim(fireTime)), "claimed").runToken, answer.token);
  strictEqual(await leaseOf(answer).renew(LONG_MS), true);
}

async function givesBackAgain(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const { lease } = grantedLease(await a.lease(LONG_MS));
  const mend = await breakStore(store, "down");
  try {
    await failureOf(lease.release());
  } finally {
    await mend();
  }
  await answerAtLast(() => lease.release());
  grantedLease(await answerAtLast(() => b.lease(LONG_MS)));
}

async function breakStore(store: DistributedStore, kind: Fault): Promise<() => Promise<void>> {
  ok(store.fault !== undefined, "the capability outage is claimed, and fault is not there");
  return await store.fault(kind);
}

/** The failure of a question that must not be answered, and must not be waited for any longer. */
async function failureOf(question: Promise<unknown>): Promise<DistributedUnavailableError> {
  const failure = await inTime(
    question.then(
      (answer) => JSON.stringify(answer) ?? "nothing",
      (error: unknown) => error,
    ),
  );
  ok(failure instanceof DistributedUnavailableError, `the answer of a broken store: ${failure}`);
  return failure;
}

async function inTime<Answer>(question: Promise<Answer>): Promise<Answer> {
  const late = Symbol("late");
  let ring: (value: typeof late) => void = () => {};
  const limit = new Promise<typeof late>((resolve) => {
    ring = resolve;
  });
  const timer = new SystemClock().setTimer(LIMIT_MS, () => ring(late));
  const answer = await Promise.race([question, limit]).finally(() => timer.cancel());
  ok(answer !== late, `no answer within ${LIMIT_MS} ms`);
  return answer as Answer;
}

/** The answer of a store that was mended: until its driver has found that out, it may say that it cannot tell. */
async function answerAtLast<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let waitedMs = 0; ; waitedMs += ASK_AGAIN_MS) {
    try {
      return await inTime(ask());
    } catch (error) {
      if (!(error instanceof DistributedUnavailableError) || waitedMs >= RECONNECT_MS) throw error;
      await pause(ASK_AGAIN_MS);
    }
  }
}
