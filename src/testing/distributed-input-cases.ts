import { rejects, strictEqual } from "node:assert/strict";
import { AskingNode, granted, grantedLease, LONG_MS, openTwo, refused } from "./distributed-asking.js";
import type { DistributedCase, DistributedStore } from "./distributed-contract.js";

/** Names that look empty, alike, or like something else to a store: each is a name of its own. */
const ODD_NAMES = [
  ...["/", "//", "a/b", "a:b", ":", "a", "A", "a ", " a", " ", "\t", "\u200b", ".", "..", "../a", "a\0b", "a\0", "\0"],
  ...[
    "\u00e9",
    "e\u0301",
    "ß",
    "ss",
    "🕰️",
    "日本語",
    "‮rtl",
    "'",
    '"',
    "`",
    "\\",
    "%",
    "_",
    "a%",
    "*",
    "?",
    "{a}",
    "{b}",
  ],
  ...[
    "'; DROP TABLE services; --",
    "a\nb",
    "a,b",
    "null",
    "0",
    "00",
    "__proto__",
    "constructor",
    "CON",
    "a.",
    "~",
    "-a",
  ],
  ...["%2F", "%2f", "a%00b", "n".repeat(1_024), `${"n".repeat(1_023)}m`, "é".repeat(512), "🕰".repeat(256)],
];

/** What is asked about, and what must not be asked. */
export const INPUT_CASES: readonly DistributedCase[] = [
  { name: "keeps apart services with odd names", check: keepsServicesApart },
  { name: "keeps apart nodes and askings with odd names", check: keepsNodesApart },
  { name: "takes fire times from long ago, a millisecond apart", check: takesOddTimes },
  { name: "refuses what makes no sense, and changes nothing by it", check: refusesNonsense },
  { name: "is closed twice, and cannot tell any more", check: closesTwice },
];

async function keepsServicesApart(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const fireTime = store.now();
  const about = (name: string): string => JSON.stringify(name).slice(0, 80);
  for (const serviceName of ODD_NAMES) {
    strictEqual((await a.claim(fireTime, { serviceName, holdTimeMs: LONG_MS })).granted, true, about(serviceName));
  }
  for (const serviceName of ODD_NAMES) {
    refused(await b.claim(fireTime, { serviceName }), "claimed");
    strictEqual(await b.select(LONG_MS, serviceName), "a", about(serviceName));
  }
  const [first, second] = ["a\0b", "a"];
  const { lease } = grantedLease(await a.lease(LONG_MS, { serviceName: first }));
  grantedLease(await b.lease(LONG_MS, { serviceName: second }));
  await lease.release();
  strictEqual((await a.lease(LONG_MS, { serviceName: second })).granted, false);
}

async function keepsNodesApart(store: DistributedStore): Promise<void> {
  const connection = await store.open();
  const start = store.now() - 1_000;
  for (const [index, appId] of ODD_NAMES.entries()) {
    const serviceName = `service-${index}`;
    const node = new AskingNode(appId, connection);
    const other = new AskingNode(ODD_NAMES[(index + 1) % ODD_NAMES.length] as string, connection);
    const asking = { serviceName, claimId: node.appId, holdTimeMs: LONG_MS };
    granted(await node.claim(start, asking));
    refused(await other.claim(start, { serviceName, claimId: other.appId }), "claimed");
    strictEqual(refused(await other.claim(start + 1, { serviceName }), "held").holder, appId);
    strictEqual(await other.select(LONG_MS, serviceName), appId);
  }
}

async function takesOddTimes(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const times = [
    -62_135_596_800_000,
    -62_135_596_799_999,
    -1,
    0,
    1,
    1_700_000_000_000,
    1_700_000_000_001,
    store.now() - 1,
  ];
  for (const fireTime of times) {
    granted(await a.claim(fireTime));
    refused(await b.claim(fireTime), "claimed");
  }
}

async function refusesNonsense(store: DistributedStore): Promise<void> {
  const [a] = await openTwo(store);
  const fireTime = store.now();
  const asked = [
    () => a.claim(fireTime, { serviceName: "" }),
    () => a.claim(fireTime, { serviceName: "n".repeat(1_025) }),
    // Halves of characters, which stores write alike.
    () => a.claim(fireTime, { serviceName: "a\ud800" }),
    () => a.claim(fireTime, { serviceName: 1 as never }),
    () => a.claim(fireTime, { appId: "" }),
    () => a.claim(fireTime, { claimId: "" }),
    () => a.claim(Number.NaN),
    () => a.claim(Number.POSITIVE_INFINITY),
    () => a.claim(fireTime, { holdTimeMs: -1 }),
    () => a.claim(fireTime, { holdTimeMs: Number.POSITIVE_INFINITY }),
    () => a.claim(fireTime, { leaseMs: -1 }),
    () => a.claim(fireTime, { leaseMs: Number.NaN }),
    () => a.claim(fireTime, { maxAttempts: 0 }),
    () => a.claim(fireTime, { maxAttempts: Number.NaN }),
    () => a.claim(fireTime, { unlessFinished: Number.NaN }),
    () => a.lease(0),
    () => a.lease(Number.POSITIVE_INFINITY),
    () => a.lease(LONG_MS, { serviceName: "" }),
    () => a.lease(LONG_MS, { appId: "" }),
    () => a.select(-1),
    () => a.select(LONG_MS, ""),
  ];
  for (const ask of asked) await rejects(ask(), { name: "InvalidOptionError" }, String(ask));
  granted(await a.claim(fireTime));
  const { lease } = grantedLease(await a.lease(LONG_MS));
  for (const leaseMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    await rejects(lease.renew(leaseMs), { name: "InvalidOptionError" }, String(leaseMs));
  }
}

async function closesTwice(store: DistributedStore): Promise<void> {
  const [a, b] = await openTwo(store);
  const { lease } = grantedLease(await b.lease(LONG_MS));
  await a.distributed.close();
  await a.distributed.close();
  const unavailable = { name: "DistributedUnavailableError", code: "DISTRIBUTED_UNAVAILABLE" };
  await rejects(a.claim(store.now(), { serviceName: "another" }), unavailable);
  await rejects(a.lease(LONG_MS, { serviceName: "another" }), unavailable);
  await rejects(a.select(LONG_MS, "another"), unavailable);
  // The others' connections, and what they have, are not closed with it.
  strictEqual(await lease.renew(LONG_MS), true);
  strictEqual(await b.select(LONG_MS, "another"), "b");
  await Promise.all([b.distributed.close(), b.distributed.close()]);
}
