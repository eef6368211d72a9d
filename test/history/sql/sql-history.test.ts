import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { ManualClock } from "punctual/testing";
import type { BatchProblem } from "../../../src/history/batch-problem.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RecordedRun } from "../../../src/history.js";
import { SqlHistory } from "../../../src/history.js";
import { startOf } from "../../../src/testing/history-journal-cases.js";
import { RecordMaker, START, sourceOf } from "../../../src/testing/history-records.js";

let folder: string;
let path: string;
let history: SqlHistory;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "punctual-sqlite-"));
  path = join(folder, "a.db");
  history = SqlHistory.sqlite(path);
});
afterEach(async () => {
  await history.close();
  rmSync(folder, { recursive: true });
});

const idsOf = (records: readonly { readonly id: string }[]): string[] => records.map(({ id }) => id);

describe("a batch", () => {
  it("that comes again is written and counted once, with what is new in it", async () => {
    const make = new RecordMaker();
    const [first, second, third] = make.runs(3, { tags: ["x", "x"] }) as [RecordedRun, RecordedRun, RecordedRun];
    await history.writeBatch([first, second, first]);
    await history.writeBatch([first, second]);
    await history.writeBatch([sourceOf(second), third]);
    expect((await history.list({ order: "oldest" })).items).toEqual([first, second, third]);
    expect((await history.list({ tag: "x" })).items).toHaveLength(3);
    expect((await history.counts("job")).outcomes.succeeded).toBe(3);
  });

  it("of which one record cannot be written leaves nothing behind", async () => {
    const make = new RecordMaker();
    const bad = make.run({ command: 5 as never });
    await expect(history.writeBatch([make.run(), bad])).rejects.toThrow();
    const worse = make.run({ commandKind: "x", attempts: [{ attempt: null as never, startedAt: 0, endedAt: 0 }] });
    await expect(history.writeBatch([make.run(), worse])).rejects.toThrow(/NOT NULL/);
    expect((await history.list()).items).toEqual([]);
    expect((await history.counts("job")).outcomes.succeeded).toBe(0);
    expect((await history.lastFireTimes()).size).toBe(0);
    await history.writeBatch([make.run()]);
    expect((await history.list()).items).toHaveLength(1);
  });
});

describe("an append", () => {
  it("that fails is told of, and written when it can be", async () => {
    const problems: BatchProblem[] = [];
    const told = SqlHistory.sqlite(path, { onProblem: (problem) => problems.push(problem) });
    const db = new Database(path);
    await told.lastFireTimes();
    db.exec("alter table punctual_labels rename to away");
    const run = new RecordMaker().run({ tags: ["x"] });
    void told.append([run]);
    await expect.poll(() => problems).not.toEqual([]);
    expect(problems[0]).toMatchObject({ kind: "failed", records: 1, failures: 1 });
    expect(String((problems[0] as { error?: unknown }).error)).toContain("punctual_labels");
    expect(told.writing).toMatchObject({ backlog: 1, written: 0 });
    db.exec("alter table away rename to punctual_labels");
    db.close();
    expect((await told.list()).items).toEqual([run]);
    expect(problems.at(-1)).toMatchObject({ kind: "recovered", records: 0 });
    expect(told.writing).toMatchObject({ backlog: 0, written: 1, dropped: 0 });
    await told.close();
  });

  it("that refuses the record of a run that had begun has not left that run unfinished", async () => {
    const told = SqlHistory.sqlite(path, { onProblem: () => {} });
    const make = new RecordMaker();
    const bad = make.run({ attempts: [{ attempt: null as never, startedAt: 0, endedAt: 0 }] });
    await told.journal.begin([startOf(bad)]);
    void told.append([bad]);
    await told.close();
    const db = new Database(path);
    expect(db.prepare("select id from punctual_starts").all()).toEqual([]);
    expect(db.prepare("select id from punctual_processes").all()).toEqual([]);
    db.close();
  });

  it("that holds a record which the database refuses loses that one, says so, and writes all others", async () => {
    const problems: BatchProblem[] = [];
    const told = SqlHistory.sqlite(path, { onProblem: (problem) => problems.push(problem) });
    const make = new RecordMaker();
    const records = make.runs(700);
    const bad = make.run({ attempts: [{ attempt: null as never, startedAt: 0, endedAt: 0 }] });
    const worse = make.run({ command: 5 as never });
    void told.append([...records.slice(0, 123), bad, ...records.slice(123, 300), worse, ...records.slice(300)]);
    expect((await told.list({ limit: 1_000, order: "oldest" })).items).toEqual(records);
    expect(problems.map((problem) => [problem.kind, "id" in problem && problem.id])).toEqual([
      ["refused", bad.id],
      ["refused", worse.id],
    ]);
    expect(told.writing).toMatchObject({ backlog: 0, written: 700, refused: 2, dropped: 0, failures: 0 });
    expect((await told.stats())[0]?.outcomes.succeeded).toBe(700);
    await told.close();
  });

  it("waits no longer for another process than it is told", async () => {
    const problems: BatchProblem[] = [];
    const short = SqlHistory.sqlite(path, { busyTimeout: 20, onProblem: (problem) => problems.push(problem) });
    await short.list();
    const db = new Database(path);
    db.exec("begin immediate");
    const startMs = performance.now();
    await expect(short.writeBatch(new RecordMaker().runs(1))).rejects.toThrow(/locked|busy/i);
    expect(performance.now() - startMs).toBeLessThan(2_000);
    void short.append(new RecordMaker().runs(1));
    await expect.poll(() => problems).toMatchObject([{ kind: "failed" }]);
    db.exec("rollback");
    db.close();
    expect((await short.list()).items).toHaveLength(1);
    expect(short.writing.refused).toBe(0);
    await short.close();
  });

  it("beyond the buffer is lost, and counted", async () => {
    const problems: BatchProblem[] = [];
    const small = SqlHistory.sqlite(path, { buffer: { limit: 10 }, onProblem: (problem) => problems.push(problem) });
    void small.append(new RecordMaker().runs(12));
    expect(problems).toEqual([{ kind: "dropped", records: 2 }]);
    expect((await small.list()).items).toHaveLength(10);
    expect(small.writing).toMatchObject({ written: 10, dropped: 2 });
    await small.close();
  });
});

describe("a result", () => {
  const circle: unknown[] = [1];
  circle.push(circle);
  const bad = new Proxy({}, { get: () => fail(), ownKeys: () => fail() });
  const fail = (): never => {
    throw new Error("no");
  };
  const odd: readonly (readonly [what: string, result: unknown, kept: unknown])[] = [
    ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["a bigint", 10n, "10"],
    ["a symbol", Symbol("x"), "Symbol(x)"],
    ["a function", function work(): void {}, "function work"],
    ["a circle", circle, "an array of 2"],
    ["an object with a bigint", { a: 1n, b: 2 }, "an object with a, b"],
    ["NaN", Number.NaN, null],
    ["a map", new Map([[1, 2]]), {}],
    ["one whose toJSON throws", { toJSON: fail }, "an object with toJSON"],
    ["one that cannot be read", bad, "a value that cannot be read"],
    ["half of a surrogate pair", "\ud83d", "\ud83d"],
  ];
  it.each(odd)("that is %s comes back as JSON has it, or as a text that shows it", async (_what, result, kept) => {
    const run = new RecordMaker().run({ result });
    await history.writeBatch([run]);
    expect((await history.get(run.id)) as RecordedRun).toMatchObject({ result: kept, outcome: "succeeded" });
  });

  it("is kept whole up to 64 KiB, and beyond that its beginning", async () => {
    const make = new RecordMaker();
    const results = ["x".repeat(65_534), "x".repeat(65_535), "é".repeat(32_768), { a: "\u0001".repeat(70_000) }];
    const runs = results.map((result) => make.run({ result }));
    await history.writeBatch(runs);
    const [whole, ...cut] = (await history.list({ order: "oldest" })).items.map((item) => (item as RecordedRun).result);
    expect(whole).toBe(results[0]);
    expect(cut).toEqual([
      `"${"x".repeat(8_190)}…`,
      `"${"é".repeat(8_190)}…`,
      expect.stringMatching(/^\{"a":".{8185}…$/),
    ]);
  });
});

describe("a database", () => {
  it("of a newer version is refused, and left as it is", async () => {
    await history.writeBatch([new RecordMaker().run()]);
    const db = new Database(path);
    db.exec("update punctual_schema_version set version = 99");
    const other = SqlHistory.sqlite(path);
    for (const call of [
      () => other.list(),
      () => other.writeBatch(new RecordMaker().runs(5)),
      () => other.prune(9e12),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: "HISTORY_FAILED",
        message: expect.stringMatching(/version 99, made by a newer punctual; this one knows version \d/),
      });
    }
    await other.close();
    expect(db.prepare("select count(*) as n from punctual_records").all()).toEqual([{ n: 1 }]);
    db.close();
  });

  it("may be one that its owner has opened, and goes on to use", async () => {
    const db = new Database(":memory:");
    const mine = SqlHistory.sqlite(db as never, { prefix: "mine_" });
    const run = new RecordMaker().run();
    void mine.append([run]);
    await mine.close();
    expect((await mine.list()).items).toEqual([run]);
    expect(db.prepare("select job_name from mine_records").all()).toEqual([{ job_name: "job" }]);
    db.close();
  });

  it("may be shared by two histories with prefixes of their own", async () => {
    const other = SqlHistory.sqlite(path, { prefix: "other_" });
    const [a, b] = new RecordMaker().runs(2) as [RecordedRun, RecordedRun];
    await Promise.all([history.writeBatch([a]), other.writeBatch([b])]);
    expect([(await history.list()).items, (await other.list()).items]).toEqual([[a], [b]]);
    await other.close();
  });

  it("that cannot be opened is told of by what uses it", async () => {
    const nowhere = SqlHistory.sqlite(join(folder, "no", "a.db"));
    await expect(nowhere.list()).rejects.toThrow(/unable to open|cannot open|no such/i);
    await nowhere.close();
  });

  it("takes many records a second", async () => {
    const make = new RecordMaker();
    const records = make.runs(20_000);
    const startMs = performance.now();
    for (let start = 0; start < records.length; start += 500)
      await history.writeBatch(records.slice(start, start + 500));
    const perSecond = Math.round((records.length / (performance.now() - startMs)) * 1_000);
    console.log(`SqlHistory on libsql: ${perSecond} records/s in batches of 500`);
    expect(perSecond).toBeGreaterThan(1_000);
  });
});

describe("statistics", () => {
  it("count by outcome and reason, and give percentiles by the nearest rank", async () => {
    const make = new RecordMaker();
    const durations = Array.from({ length: 200 }, (_, index) => ((index * 7) % 200) + 1);
    const runs = durations.map((ms, index) => {
      const startedAt = START + index * 1_000;
      const outcome = index % 10 === 0 ? "failed" : "succeeded";
      return make.run({ startedAt, endedAt: startedAt + ms, latenessMs: ms * 2, outcome });
    });
    const long = make.run({ jobName: "n".repeat(400), startedAt: START, endedAt: START + 5 });
    await history.writeBatch([...runs, long, make.skip({ reason: "paused", at: START }), make.skip({ jobName: "z" })]);
    const [job, other, z] = await history.stats();
    expect(job).toMatchObject({
      jobName: "job",
      outcomes: { succeeded: 180, failed: 20, killed: 0 },
      reasons: { paused: 1, overlap: 0 },
      durationMs: { p50: 100, p95: 190, p99: 198 },
      latenessMs: { p50: 200, p95: 380, p99: 396 },
    });
    expect(other).toMatchObject({ jobName: long.jobName, durationMs: { p50: 5, p95: 5, p99: 5 } });
    expect(z).toMatchObject({ jobName: "z", durationMs: null, latenessMs: null, reasons: { overlap: 1 } });
    const [window, ...more] = await history.stats({ job: "job", from: START + 1_000, to: new Date(START + 4_000) });
    expect([window?.outcomes.succeeded, window?.durationMs, more]).toEqual([3, { p50: 15, p95: 22, p99: 22 }, []]);
    expect(await history.stats({ job: "nobody" })).toEqual([]);
    expect(await history.stats({ job: [] })).toEqual([]);
    await expect(history.stats({ tag: "x" } as never)).rejects.toMatchObject({ path: "query.tag" });
    await expect(history.stats({ job: 5 } as never)).rejects.toMatchObject({ path: "query.job" });
  });
});

describe("retention", () => {
  const DAY_MS = 86_400_000;
  const clock = new ManualClock(new Date(START));

  it("forgets what is old, and what a job has too much of, but failures that are to be kept", async () => {
    const make = new RecordMaker();
    const kept = SqlHistory.sqlite(path, {
      retention: { maxAge: "7d", maxPerJob: 3, keepFailures: "30d" },
      clock,
    });
    const daysAgo = (days: number, fields: Partial<RecordedRun> = {}): RecordedRun =>
      make.run({ startedAt: START - days * DAY_MS, ...fields });
    const failed = { outcome: "failed" } as const;
    const goes = [daysAgo(40, failed), daysAgo(8), daysAgo(6), make.skip({ at: START - 9 * DAY_MS })];
    const stays = [
      ...[daysAgo(29, failed), daysAgo(5, failed), daysAgo(4), daysAgo(3)],
      ...[daysAgo(2), daysAgo(6, { jobName: "other" })],
    ];
    await kept.writeBatch([...goes, ...stays]);
    expect(await kept.retain()).toBe(goes.length);
    expect(idsOf((await kept.list({ limit: 100 })).items).sort()).toEqual(idsOf(stays).sort());
    expect(await kept.retain()).toBe(0);
    expect((await kept.counts("job")).outcomes).toMatchObject({ succeeded: 5, failed: 3 });
    await kept.close();
  });

  it("keeps so many failures of a job, however old and however many records there are", async () => {
    const make = new RecordMaker();
    const kept = SqlHistory.sqlite(path, {
      retention: { maxAge: "7d", maxPerJob: 3, minFailuresPerJob: 2 },
      clock,
    });
    const daysAgo = (days: number, fields: Partial<RecordedRun> = {}): RecordedRun =>
      make.run({ startedAt: START - days * DAY_MS, ...fields });
    const [failed, killed] = [{ outcome: "failed" }, { outcome: "killed" }] as const;
    const goes = [
      daysAgo(40, failed),
      daysAgo(30, killed),
      daysAgo(9),
      daysAgo(4.5),
      make.skip({ at: START - 9 * DAY_MS }),
    ];
    const stays = [daysAgo(20, failed), daysAgo(12, killed), daysAgo(3), daysAgo(2), daysAgo(1)];
    await kept.writeBatch([...goes, ...stays, daysAgo(60, { jobName: "other", ...failed })]);
    expect(await kept.retain()).toBe(goes.length);
    expect(idsOf((await kept.list({ job: "job" })).items).sort()).toEqual(idsOf(stays).sort());
    expect((await kept.list({ job: "other" })).items).toHaveLength(1);
    await kept.close();
  });

  it("is done by itself a while after the first use and then each hour, until it is closed", async () => {
    const own = new ManualClock(new Date(START));
    const kept = SqlHistory.sqlite(path, { retention: { maxAge: "7d" }, clock: own });
    expect(own.pendingTimers).toBe(0);
    const make = new RecordMaker();
    const old = (): RecordedRun => make.run({ startedAt: START - 8 * DAY_MS });
    await kept.writeBatch([old(), make.run()]);
    const left = async (): Promise<number> => (await kept.list()).items.length;
    expect(await left()).toBe(2);
    await own.advance(75_000);
    await expect.poll(left).toBe(1);
    await kept.writeBatch([old()]);
    await own.advance(3_590_000);
    expect(await left()).toBe(2);
    await own.advance(800_000);
    await expect.poll(left).toBe(1);
    await kept.close();
    expect(own.pendingTimers).toBe(0);
    expect(await left()).toBe(1);
    expect(own.pendingTimers).toBe(1);
    await kept.close();
  });

  it("that fails is told of, and tried again", async () => {
    const own = new ManualClock(new Date(START));
    const problems: BatchProblem[] = [];
    const onProblem = (problem: BatchProblem): void => void problems.push(problem);
    const kept = SqlHistory.sqlite(path, { retention: { maxAge: "7d" }, clock: own, onProblem });
    await kept.writeBatch([new RecordMaker().run({ startedAt: START - 8 * DAY_MS })]);
    await kept.flush();
    const db = new Database(path);
    db.exec("alter table punctual_forgotten rename to away");
    await own.advance(75_000);
    await expect.poll(() => problems).toMatchObject([{ kind: "retention", error: { message: /forgotten/ } }]);
    db.exec("alter table away rename to punctual_forgotten");
    db.close();
    await own.advance(4_400_000);
    await expect.poll(async () => (await kept.list()).items.length).toBe(0);
    await kept.close();
  });

  it("goes in small steps, between which batches are written", async () => {
    const own = new ManualClock(new Date(START));
    const kept = SqlHistory.sqlite(path, { retention: { maxAge: "1d" }, clock: own });
    const make = new RecordMaker();
    for (let batch = 0; batch < 10; batch++) {
      await kept.writeBatch(make.runs(1_000, { startedAt: START - 2 * DAY_MS, tags: ["x", "y"] }));
    }
    await kept.flush();
    let longestMs = 0;
    let turns = 0;
    await own.advance(75_000);
    while ((await kept.list({ tag: "x", limit: 1 })).items.length > 0) {
      const startMs = performance.now();
      await kept.writeBatch([make.run()]);
      longestMs = Math.max(longestMs, performance.now() - startMs);
      turns++;
      // SQLite answers without a turn of the event loop, and forgetting waits for one.
      await new Promise(setImmediate);
    }
    console.log(`10,000 records forgotten; ${turns} batches in between, the slowest took ${Math.round(longestMs)} ms`);
    expect(turns).toBeGreaterThan(5);
    expect(longestMs).toBeLessThan(1_000);
    await kept.close();
  });

  it("does nothing unless it is told what", async () => {
    await history.writeBatch([new RecordMaker().run({ startedAt: 0 })]);
    expect(await history.retain()).toBe(0);
  });
});

describe("prune", () => {
  it("takes out thousands, in steps between which others have their turn", async () => {
    // An attempt that its record does not tell of has a row.
    const attempts = [{ attempt: 2, startedAt: START, endedAt: START }];
    await history.writeBatch(new RecordMaker().runs(2_600, { tags: ["x"], attempts }));
    let turns = 0;
    const count = (): void => {
      turns++;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    expect(await history.prune(START + 2_500_000)).toBe(2_500);
    clearImmediate(immediate);
    expect(turns).toBeGreaterThanOrEqual(5);
    expect((await history.list({ tag: "x", limit: 1_000 })).items).toHaveLength(100);
    const db = new Database(path);
    const rowsOf = (table: string): unknown => db.prepare(`select count(*) as n from punctual_${table}`).all()[0];
    expect(["records", "attempts", "labels"].map(rowsOf)).toEqual([{ n: 100 }, { n: 100 }, { n: 100 }]);
    db.close();
  });
});

describe("options", () => {
  const bad: readonly (readonly [path: string, options: unknown])[] = [
    ["options", null],
    ["options", 5],
    ["pefix", { pefix: "a_" }],
    ...["", "A_", "a-b", "1a", "a".repeat(31), "a; drop", 5].map((prefix) => ["prefix", { prefix }] as const),
    ["engine", { engine: "wasm" }],
    ["busyTimeout", { busyTimeout: "soon" }],
    ["retention.minFailuresPerJob", { retention: { minFailuresPerJob: 0.5 } }],
    ["retention", { retention: "7d" }],
    ["retention.maxage", { retention: { maxage: 5 } }],
    ["retention.maxAge", { retention: { maxAge: "week" } }],
    ["retention.keepFailures", { retention: { keepFailures: -1 } }],
    ...[-1, 1.5, "5"].map((maxPerJob) => ["retention.maxPerJob", { retention: { maxPerJob } }] as const),
  ];
  it.each(bad)("are refused when bad: %s %j", (where, options) => {
    expect(() => SqlHistory.sqlite(path, options as never)).toThrow(expect.objectContaining({ path: where }));
  });

  it("has a database, or a pool", () => {
    for (const database of ["", null, 5, {}, undefined]) {
      expect(() => SqlHistory.sqlite(database as never)).toThrow(expect.objectContaining({ path: "database" }));
    }
    for (const pool of [null, {}, "postgres://localhost"]) {
      expect(() => SqlHistory.postgres(pool as never)).toThrow(expect.objectContaining({ path: "pool" }));
      expect(() => SqlHistory.mysql(pool as never)).toThrow(expect.objectContaining({ path: "pool" }));
    }
    expect(() => SqlHistory.postgres({ connect: () => {} } as never, { engine: "node" } as never)).toThrow(
      expect.objectContaining({ path: "engine" }),
    );
  });
});
