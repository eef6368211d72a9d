import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { HistoryQuery } from "../../src/history/history.js";
import { MemoryHistory } from "../../src/history/memory-history.js";
import type { HistoryRecord, Outcome } from "../../src/history/record.js";
import { historyContract } from "../../src/testing/history-contract.js";
import { RecordMaker, START, sourceOf } from "../../src/testing/history-records.js";

describe("the contract", () => {
  const create = (): MemoryHistory => new MemoryHistory({ limit: 20_000 });
  for (const { name, run } of historyContract({ name: "MemoryHistory", create })) test(name, run);
});

const idsOf = (records: readonly HistoryRecord[]): string[] => records.map(({ id }) => id);

describe("MemoryHistory", () => {
  it("keeps the latest records of all jobs, 1000 unless told otherwise", async () => {
    const records = new RecordMaker().runs(1_005);
    const [few, many] = [new MemoryHistory({ limit: 3 }), new MemoryHistory()];
    for (const record of records) few.append([record]);
    many.append(records);
    expect((await few.list({ order: "oldest" })).items).toEqual(records.slice(-3));
    expect(idsOf((await many.list({ order: "oldest", limit: 1_000 })).items)).toEqual(idsOf(records.slice(-1_000)));
    expect((await many.list({ order: "oldest", limit: 1_000 })).cursor).toBeNull();
  });

  it("takes a batch larger than itself", async () => {
    const history = new MemoryHistory({ limit: 1 });
    const records = new RecordMaker().runs(10);
    history.append(records);
    expect((await history.list()).items).toEqual(records.slice(-1));
  });

  it("keeps the last run of each job when the ring has dropped it: listed, found, and given by name", async () => {
    const make = new RecordMaker();
    const history = new MemoryHistory({ limit: 2 });
    const [daily, older] = [make.run({ jobName: "daily", outcome: "failed" }), make.run({ jobName: "daily" })];
    const skips = [make.skip({ jobName: "daily" }), make.skip(), make.skip()];
    history.append([older, daily, ...skips]);
    expect(history.lastRun("daily")).toBe(daily);
    expect(history.lastRun("job")).toBeUndefined();
    expect(await history.get(daily.id)).toBe(daily);
    expect(await history.get(older.id)).toBeUndefined();
    expect((await history.list({ job: "daily" })).items).toEqual([daily]);
    expect((await history.list({ order: "oldest" })).items).toEqual([daily, ...skips.slice(1)]);
    const next = make.run({ jobName: "daily" });
    history.append([next]);
    expect(history.lastRun("daily")).toBe(next);
    expect(await history.get(daily.id)).toBeUndefined();
    expect((await history.list({ job: "daily" })).items).toEqual([next]);
  });

  it("has the run that ended last as the last one, also after the clock was set back", () => {
    const make = new RecordMaker();
    const history = new MemoryHistory();
    const [first, second] = [make.run({ startedAt: START + 3_600_000 }), make.run({ startedAt: START })];
    history.append([first]);
    history.append([second]);
    expect(history.lastRun("job")).toBe(second);
  });

  it("counts by outcome and reason what it has dropped too", () => {
    const make = new RecordMaker();
    const history = new MemoryHistory({ limit: 1 });
    const outcomes: Outcome[] = ["failed", "failed", "killed", "succeeded"];
    history.append(outcomes.map((outcome) => make.run({ outcome })));
    history.append([make.skip({ reason: "paused" }), make.skip({ reason: "paused" }), make.skip({ jobName: "other" })]);
    expect(history.counts("job")).toEqual({
      outcomes: { succeeded: 1, failed: 2, timedOut: 0, killed: 1, lostLease: 0, abandoned: 0 },
      reasons: {
        ...{ overlap: 0, limit: 0, claimedElsewhere: 0, heldElsewhere: 0, distributedUnavailable: 0 },
        ...{ historyUnavailable: 0, clockSkew: 0, paused: 2, misfire: 0, removed: 0, stopping: 0 },
      },
    });
    expect(history.counts("other").reasons.overlap).toBe(1);
    expect(Object.values(history.counts("nobody").outcomes)).toEqual([0, 0, 0, 0, 0, 0]);
    Object.assign(history.counts("nobody").outcomes, { failed: 9 });
    Object.assign(history.counts("job").outcomes, { failed: 9 });
    expect([history.counts("nobody").outcomes.failed, history.counts("job").outcomes.failed]).toEqual([0, 2]);
  });

  it("knows of 10,000 jobs, and forgets the one that was not heard of for the longest", async () => {
    const make = new RecordMaker();
    const history = new MemoryHistory({ limit: 1 });
    const run = (jobName: string): void => history.append([make.run({ jobName })]);
    for (let job = 0; job < 10_000; job++) run(`job-${job}`);
    run("job-0");
    history.append([make.skip({ jobName: "job-2" })]);
    run("new-1");
    run("new-2");
    const times = await history.lastFireTimes();
    expect(times.size).toBe(10_000);
    const asked = ["job-0", "job-1", "job-2", "job-3", "job-4", "new-1", "new-2"];
    const known = ["job-0", "job-2", "job-4", "new-1", "new-2"];
    expect(asked.filter((name) => times.has(name))).toEqual(known);
    expect(asked.filter((name) => history.lastRun(name) !== undefined)).toEqual(known);
    expect(asked.filter((name) => history.counts(name).outcomes.succeeded > 0)).toEqual(known);
  });

  it("makes a record when it is asked for, and once", async () => {
    const make = new RecordMaker();
    const sources = make.runs(20).map(sourceOf);
    const history = new MemoryHistory({ limit: 10 });
    const made = (): number[] => sources.flatMap((source, index) => (source.made === 0 ? [] : [index]));
    history.append(sources);
    history.counts("job");
    await history.lastFireTimes();
    await history.list({ outcome: "failed" });
    expect(made()).toEqual([]);
    const page = await history.list({ limit: 2 });
    expect(made()).toEqual([18, 19]);
    await history.get("nobody");
    const got = await history.get(sources[15]?.id ?? "");
    expect(made()).toEqual([15, 18, 19]);
    expect((await history.list({ limit: 2 })).items[0]).toBe(page.items[0]);
    expect(await history.get(sources[15]?.id ?? "")).toBe(got);
    expect(history.lastRun("job")).toBe(page.items[0]);
    await history.list();
    expect(sources.map((source) => source.made)).toEqual([...Array(10).fill(0), ...Array(10).fill(1)]);
  });

  it("reads no id that nobody asked for", async () => {
    const { id, ...fields } = sourceOf(new RecordMaker().run());
    let read = 0;
    const source = { ...fields, startedAt: START - 1 };
    Object.defineProperty(source, "id", { get: () => `${id}${read++ === 0 ? "" : "?"}`, enumerable: true });
    const history = new MemoryHistory();
    history.append([source as never, ...new RecordMaker().runs(5)]);
    await history.list({ order: "newest", limit: 1_000 });
    expect(read).toBe(0);
  });

  it("keeps a result as it is", async () => {
    const result = { at: new Date(0), self: null as unknown, call: (): void => {} };
    result.self = result;
    const run = new RecordMaker().run({ result });
    const history = new MemoryHistory();
    history.append([run]);
    expect(await history.get(run.id)).toBe(run);
  });

  it("prunes last runs that the ring has dropped", async () => {
    const make = new RecordMaker();
    const history = new MemoryHistory({ limit: 2 });
    const [old, inRing, young] = [make.run({ jobName: "old" }), make.run(), make.run()];
    history.append([old, inRing, young]);
    await history.get(old.id);
    expect(await history.prune(young.startedAt)).toBe(2);
    expect([await history.get(old.id), history.lastRun("old")]).toEqual([undefined, undefined]);
    expect((await history.list()).items).toEqual([young]);
    expect(history.counts("old").outcomes.succeeded).toBe(1);
    await expect(history.prune(Number.NaN)).rejects.toMatchObject({ code: "INVALID_OPTION", path: "before" });
  });

  const bad: readonly (readonly [path: string, options: unknown])[] = [
    ["options", null],
    ["options", 5],
    ["limt", { limt: 5 }],
    ...[0, -1, 1.5, 1_000_001, Number.NaN, "5"].map((limit) => ["limit", { limit }] as const),
  ];
  it.each(bad)("refuses bad options: %s %j", (path, options) => {
    expect(() => new MemoryHistory(options as never)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", path }),
    );
  });
});

/** The same in the plainest way: every record ever appended, and a look at all of them for each question. */
class PlainHistory {
  readonly #limit: number;
  readonly all: HistoryRecord[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  kept(): HistoryRecord[] {
    const lastRuns = new Map<string, HistoryRecord>();
    for (const record of this.all) if (record.kind === "run") lastRuns.set(record.jobName, record);
    const latest = this.all.slice(-this.#limit);
    return [...[...lastRuns.values()].filter((run) => !latest.includes(run)), ...latest];
  }

  list({ job, outcome, kind, from, to, tag, order }: HistoryQuery): string[] {
    const timeOf = (record: HistoryRecord): number => (record.kind === "run" ? record.startedAt : record.at);
    const found = this.kept()
      .filter((record) => job === undefined || [job].flat().includes(record.jobName))
      .filter((record) => outcome === undefined || (record.kind === "run" && record.outcome === outcome))
      .filter((record) => kind === undefined || record.kind === kind)
      .filter((record) => from === undefined || timeOf(record) >= Number(from))
      .filter((record) => to === undefined || timeOf(record) < Number(to))
      .filter((record) => tag === undefined || record.tags.includes(tag))
      .sort((a, b) => timeOf(a) - timeOf(b) || (a.id < b.id ? -1 : 1));
    return idsOf(order === "oldest" ? found : found.reverse());
  }
}

describe("any sequence of appends and questions", () => {
  const job = fc.constantFrom("a", "b", "c", "d");
  const second = fc.nat(8).map((count) => START + count * 1_000);
  const outcome = fc.constantFrom<Outcome>("succeeded", "failed");
  const tags = fc.subarray(["x", "y"]);
  const append = fc.array(fc.record({ job, at: second, outcome: fc.option(outcome), tags, lazy: fc.boolean() }), {
    maxLength: 8,
  });
  const query = fc.record(
    {
      ...{ job: fc.oneof(job, fc.array(job)), outcome, kind: fc.constantFrom("run" as const, "skip" as const) },
      ...{ from: second, tag: fc.constantFrom("x", "y"), order: fc.constantFrom("newest" as const, "oldest" as const) },
    },
    { requiredKeys: [] },
  );
  const ask = fc.record({ query, limit: fc.integer({ min: 1, max: 6 }), get: fc.nat(60) });
  const steps = fc.array(fc.oneof(append, ask), { maxLength: 30 });

  it("is answered as a plain list answers", async () => {
    const property = fc.asyncProperty(steps, fc.integer({ min: 1, max: 12 }), async (sequence, limit) => {
      const make = new RecordMaker();
      const [history, plain] = [new MemoryHistory({ limit }), new PlainHistory(limit)];
      for (const step of sequence) {
        if (!Array.isArray(step)) {
          expect(await allPages(history, { ...step.query, limit: step.limit })).toEqual(plain.list(step.query));
          const wanted = plain.all[step.get];
          const kept = wanted !== undefined && plain.kept().includes(wanted);
          expect(await history.get(wanted?.id ?? "")).toBe(kept ? wanted : undefined);
          continue;
        }
        const records = step.map(({ job: jobName, at, outcome: ended, tags: marks }) =>
          ended === null
            ? make.skip({ jobName, at, tags: marks })
            : make.run({ jobName, startedAt: at, outcome: ended, tags: marks }),
        );
        plain.all.push(...records);
        history.append(records.map((record, index) => (step[index]?.lazy ? sourceOf(record) : record)));
      }
    });
    await fc.assert(property, { numRuns: 500 });
  });

  async function allPages(history: MemoryHistory, asked: HistoryQuery): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await history.list({ ...asked, cursor });
      expect(page.items.length).toBeLessThanOrEqual(asked.limit ?? 0);
      ids.push(...idsOf(page.items));
      cursor = page.cursor;
    } while (cursor !== null);
    return ids;
  }
});
