import { deepStrictEqual, equal, ok, strictEqual } from "node:assert/strict";
import type { History, RunJournal, UnfinishedRun } from "../history/history.js";
import type { RecordedRun, RunStart } from "../history/record.js";
import { RecordMaker } from "./history-records.js";

/** A case that may open what a process finds that comes after the one with `history` was killed. */
export interface JournalCase {
  readonly name: string;
  check(history: History, afterKill: (history: History) => Promise<History>): Promise<void>;
}

/** What a history has to do that outlives its process. */
export const JOURNAL_CASES: readonly JournalCase[] = [
  { name: "finds after a kill what had begun, and puts it on record as abandoned", check: findsUnfinished },
  { name: "keeps every field of a start", check: keepsFields },
  { name: "takes a record for the end of the run of that id", check: endsByRecord },
  { name: "takes a start and its record in one batch", check: takesBothAtOnce },
  { name: "counts begun runs among the last fire times", check: countsBegun },
  { name: "tells the last fire times as they were before", check: tellsFound },
  { name: "leaves its own runs alone", check: leavesOwn },
  { name: "gives each unfinished run to one of several who ask", check: givesOnce },
];

async function findsUnfinished(history: History, afterKill: (history: History) => Promise<History>): Promise<void> {
  const run = new RecordMaker().run();
  const start = startOf(run, { startedAt: (run.fireTime as number) + 30 });
  await journalOf(history).begin([start]);
  const next = await afterKill(history);
  const { runs } = await journalOf(next).takeUnfinished();
  deepStrictEqual(startsOf(runs), [start]);
  const record = (runs[0] as UnfinishedRun).record;
  const { id, jobName, fireTime, startedAt } = start;
  const { kind, outcome, latenessMs, result, output, error, attempts } = record;
  deepStrictEqual([record.id, record.jobName, record.fireTime, record.startedAt], [id, jobName, fireTime, startedAt]);
  deepStrictEqual([kind, outcome, latenessMs, result, output], ["run", "abandoned", 30, null, null]);
  equal(error?.code, "RUN_ABANDONED");
  ok(record.endedAt >= startedAt, "it ended before it began");
  deepStrictEqual(attempts, [{ attempt: 1, startedAt, endedAt: record.endedAt, error }]);
  deepStrictEqual(await next.get(id), record);
  deepStrictEqual((await next.list({ outcome: "abandoned" })).items, [record]);
  deepStrictEqual((await journalOf(next).takeUnfinished()).runs, []);
  deepStrictEqual((await journalOf(await afterKill(next)).takeUnfinished()).runs, []);
}

async function keepsFields(history: History, afterKill: (history: History) => Promise<History>): Promise<void> {
  const make = new RecordMaker();
  const worker = { commandKind: "worker", command: "file:///jobs/a.js#b\0 ", node: "n-1 ", token: 2 ** 40 } as const;
  const starts = [
    startOf(make.run({ ...worker, jobName: "é".repeat(512), tags: ["a\0b", "", "🕰️ "] }), { attempt: 2 }),
    startOf(make.run({ jobName: "a\0b ", fireTime: null, commandKind: "shell", command: "" })),
    startOf(make.run({ jobName: "", fireTime: -4, tags: ["'; drop table"] })),
  ];
  await journalOf(history).begin(starts);
  const next = await afterKill(history);
  const { runs } = await journalOf(next).takeUnfinished();
  deepStrictEqual(startsOf(runs), starts);
  for (const { start, record } of runs) {
    const { commandKind, command, node, token, tags, attempts } = record;
    deepStrictEqual({ ...start, commandKind, command, node, token, tags: [...tags] }, start);
    equal(attempts[0]?.attempt, start.attempt);
    deepStrictEqual(await next.get(start.id), record);
  }
}

async function endsByRecord(history: History, afterKill: (history: History) => Promise<History>): Promise<void> {
  const make = new RecordMaker();
  const runs = make.runs(3, { outcome: "failed" });
  const skip = make.skip();
  const unbegun = startOf(make.run({ id: skip.id, jobName: skip.jobName }));
  await journalOf(history).begin([...runs.map((run) => startOf(run)), unbegun]);
  const [left, ...ended] = runs as [RecordedRun, ...RecordedRun[]];
  await history.append([...ended, skip]);
  deepStrictEqual((await history.list({ order: "oldest" })).items, [...ended, skip]);
  const next = await afterKill(history);
  deepStrictEqual(idsOf((await journalOf(next).takeUnfinished()).runs), [left.id]);
  for (const record of [...ended, skip]) deepStrictEqual(await next.get(record.id), record);
}

async function takesBothAtOnce(history: History, afterKill: (history: History) => Promise<History>): Promise<void> {
  const runs = new RecordMaker().runs(20);
  const begun = runs.map(async (run) => {
    const noted = journalOf(history).begin([startOf(run)]);
    await history.append([run]);
    await noted;
  });
  await Promise.all(begun);
  deepStrictEqual((await history.list({ order: "oldest" })).items, runs);
  deepStrictEqual((await journalOf(await afterKill(history)).takeUnfinished()).runs, []);
}

async function countsBegun(history: History): Promise<void> {
  const make = new RecordMaker();
  const begin = async (fireTime: number | null): Promise<unknown> => {
    await journalOf(history).begin([startOf(make.run({ fireTime }))]);
    return (await history.lastFireTimes()).get("job");
  };
  strictEqual(await begin(null), undefined);
  deepStrictEqual([await begin(7), await begin(5), await begin(null), await begin(9)], [7, 7, 7, 9]);
}

async function tellsFound(history: History, afterKill: (history: History) => Promise<History>): Promise<void> {
  const make = new RecordMaker();
  const found = async (of: History): Promise<unknown> => [...(await journalOf(of).found())].sort();
  await journalOf(history).begin([startOf(make.run({ jobName: "b", fireTime: 9 }))]);
  await history.append([make.run({ jobName: "a", fireTime: 5 })]);
  await history.list();
  deepStrictEqual(await found(history), []);
  const next = await afterKill(history);
  await next.append([make.skip({ jobName: "a", fireTime: 20 })]);
  await journalOf(next).begin([startOf(make.run({ jobName: "c", fireTime: 30 }))]);
  await next.list();
  deepStrictEqual(await found(next), [
    ["a", 5],
    ["b", 9],
  ]);
  deepStrictEqual(await found(await afterKill(next)), [
    ["a", 20],
    ["b", 9],
    ["c", 30],
  ]);
}

async function leavesOwn(history: History): Promise<void> {
  const run = new RecordMaker().run();
  await journalOf(history).begin([startOf(run)]);
  deepStrictEqual((await journalOf(history).takeUnfinished()).runs, []);
  await history.append([run]);
  deepStrictEqual((await history.list()).items, [run]);
}

async function givesOnce(history: History, afterKill: (history: History) => Promise<History>): Promise<void> {
  const starts = new RecordMaker().runs(250).map((run) => startOf(run));
  await journalOf(history).begin(starts);
  const others = [await afterKill(history), await afterKill(history), await afterKill(history)];
  const answers = await Promise.allSettled(others.map(async (other) => await journalOf(other).takeUnfinished()));
  // One that came into the way of another has to ask again.
  const again = await journalOf(others[0] as History).takeUnfinished();
  const taken = [
    ...answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value.runs : [])),
    ...again.runs,
  ];
  deepStrictEqual(idsOf(taken).sort(), starts.map(({ id }) => id).sort());
  equal((await (others[0] as History).list({ outcome: "abandoned", limit: 1_000 })).items.length, starts.length);
}

/** That the run of a record begins. */
export function startOf(run: RecordedRun, fields: Partial<RunStart> = {}): RunStart {
  const { id, jobName, fireTime, startedAt, tags, commandKind, command, node, token } = run;
  const start = { id, jobName, fireTime, startedAt, tags, commandKind, command, node, token };
  return { kind: "start", ...start, attempt: 1, ...fields };
}

function journalOf({ journal }: History): RunJournal {
  ok(journal !== undefined, "it has no journal, but an `afterKill`");
  return journal;
}

function startsOf(runs: readonly UnfinishedRun[]): RunStart[] {
  return runs.map(({ start }) => ({ ...start, tags: [...start.tags] }));
}

function idsOf(runs: readonly UnfinishedRun[]): string[] {
  return runs.map(({ start }) => start.id);
}
