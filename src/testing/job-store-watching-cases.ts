import { deepStrictEqual, equal, ok } from "node:assert/strict";
import type { JobStore } from "../store/job-store.js";
import type { JobStoreCase, JobStorePlace } from "./job-store-contract.js";
import { passTime, StoreListener } from "./store-listener.js";

/** Within which real time others hear of a change, and some for a machine that is busy. */
const HEARD_WITHIN_MS = 1_000;
const MARGIN_MS = 500;
const LIMIT_MS: number = HEARD_WITHIN_MS + MARGIN_MS;

/** Others hear of what one does, within a second. */
export const STORE_WATCHING_CASES: readonly JobStoreCase[] = [
  { name: "tells of what is saved, changed and removed, within a second", check: tellsOfChanges },
  { name: "tells of kills, each once, in order, within a second", check: tellsOfKills },
  { name: "tells nothing of what was before", check: tellsNothingOld },
  { name: "tells all who watch, also through one connection, until each ends", check: tellsAll },
  { name: "tells of the last of many changes", check: tellsOfMany },
  { name: "watches again after the end, and after it was closed", check: watchesAgain },
];

async function tellsOfChanges(place: JobStorePlace): Promise<void> {
  await withTwo(place, async (store, other, heard) => {
    for (const change of [
      () => store.save({ name: "job", savedAtMs: 0, text: "1" }),
      () => store.save({ name: "job", savedAtMs: 0, text: "2" }),
      () => store.remove("job"),
    ]) {
      const revision = await change();
      ok(revision !== null);
      await heard.until(`revision ${revision}`, () => heard.revision >= revision, LIMIT_MS);
      // What is told of is there to be read.
      equal((await other.load()).revision, revision);
    }
    deepStrictEqual(heard.revisions, [1, 2, 3]);
    deepStrictEqual(heard.kills, []);
  });
}

async function tellsOfKills(place: JobStorePlace): Promise<void> {
  await withTwo(place, async (store, _other, heard) => {
    const messages = ["first", "second \0 \ud83d\udc4d", "third"].map((reason) => kill(reason));
    await store.kill(kill("alone"));
    await heard.until("a kill", () => heard.kills.length === 1, LIMIT_MS);
    for (const message of messages) await store.kill(message);
    await heard.until("the last kill", () => heard.kills.length >= 4, LIMIT_MS);
    await store.save({ name: "job", savedAtMs: 0, text: "1" });
    await heard.until("a change", () => heard.revision === 1, LIMIT_MS);
    deepStrictEqual(heard.kills, [kill("alone"), ...messages]);
    deepStrictEqual(heard.revisions, [1]);
  });
}

async function tellsNothingOld(place: JobStorePlace): Promise<void> {
  const store = await place.open();
  await store.save({ name: "job", savedAtMs: 0, text: "1" });
  await store.kill(kill("old"));
  const heard = await StoreListener.of(await place.open());
  try {
    await store.kill(kill("new"));
    await heard.until("a kill", () => heard.kills.length > 0, LIMIT_MS);
    deepStrictEqual([heard.revisions, heard.kills], [[], [kill("new")]]);
  } finally {
    await heard.end();
  }
}

async function tellsAll(place: JobStorePlace): Promise<void> {
  const [store, other] = [await place.open(), await place.open()];
  const [own, one, two] = [await StoreListener.of(store), await StoreListener.of(other), await StoreListener.of(other)];
  try {
    const revision = await store.save({ name: "job", savedAtMs: 0, text: "1" });
    for (const heard of [own, one, two]) await heard.until("a change", () => heard.revision === revision, LIMIT_MS);
    await two.end();
    await two.end();
    await store.save({ name: "job", savedAtMs: 0, text: "2" });
    await store.kill(kill("why"));
    for (const heard of [own, one]) await heard.until("a kill", () => heard.kills.length === 1, LIMIT_MS);
    deepStrictEqual([two.revisions, two.kills], [[1], []]);
  } finally {
    await Promise.all([own, one, two].map((heard) => heard.end()));
  }
}

async function tellsOfMany(place: JobStorePlace): Promise<void> {
  await withTwo(place, async (store, _other, heard) => {
    const count = 100;
    for (let index = 0; index < count; index++) await store.save({ name: `job-${index}`, savedAtMs: 0, text: "{}" });
    await heard.until("the last change", () => heard.revision === count, LIMIT_MS);
    const numbers = heard.revisions.map(Number);
    deepStrictEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
    );
  });
}

async function watchesAgain(place: JobStorePlace): Promise<void> {
  const [store, other] = [await place.open(), await place.open()];
  for (let round = 1; round <= 3; round++) {
    const heard = await StoreListener.of(other);
    const revision = await store.save({ name: "job", savedAtMs: 0, text: String(round) });
    await heard.until("a change", () => heard.revision === revision, LIMIT_MS);
    await heard.end();
    if (round === 2) await other.close();
  }
  await passTime(0);
}

async function withTwo(
  place: JobStorePlace,
  check: (store: JobStore, other: JobStore, heard: StoreListener) => Promise<void>,
): Promise<void> {
  const [store, other] = [await place.open(), await place.open()];
  const heard = await StoreListener.of(other);
  try {
    await check(store, other, heard);
  } finally {
    await heard.end();
  }
}

function kill(reason: string): { readonly jobName: string; readonly reason: string; readonly origin: string } {
  return { jobName: "job", reason, origin: "somebody" };
}
