import { deepStrictEqual, equal, ok, rejects } from "node:assert/strict";
import type { JobStoreCase, JobStorePlace } from "./job-store-contract.js";
import { passTime, StoreListener } from "./store-listener.js";

/** Real time within which a driver finds its way back to a store. */
const RECONNECT_MS = 10_000;
const ASK_AGAIN_MS = 50;

/** What a store that was away does not lose. */
export const STORE_OUTAGE_CASES: readonly JobStoreCase[] = [
  { name: "rejects what is asked while the store is down, and tells who watches, once", check: rejectsWhileDown },
  { name: "tells of what was changed before a watcher is back", check: tellsAfterOutage },
];

async function rejectsWhileDown(place: JobStorePlace): Promise<void> {
  const [store, other] = [await place.open(), await place.open()];
  await store.save({ name: "job", savedAtMs: 0, text: "1" });
  const heard = await StoreListener.of(other);
  try {
    const mend = await breakDown(place);
    try {
      await rejects(store.save({ name: "job", savedAtMs: 0, text: "2" }));
      await rejects(store.load());
      await rejects(store.remove("job"));
      await rejects(store.kill({ jobName: "job", reason: "", origin: "" }));
      await rejects(store.watch(new StoreListener()));
      await heard.until("the failure", () => heard.failures.length > 0, RECONNECT_MS);
      await passTime(1_000);
      equal(heard.failures.length, 1);
    } finally {
      await mend();
    }
    await heard.until("that it is back", () => heard.recoveries === 1, RECONNECT_MS);
    const { rows } = await retried(() => store.load());
    deepStrictEqual(rows, [{ name: "job", revision: 1, savedAtMs: 0, text: "1" }]);
  } finally {
    await heard.end();
  }
}

async function tellsAfterOutage(place: JobStorePlace): Promise<void> {
  const [store, other] = [await place.open(), await place.open()];
  await store.save({ name: "job", savedAtMs: 0, text: "1" });
  const heard = await StoreListener.of(other);
  try {
    await (await breakDown(place))();
    // Before the watcher can have noticed that there is something to hear again.
    const revision = await retried(() => store.save({ name: "job", savedAtMs: 0, text: "2" }));
    await retried(() => store.kill({ jobName: "job", reason: "late", origin: "a" }));
    await heard.until("the change", () => heard.revision === revision, RECONNECT_MS);
    await heard.until("the kill", () => heard.kills.length === 1, RECONNECT_MS);
    // And what comes later is heard as before.
    const later = await store.save({ name: "job", savedAtMs: 0, text: "3" });
    await heard.until("a later change", () => heard.revision === later, RECONNECT_MS);
    equal((await retried(() => other.load())).revision, later);
  } finally {
    await heard.end();
  }
}

async function breakDown(place: JobStorePlace): Promise<() => Promise<void>> {
  ok(place.breakDown, "the place can break down; else the cases of an outage are to be skipped");
  return await place.breakDown();
}

/** The connection may need a moment: only what was done counts. */
async function retried<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries * ASK_AGAIN_MS > RECONNECT_MS) throw error;
      await passTime(ASK_AGAIN_MS);
    }
  }
}
