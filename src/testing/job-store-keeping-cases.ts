import { deepStrictEqual, equal, ok } from "node:assert/strict";
import type { JobStore, StoredRow } from "../store/job-store.js";
import type { JobStoreCase, JobStorePlace } from "./job-store-contract.js";

/** What is saved is there, as it was, for all. */
export const STORE_KEEPING_CASES: readonly JobStoreCase[] = [
  { name: "is empty at first, at revision 0", check: isEmpty },
  { name: "keeps what is saved, for every connection", check: keeps },
  { name: "gives back names and texts as they were", check: keepsTexts },
  { name: "replaces what has the name, and removes it", check: replaces },
  { name: "counts its revision by one for each change, and no other", check: counts },
  { name: "keeps what it cannot read, beside what it can", check: keepsInvalid },
  { name: "loses nothing of what many save at once, each another name", check: manyNames },
  { name: "ends in one state when many save one name at once", check: oneName },
  { name: "is made once when several begin at once", check: beginsAtOnce },
];

async function isEmpty(place: JobStorePlace): Promise<void> {
  deepStrictEqual(await (await place.open()).load(), { revision: 0, rows: [] });
}

async function keeps(place: JobStorePlace): Promise<void> {
  const [a, b] = [await place.open(), await place.open()];
  equal(await a.save({ name: "b", savedAtMs: 1_800_000_000_000, text: '{"x":1}' }), 1);
  equal(await b.save({ name: "a", savedAtMs: 5, text: "{}" }), 2);
  const rows = [
    { name: "a", revision: 2, savedAtMs: 5, text: "{}" },
    { name: "b", revision: 1, savedAtMs: 1_800_000_000_000, text: '{"x":1}' },
  ];
  for (const store of [a, b]) deepStrictEqual(await store.load(), { revision: 2, rows });
}

async function keepsTexts(place: JobStorePlace): Promise<void> {
  const store = await place.open();
  const names = ["A", "a", "ä", "a:b", "a/b", "{a}", "a b", "a'b\"c", "%", "_", "\\", "日本語", "👍", "x".repeat(255)];
  const rows = names.map((name) => ({ name, savedAtMs: 0, text: JSON.stringify({ name, text: `\0 ${name} \ud800` }) }));
  rows.push({ name: "long", savedAtMs: 0, text: JSON.stringify("y".repeat(65_000)) });
  for (const row of rows) await store.save(row);
  const kept = (await store.load()).rows.map(({ revision: _, ...row }) => row);
  deepStrictEqual(
    kept,
    rows.sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
}

async function replaces(place: JobStorePlace): Promise<void> {
  const [a, b] = [await place.open(), await place.open()];
  await a.save({ name: "job", savedAtMs: 1, text: "1" });
  await a.save({ name: "other", savedAtMs: 1, text: "1" });
  equal(await b.save({ name: "job", savedAtMs: 2, text: "2" }), 3);
  deepStrictEqual((await a.load()).rows[0], { name: "job", revision: 3, savedAtMs: 2, text: "2" });
  equal(await a.remove("job"), 4);
  equal(await b.remove("job"), null);
  deepStrictEqual(namesOf((await b.load()).rows), ["other"]);
}

async function counts(place: JobStorePlace): Promise<void> {
  const store = await place.open();
  const message = { jobName: "job", reason: "why", origin: "a" };
  equal(await store.remove("job"), null);
  await store.kill(message);
  equal(await store.save({ name: "job", savedAtMs: 0, text: "1" }), 1);
  equal(await store.save({ name: "job", savedAtMs: 0, text: "1" }), 2);
  await store.kill(message);
  equal((await store.load()).revision, 2);
  equal(await store.remove("job"), 3);
  equal((await (await place.open()).load()).revision, 3);
}

async function keepsInvalid(place: JobStorePlace): Promise<void> {
  const store = await place.open();
  const texts = ["{", "", "null", "[]", '{"schedule":5}', "\u2028 no JSON at all"];
  for (const [index, text] of texts.entries()) await store.save({ name: `job-${index}`, savedAtMs: 0, text });
  await store.save({ name: "valid", savedAtMs: 0, text: "{}" });
  const { rows } = await store.load();
  deepStrictEqual(
    rows.map(({ text }) => text),
    [...texts, "{}"],
  );
}

async function manyNames(place: JobStorePlace): Promise<void> {
  const stores = await openSome(place, 4);
  const names = Array.from({ length: 40 }, (_, index) => `job-${index + 10}`);
  const revisions = await Promise.all(
    names.map((name, index) => (stores[index % 4] as JobStore).save({ name, savedAtMs: index, text: name })),
  );
  deepStrictEqual(
    [...new Set(revisions)].sort((a, b) => a - b),
    range(1, 40),
  );
  for (const store of stores) {
    const { revision, rows } = await store.load();
    equal(revision, 40);
    deepStrictEqual(
      rows.map(({ name, revision: own, savedAtMs, text }) => ({ name, own, savedAtMs, text })),
      names.map((name, index) => ({ name, own: revisions[index], savedAtMs: index, text: name })),
    );
  }
}

async function oneName(place: JobStorePlace): Promise<void> {
  const stores = await openSome(place, 4);
  const revisions = await Promise.all(
    range(0, 39).map((index) =>
      (stores[index % 4] as JobStore).save({ name: "job", savedAtMs: index, text: String(index) }),
    ),
  );
  deepStrictEqual(
    [...new Set(revisions)].sort((a, b) => a - b),
    range(1, 40),
  );
  const last = revisions.indexOf(40);
  // The one who was given the last revision is the one whose text it is.
  const row = { name: "job", revision: 40, savedAtMs: last, text: String(last) };
  for (const store of stores) deepStrictEqual(await store.load(), { revision: 40, rows: [row] });
}

async function beginsAtOnce(place: JobStorePlace): Promise<void> {
  const stores = await openSome(place, 6);
  await Promise.all(stores.map((store, index) => store.save({ name: `job-${index}`, savedAtMs: 0, text: "{}" })));
  for (const store of stores) {
    const { revision, rows } = await store.load();
    ok(revision === 6 && rows.length === 6, `revision ${revision}, ${rows.length} rows`);
  }
}

async function openSome(place: JobStorePlace, count: number): Promise<JobStore[]> {
  return await Promise.all(range(1, count).map(() => place.open()));
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function namesOf(rows: readonly StoredRow[]): string[] {
  return rows.map(({ name }) => name);
}
