import { deepStrictEqual, equal, ok, strictEqual } from "node:assert/strict";
import type { History } from "../history/history.js";
import type { HistoryRecord, RecordedRun } from "../history/record.js";
import type { HistoryCase } from "./history-contract.js";
import { RecordMaker, START, sourceOf } from "./history-records.js";

/** Names that look empty, alike or like something else to a store: each is a name of its own. */
const ODD_NAMES = [
  ...["", " ", "\t", "\u200b", "a", "A", "a ", " a", "a\0b", "a\0", "\u00e9", "e\u0301", "ß", "ss"],
  ...["🕰️ tick", "日本語", "‮rtl", "'", '"', "`", "\\", "\\'", "%", "_", "a%", "'; DROP TABLE runs; --", "a\nb", "a,b"],
  ...["null", "undefined", "0", "00", "__proto__", "constructor", "toString", "n".repeat(1_024), "é".repeat(512)],
];
/** Every kind of JSON value. */
const RESULTS = [
  ...[null, true, false, 0, 1, -1.5, 1e21, Number.MAX_SAFE_INTEGER, "", "null", "text 🕰️ '\"\\\n", "a\0b"],
  ...[[], {}, [null], [[1, [2]], { a: [] }], { a: { b: { "": null } }, "odd key\0": "x", "a.b": 1 }],
];

/** What is appended is there, as it was. */
export const KEEPING_CASES: readonly HistoryCase[] = [
  { name: "is empty at first", check: isEmpty },
  { name: "gives back a run as it was appended, every field of it", check: givesBackRuns },
  { name: "gives back a skip as it was appended", check: givesBackSkips },
  { name: "takes sources beside records", check: takesSources },
  { name: "knows at once what was appended, and keeps no hold of the list", check: knowsAtOnce },
  { name: "takes 10,000 records at once", check: takesBigBatch },
  { name: "keeps apart jobs with odd names", check: keepsNamesApart },
  { name: "keeps results of every JSON type", check: keepsResults },
  { name: "keeps times from long ago and far ahead", check: keepsTimes },
  { name: "has last fire times that never go back", check: hasLastFireTimes },
  { name: "prunes what is older than an instant, but no last fire time", check: prunes },
  { name: "is closed twice, and used again", check: closesTwice },
];

async function isEmpty(history: History): Promise<void> {
  deepStrictEqual(await history.list(), { items: [], cursor: null });
  strictEqual(await history.get("01920000-0000-7000-8000-000000000000"), undefined);
  strictEqual(await history.get("no id"), undefined);
  equal((await history.lastFireTimes()).size, 0);
  await history.append([]);
  deepStrictEqual(await history.list(), { items: [], cursor: null });
}

async function givesBackRuns(history: History): Promise<void> {
  const make = new RecordMaker();
  const error = { name: "TypeError", message: "no 🕰️ \0", code: "E_X", stack: "TypeError: no\n    at x.js:1:2" };
  const attempts = [
    { attempt: 1, startedAt: START + 60, endedAt: START + 70, error: { name: "Error", message: "" } },
    { attempt: 2, startedAt: START + 170, endedAt: START + 180, error },
  ];
  const times = { fireTime: START, startedAt: START + 60, endedAt: START + 180, latenessMs: 60 };
  const output = `${"\u001b[31mred\u001b[0m\r\n\0 🕰️".repeat(3_000)}\n`;
  const worker = { commandKind: "worker", command: "file:///jobs/a.js#b", node: "n-1", token: 2 ** 40 } as const;
  const records = [
    make.run({ ...times, ...worker, outcome: "failed", attempts, error, output, tags: ["a", "b c", "🕰️"] }),
    make.run({ fireTime: null, commandKind: "shell", command: "echo 'a' \"b\" \\", output: "" }),
    make.run({ outcome: "abandoned", attempts: [], error: { name: "string", message: "m".repeat(8_192) } }),
  ];
  await history.append(records);
  await areKept(history, records);
}

async function givesBackSkips(history: History): Promise<void> {
  const make = new RecordMaker();
  const skips = [
    make.skip({ reason: "limit", detail: 'the group "db" has 2 of 2 🕰️', tags: ["x"] }),
    make.skip({ reason: "misfire", fireTime: START - 86_400_000 }),
    make.skip({ reason: "stopping", fireTime: null }),
  ];
  await history.append(skips);
  await areKept(history, skips);
}

async function takesSources(history: History): Promise<void> {
  const make = new RecordMaker();
  const records = [make.run({ result: { a: 1 } }), make.skip(), make.run({ jobName: "other" }), make.skip()];
  await history.append(records.map((record, index) => (index < 2 ? sourceOf(record) : record)));
  await areKept(history, records);
}

async function knowsAtOnce(history: History): Promise<void> {
  const make = new RecordMaker();
  const batch: HistoryRecord[] = make.runs(3);
  const [first, second, third] = batch as [RecordedRun, RecordedRun, RecordedRun];
  const appended = history.append(batch);
  batch.length = 0;
  const [page, got, times] = await Promise.all([history.list(), history.get(first.id), history.lastFireTimes()]);
  await appended;
  deepStrictEqual(page.items, [third, second, first]);
  deepStrictEqual(got, first);
  equal(times.get("job"), third.fireTime);
}

async function takesBigBatch(history: History): Promise<void> {
  const records = new RecordMaker().runs(10_000, { output: "o".repeat(100) });
  await history.append(records);
  let cursor: string | null = null;
  const found: HistoryRecord[] = [];
  do {
    const page = await history.list({ cursor, limit: 1_000, order: "oldest" });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null && found.length <= records.length);
  deepStrictEqual(found, records);
}

async function keepsNamesApart(history: History): Promise<void> {
  const make = new RecordMaker();
  const records = ODD_NAMES.map((jobName) => make.run({ jobName, command: jobName, tags: [jobName] }));
  await history.append(records);
  for (const record of records) {
    const { jobName } = record;
    deepStrictEqual((await history.list({ job: jobName })).items, [record], JSON.stringify(jobName));
    deepStrictEqual((await history.list({ tag: jobName })).items, [record], JSON.stringify(jobName));
  }
  deepStrictEqual((await history.list({ job: ODD_NAMES, order: "oldest" })).items, records);
  const expected = new Map(records.map(({ jobName, fireTime }) => [jobName, fireTime]));
  deepStrictEqual(sorted(await history.lastFireTimes()), sorted(expected));
}

async function keepsResults(history: History): Promise<void> {
  const make = new RecordMaker();
  const records = RESULTS.map((result) => make.run({ result }));
  await history.append(records);
  await areKept(history, records);
  const none = make.run({ result: undefined });
  await history.append([none]);
  const kept = (await history.get(none.id)) as RecordedRun | undefined;
  ok(kept !== undefined && (kept.result === undefined || kept.result === null));
}

async function keepsTimes(history: History): Promise<void> {
  const make = new RecordMaker();
  const times = ["0001-01-01", "1969-12-31T23:59:59.999Z", "1970-01-01", "2038-01-20", "9999-12-31T23:59:59.999Z"];
  const records = times.map((text) => make.run({ startedAt: Date.parse(text), jobName: text }));
  await history.append([...records].reverse());
  await areKept(history, records);
  deepStrictEqual((await history.list({ order: "oldest" })).items, records);
  deepStrictEqual((await history.list({ from: new Date(-1), to: new Date(1) })).items, [records[2], records[1]]);
  const fireTimes = await history.lastFireTimes();
  for (const { jobName, fireTime } of records) equal(fireTimes.get(jobName), fireTime);
}

async function hasLastFireTimes(history: History): Promise<void> {
  const make = new RecordMaker();
  const after = async (...records: HistoryRecord[]): Promise<unknown> => {
    await history.append(records);
    return sorted(await history.lastFireTimes());
  };
  deepStrictEqual(await after(make.run({ jobName: "a", fireTime: null })), []);
  deepStrictEqual(await after(make.run({ jobName: "a", fireTime: 5 })), [["a", 5]]);
  deepStrictEqual(await after(make.skip({ jobName: "a", fireTime: 7 })), [["a", 7]]);
  deepStrictEqual(await after(make.run({ jobName: "a", fireTime: 6 })), [["a", 7]]);
  deepStrictEqual(await after(make.run({ jobName: "a", fireTime: null })), [["a", 7]]);
  const batch = [9, 8, 3].map((fireTime) => make.run({ jobName: "b", fireTime, outcome: "failed" }));
  deepStrictEqual(await after(...batch, make.skip({ jobName: "c", fireTime: -4 })), [
    ["a", 7],
    ["b", 9],
    ["c", -4],
  ]);
}

async function prunes(history: History): Promise<void> {
  ok(history.prune !== undefined, "it has no prune: skip this case, and say why");
  const make = new RecordMaker();
  const old = [make.run({ jobName: "old" }), make.skip(), make.run()];
  const young = [make.run(), make.skip()];
  await history.append([...old, ...young]);
  const [{ startedAt: border }] = young as [RecordedRun];
  equal(await history.prune(new Date(border)), 3);
  equal(await history.prune(border), 0);
  deepStrictEqual((await history.list({ order: "oldest" })).items, young);
  for (const { id } of old) strictEqual(await history.get(id), undefined);
  ok((await history.lastFireTimes()).has("old"));
  const later = make.run();
  await history.append([later]);
  deepStrictEqual((await history.list({ order: "oldest" })).items, [...young, later]);
}

async function closesTwice(history: History): Promise<void> {
  const make = new RecordMaker();
  await history.append([make.run()]);
  await history.close();
  await history.close();
  const later = make.run();
  await history.append([later]);
  deepStrictEqual((await history.list({ limit: 1 })).items, [later]);
  await Promise.all([history.close(), history.close()]);
}

async function areKept(history: History, records: readonly HistoryRecord[]): Promise<void> {
  for (const record of records) deepStrictEqual(await history.get(record.id), record);
  deepStrictEqual((await history.list({ order: "oldest", limit: 1_000 })).items, records);
}

function sorted(times: ReadonlyMap<string, number | null>): (readonly [string, number | null])[] {
  return [...times].sort(([a], [b]) => (a < b ? -1 : 1));
}
