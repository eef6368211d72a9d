import { deepStrictEqual, equal, rejects } from "node:assert/strict";
import type { History, HistoryQuery } from "../history/history.js";
import type { HistoryRecord } from "../history/record.js";
import { OUTCOMES, SKIP_REASONS } from "../history/record.js";
import type { HistoryCase } from "./history-contract.js";
import { RecordMaker, START } from "./history-records.js";

type Filter = Omit<HistoryQuery, "cursor" | "limit" | "order">;

/** What each filter is given, alone and together with the others. */
const FILTERS: readonly (readonly Filter[])[] = [
  [{}, { job: "a" }, { job: ["a", "b", "nobody"] }, { job: [] }],
  [{}, { outcome: "failed" }, { outcome: ["timedOut", "killed", "abandoned"] }, { outcome: [] }],
  [{}, { reason: "overlap" }, { reason: ["paused", "misfire"] }, { reason: [] }],
  [{}, { kind: "run" }, { kind: "skip" }],
  [{}, { tag: "x" }],
  [{}, { node: "n-1" }],
  [{}, { from: START + 10_000 }, { from: new Date(START + 7_000), to: START + 40_000 }],
];

const BAD_QUERIES: readonly (readonly [path: string, query: unknown])[] = [
  ...[null, [], "job", 5].map((query) => ["query", query] as const),
  ["query.jobs", { jobs: "a" }],
  ["query.job", { job: 5 }],
  ["query.job", { job: null }],
  ["query.job[1]", { job: ["a", 5] }],
  ["query.outcome", { outcome: "ok" }],
  ["query.outcome[1]", { outcome: ["failed", "overlap"] }],
  ["query.reason", { reason: "failed" }],
  ["query.reason[0]", { reason: [null] }],
  ["query.kind", { kind: "job" }],
  ["query.tag", { tag: ["x"] }],
  ["query.node", { node: null }],
  ...["2026-01-01", null, Number.NaN, new Date(Number.NaN)].map((from) => ["query.from", { from }] as const),
  ["query.to", { to: Number.POSITIVE_INFINITY }],
  ["query.to", { from: START, to: START - 1 }],
  ...[0, -1, 1_001, 1.5, Number.NaN, "10", null].map((limit) => ["query.limit", { limit }] as const),
  ["query.order", { order: "desc" }],
  ...["", "nonsense", "bnVsbA", "W10", "WzEsMl0", 5].map((cursor) => ["query.cursor", { cursor }] as const),
];

/** A query finds what it says. */
export const QUERY_CASES: readonly HistoryCase[] = [
  { name: "finds by every filter, alone and combined", check: findsByFilters },
  { name: "finds from an instant on, and up to one", check: findsWithinBounds },
  { name: "finds by a whole tag", check: findsByTag },
  { name: "finds by a node, which is no tag", check: findsByNode },
  { name: "refuses bad queries, by their path", check: refusesBadQueries },
  { name: "takes what is undefined for left out", check: takesUndefined },
];

async function findsByFilters(history: History): Promise<void> {
  const records = mixedRecords();
  await history.append(records);
  for (const filter of combined(FILTERS)) {
    const { items } = await history.list({ ...filter, limit: 1_000, order: "oldest" });
    const expected = records.filter((record) => holds(record, filter));
    deepStrictEqual(idsOf(items), idsOf(expected), JSON.stringify(filter));
  }
}

/** Every outcome and reason of three jobs, with and without tags. */
function mixedRecords(): HistoryRecord[] {
  const make = new RecordMaker();
  const tags = [["x"], [], ["y", "x"], ["y"]];
  const nodes = ["n-1", null, "x"];
  return ["a", "b", "c"].flatMap((jobName) => [
    ...OUTCOMES.map((outcome, index) =>
      make.run({ jobName, outcome, tags: tags[index % 4] ?? [], node: nodes[index % 3] ?? null }),
    ),
    ...SKIP_REASONS.map((reason, index) => make.skip({ jobName, reason, tags: tags[index % 4] ?? [] })),
    make.run({ jobName }),
  ]);
}

function combined(filters: typeof FILTERS): Filter[] {
  return filters.reduce<Filter[]>((some, more) => some.flatMap((a) => more.map((b) => ({ ...a, ...b }))), [{}]);
}

function holds(record: HistoryRecord, { job, outcome, reason, kind, tag, node, from, to }: Filter): boolean {
  const time = record.kind === "run" ? record.startedAt : record.at;
  return (
    isOneOf(record.jobName, job) &&
    isOneOf(record.kind, kind) &&
    isOneOf(record.kind === "run" ? record.outcome : null, outcome) &&
    isOneOf(record.kind === "skip" ? record.reason : null, reason) &&
    (tag === undefined || record.tags.includes(tag)) &&
    (node === undefined || (record.kind === "run" && record.node === node)) &&
    (from === undefined || time >= Number(from)) &&
    (to === undefined || time < Number(to))
  );
}

function isOneOf(value: string | null, wanted: string | readonly string[] | undefined): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === "string" ? value === wanted : wanted.some((each) => each === value);
}

async function findsWithinBounds(history: History): Promise<void> {
  const make = new RecordMaker();
  const [a, b, c] = [make.run({ startedAt: 1_000 }), make.skip({ at: 2_000 }), make.run({ startedAt: 3_000 })];
  // By the start, wherever fire time and end may be.
  const odd = make.run({ startedAt: 4_000, fireTime: 1_500, endedAt: 9_000 });
  await history.append([odd, c, a, b]);
  const bounds: readonly (readonly [Filter, readonly HistoryRecord[]])[] = [
    [{ from: 2_000 }, [b, c, odd]],
    [{ from: 2_001 }, [c, odd]],
    [{ to: 3_000 }, [a, b]],
    [{ to: new Date(3_001) }, [a, b, c]],
    [{ from: new Date(1_000), to: new Date(2_000) }, [a]],
    [{ from: 2_000, to: 2_000 }, []],
    [{ from: 1_000.5, to: 3_000.5 }, [b, c]],
    [{ from: -8.64e15, to: 8.64e15 }, [a, b, c, odd]],
  ];
  for (const [filter, expected] of bounds) {
    const { items } = await history.list({ ...filter, order: "oldest" });
    deepStrictEqual(items, expected, JSON.stringify(filter));
  }
}

async function findsByTag(history: History): Promise<void> {
  const tags = ["a", "ab", "A", "a b", 'a"b', "a,b", '"', ",", "[", "%", "_", "\\", ""];
  const make = new RecordMaker();
  const records = tags.map((tag) => make.run({ tags: [tag, "all"] }));
  await history.append(records);
  for (const [index, tag] of tags.entries()) {
    deepStrictEqual((await history.list({ tag })).items, [records[index]], JSON.stringify(tag));
  }
  equal((await history.list({ tag: "all" })).items.length, tags.length);
}

async function findsByNode(history: History): Promise<void> {
  const nodes = ["a", "A", "a ", "a\0b", "@a", "", "n".repeat(300), "n".repeat(301)];
  const make = new RecordMaker();
  const records = nodes.map((node) => make.run({ node, tags: ["a"] }));
  await history.append([...records, make.run({ tags: nodes }), make.skip({ tags: ["a"] })]);
  for (const [index, node] of nodes.entries()) {
    deepStrictEqual((await history.list({ node })).items, [records[index]], JSON.stringify(node));
    deepStrictEqual((await history.list({ node, tag: "a", job: "job" })).items, [records[index]]);
  }
  deepStrictEqual((await history.list({ node: "b" })).items, []);
}

async function refusesBadQueries(history: History): Promise<void> {
  await history.append(new RecordMaker().runs(3));
  for (const [path, query] of BAD_QUERIES) {
    // It has to reject: a call that throws ends the case here.
    await rejects(history.list(query as HistoryQuery), { code: "INVALID_OPTION", path });
  }
  const { cursor } = await history.list({ limit: 1 });
  await rejects(history.list({ cursor: `${cursor?.slice(0, -2)}` }), { path: "query.cursor" });
}

async function takesUndefined(history: History): Promise<void> {
  const records = new RecordMaker().runs(60);
  await history.append(records);
  const keys = ["job", "outcome", "kind", "reason", "from", "to", "tag", "node", "cursor", "limit", "order"];
  const query = Object.fromEntries(keys.map((key) => [key, undefined]));
  const page = await history.list(query as HistoryQuery);
  deepStrictEqual(page, await history.list());
  deepStrictEqual(page.items, records.reverse().slice(0, 50));
}

function idsOf(records: readonly HistoryRecord[]): string[] {
  return records.map(({ id }) => id);
}
