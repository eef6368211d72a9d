import { deepStrictEqual, equal } from "node:assert/strict";
import type { History, HistoryPage, HistoryQuery } from "../history/history.js";
import type { HistoryRecord, RecordedRun } from "../history/record.js";
import type { HistoryCase } from "./history-contract.js";
import { RecordMaker, START } from "./history-records.js";

/** Pages follow on each other. */
export const PAGING_CASES: readonly HistoryCase[] = [
  { name: "lists the newest first, or the oldest", check: listsInOrder },
  { name: "pages through all of it, and has no cursor at the end", check: pagesThroughAll },
  { name: "pages through many records of one millisecond", check: pagesThroughOneMillisecond },
  { name: "pages on while records arrive: none twice, none left out", check: pagesWhileRecordsArrive },
  { name: "pages within filters", check: pagesWithinFilters },
];

async function listsInOrder(history: History): Promise<void> {
  const make = new RecordMaker();
  // They end, and so are appended, in another order than they started in.
  const starts = [5, 1, 4, 2, 3, 1, 5, 0].map((second) => START + second * 1_000);
  const records = starts.map((at, index) => (index % 2 === 0 ? make.run({ startedAt: at }) : make.skip({ at })));
  for (const record of records) await history.append([record]);
  const oldestFirst = inOrder(records);
  deepStrictEqual((await history.list({ order: "oldest" })).items, oldestFirst);
  deepStrictEqual((await history.list({ order: "newest" })).items, [...oldestFirst].reverse());
  deepStrictEqual((await history.list()).items, [...oldestFirst].reverse());
}

async function pagesThroughAll(history: History): Promise<void> {
  const records = new RecordMaker().runs(120);
  await history.append(records);
  for (const order of ["newest", "oldest"] as const) {
    const expected = order === "oldest" ? records : [...records].reverse();
    for (const limit of [1, 7, 60, 119, 120, 121, undefined]) {
      const query = { order, ...(limit !== undefined && { limit }) };
      const pages = await pagesOf(history, query);
      deepStrictEqual(
        pages.flatMap(({ items }) => items),
        expected,
      );
      equal(pages.length, Math.ceil(120 / (limit ?? 50)), `pages of ${limit ?? 50}`);
    }
  }
}

async function pagesThroughOneMillisecond(history: History): Promise<void> {
  const make = new RecordMaker();
  const records = [
    ...make.runs(400, { startedAt: START }),
    ...Array.from({ length: 100 }, () => make.skip({ at: START })),
    make.run({ startedAt: START - 1 }),
    make.run({ startedAt: START + 1 }),
  ];
  await history.append(records);
  const oldestFirst = inOrder(records);
  for (const limit of [17, 250]) {
    const oldest = await pagesOf(history, { order: "oldest", limit });
    deepStrictEqual(itemsOf(oldest), oldestFirst);
    deepStrictEqual(itemsOf(await pagesOf(history, { limit })), [...oldestFirst].reverse());
  }
}

async function pagesWhileRecordsArrive(history: History): Promise<void> {
  const make = new RecordMaker();
  for (const order of ["newest", "oldest"] as const) {
    const at = (ms: number): RecordedRun => make.run({ startedAt: START + ms, jobName: order });
    const before = Array.from({ length: 300 }, (_, index) => at(Math.floor(index / 3) * 10));
    await history.append(before);
    let arrivals = 0;
    const pages = await pagesOf(history, { order, job: order, limit: 7 }, async () => {
      // Newer than all, older than all, in the midst, and in the same millisecond as others.
      const times = [5_000 + arrivals, -1 - arrivals, 5 + (arrivals % 90) * 10, (arrivals % 90) * 10];
      arrivals++;
      await history.append(times.map(at));
    });
    const found = itemsOf(pages);
    equal(new Set(found.map(({ id }) => id)).size, found.length, "a record came twice");
    const known = new Set(before.map(({ id }) => id));
    const expected = inOrder(before);
    deepStrictEqual(
      found.filter(({ id }) => known.has(id)),
      order === "oldest" ? expected : expected.reverse(),
    );
    const sorted = inOrder(found);
    deepStrictEqual(found, order === "oldest" ? sorted : sorted.reverse());
  }
}

async function pagesWithinFilters(history: History): Promise<void> {
  const make = new RecordMaker();
  const records = Array.from({ length: 200 }, (_, index) =>
    make.run({ jobName: `job-${index % 3}`, outcome: index % 2 === 0 ? "failed" : "succeeded", tags: ["x"] }),
  );
  await history.append(records);
  const query = {
    job: ["job-0", "job-1"],
    outcome: "failed",
    tag: "x",
    from: START + 20_000,
    order: "oldest",
  } as const;
  const expected = records.filter(
    ({ jobName, outcome, startedAt }) => jobName !== "job-2" && outcome === "failed" && startedAt >= START + 20_000,
  );
  deepStrictEqual(itemsOf(await pagesOf(history, { ...query, limit: 9 })), expected);
}

/** All pages of a query; `between` is called before each but the first. More pages than there can be are an error. */
async function pagesOf(
  history: History,
  query: HistoryQuery,
  between: () => Promise<void> = async () => {},
): Promise<HistoryPage[]> {
  const pages = [await history.list(query)];
  for (let cursor = pages[0]?.cursor ?? null; cursor !== null; cursor = pages.at(-1)?.cursor ?? null) {
    await between();
    pages.push(await history.list({ ...query, cursor }));
    if (pages.length > 1_000) throw new Error("the pages do not end");
  }
  return pages;
}

function itemsOf(pages: readonly HistoryPage[]): HistoryRecord[] {
  return pages.flatMap(({ items }) => items);
}

/** Oldest first. */
function inOrder(records: readonly HistoryRecord[]): HistoryRecord[] {
  const timeOf = (record: HistoryRecord): number => (record.kind === "run" ? record.startedAt : record.at);
  return [...records].sort((a, b) => timeOf(a) - timeOf(b) || (a.id < b.id ? -1 : 1));
}
