import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SqlHistory } from "../../../src/history.js";
import { bucketOf, CELL_MS, rangesOf, SPANS, middleOf } from "../../../src/history/sql/buckets.js";
import { readTally, Tally } from "../../../src/history/sql/tally.js";
import type { CellRange } from "../../../src/history/sql/buckets.js";
import { RecordMaker, START } from "../../../src/testing/history-records.js";
import { undoScale } from "../fixtures/sql-undo.js";
import { checkRandomLife } from "../fixtures/sql-random-steps.js";
import { checkWindow, randomOf, randomRecords } from "../fixtures/sql-statistics.js";

const DAY_MS = 86_400_000;

let folder: string;
let path: string;
let history: SqlHistory;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "punctual-statistics-"));
  path = join(folder, "a.db");
  history = SqlHistory.sqlite(path);
});
afterEach(async () => {
  await history.close();
  rmSync(folder, { recursive: true });
});

describe("a bucket", () => {
  const values = [
    ...Array.from({ length: 5_000 }, (_, value) => value),
    ...Array.from({ length: 2_000 }, (_, index) => Math.floor(1.02 ** index)).filter((value) => value < 9e15),
  ];

  it("is never further than 2 % from its values, and in their order", () => {
    let before = -1;
    for (const value of values.sort((a, b) => a - b)) {
      const bucket = bucketOf(value);
      expect(Math.abs(middleOf(bucket) - value)).toBeLessThanOrEqual(value < 50 ? 0 : value * 0.02);
      expect(bucket).toBeGreaterThanOrEqual(before);
      expect(bucketOf(-value) + bucket).toBe(0);
      expect(middleOf(bucketOf(-value)) + middleOf(bucket)).toBe(0);
      before = bucket;
    }
  });

  it("comes back as it was written", () => {
    const told: unknown[] = [];
    const tally = new Tally();
    const buckets = [...new Set(values.flatMap((value) => [bucketOf(value), -bucketOf(value) + 0]))].sort(
      (a, b) => a - b,
    );
    tally.addWord("succeeded", 2 ** 40);
    tally.addWord("paused", 1);
    for (const bucket of [...buckets].reverse()) tally.addBucket("late", bucket, Math.abs(bucket) ** 4 + 1);
    readTally(tally.toBytes(), { addWord: (...all) => told.push(all), addBucket: (...all) => told.push(all) });
    expect(told).toEqual([
      ...[
        ["paused", 1],
        ["succeeded", 2 ** 40],
      ],
      ...buckets.map((bucket) => ["late", bucket, Math.abs(bucket) ** 4 + 1]),
    ]);
  });
});

describe("ranges of cells", () => {
  it("have each cell once, and no other", () => {
    const random = randomOf(3);
    for (let round = 0; round < 2_000; round++) {
      const from = Math.floor(random() * 300 - 150);
      const to = from + Math.floor(random() * (round % 2 === 0 ? 20 : 200));
      const cells = rangesOf(from, to).flatMap((range) => singleCells(range, from, to));
      expect(cells.sort((a, b) => a - b)).toEqual(Array.from({ length: to - from }, (_, index) => from + index));
      const above = rangesOf(from, null).flatMap((range) => singleCells(range, from, 500));
      expect(above.sort((a, b) => a - b)).toEqual(Array.from({ length: 512 - from }, (_, index) => from + index));
    }
    expect(rangesOf(null, null)).toEqual([{ span: SPANS.at(-1), from: null, to: null }]);
    expect(rangesOf(5, 5)).toEqual([]);
  });

  function singleCells({ span, from, to }: CellRange, least: number, most: number): number[] {
    const [first, end] = [from ?? Math.floor(least / span), to ?? Math.ceil(most / span)];
    return Array.from({ length: Math.max(0, (end - first) * span) }, (_, index) => first * span + index);
  }
});

/** Writes them in batches of all sizes, those of some twice. */
async function writeAll(
  records: readonly Parameters<SqlHistory["writeBatch"]>[0][number][],
  random: () => number,
): Promise<void> {
  for (let start = 0; start < records.length; ) {
    const batch = records.slice(start, start + 1 + Math.floor(random() * 900));
    await history.writeBatch(batch);
    if (random() < 0.2) await history.writeBatch(batch.slice(0, 50));
    start += batch.length;
  }
}

function windowsOf(random: () => number, count: number): { job?: string[]; from?: number; to?: number }[] {
  return Array.from({ length: count }, () => {
    const [a, b] = [random(), random()]
      .map((at) => START + Math.floor((at * 12 - 1) * DAY_MS))
      .sort((x, y) => x - y) as [number, number];
    const [which, round] = [random(), random() < 0.2 ? CELL_MS : 1];
    const jobs = random() < 0.5 ? {} : { job: which < 0.5 ? ["job-0"] : ["job-1", "job-2", "nobody"] };
    const [from, to] = [Math.floor(a / round) * round, Math.floor(b / round) * round];
    return { ...jobs, ...(random() < 0.8 && { from }), ...(random() < 0.8 && { to: Math.max(from, to) }) };
  });
}

describe("statistics of many runs", () => {
  const random = randomOf(7);

  it("are those of the records, in any window, in whichever order they were written", async () => {
    const records = randomRecords(14_000, random);
    await writeAll(records, random);
    await checkWindow(history, records, {});
    for (const window of windowsOf(random, 60)) await checkWindow(history, records, window);
  });

  it("are the same where they are added up afterwards, by a migration", async () => {
    const records = randomRecords(14_000, random);
    await writeAll(records, random);
    await history.close();
    const db = new Database(path);
    const rowsOf = (table: string): unknown[] => db.prepare(`select * from punctual_${table} order by 1, 2, 3`).all();
    const before = ["totals"].map(rowsOf);
    for (const statement of undoScale("sqlite", "punctual_")) db.exec(statement);
    await history.writeBatch(new RecordMaker().runs(1, { id: "r-0", jobName: "other" }));
    expect(["totals"].map(rowsOf)).toEqual(before);
    db.close();
    await checkWindow(history, records, { from: START + DAY_MS / 3 });
  });

  it("stay when records go, and then begin and end with a quarter of a day", async () => {
    const records = randomRecords(14_000, random);
    await writeAll(records, random);
    const border = START + 5 * DAY_MS + 12_345;
    await history.prune(border);
    await checkWindow(history, records, {});
    await checkWindow(history, records, { from: border });
    await checkWindow(history, records, { from: border + 5, to: border + 7_000_000 });
    await checkWindow(history, records, { from: START + 2 * CELL_MS, to: START + 9 * CELL_MS });
    await checkWindow(history, records, { to: border + 3 * DAY_MS });
    const near = await history.stats({ from: START + 1.6 * CELL_MS, to: START + 9.4 * CELL_MS });
    expect(near).toEqual(await history.stats({ from: START + 2 * CELL_MS, to: START + 9 * CELL_MS }));
    // Nothing of it is left, and it is nearer to no cell at all.
    expect(await history.stats({ from: START + 0.6 * CELL_MS, to: START + 0.9 * CELL_MS })).toEqual([]);
  });

  it("take account of a job that alone has forgotten something", async () => {
    const records = randomRecords(14_000, random);
    await writeAll(records, random);
    await history.close();
    history = SqlHistory.sqlite(path, { retention: { maxPerJob: 5_000 } });
    expect(await history.retain()).toBeGreaterThan(1_000);
    await checkWindow(history, records, {});
    await checkWindow(history, records, { from: START + 3 * CELL_MS, to: START + 20 * CELL_MS });
    await checkWindow(history, records, { job: ["job-2"], from: START + 3.3 * CELL_MS, to: START + 20.3 * CELL_MS });
    await checkWindow(history, records, { from: START + 3 * CELL_MS, to: START + 39.3 * CELL_MS });
  });
});

describe("statistics of random lives", () => {
  it.each([1, 2, 3, 4])(
    "are those of all that was ever written, in random order, with gaps (seed %i)",
    async (seed) => {
      const second = SqlHistory.sqlite(path);
      try {
        await checkRandomLife([history, second], randomOf(seed), { records: 14_000, windows: 60 });
      } finally {
        await second.close();
      }
    },
  );

  it.each([5, 6, 7, 8, 9, 10])("are so of a few records, too (seed %i)", async (seed) => {
    await checkRandomLife([history], randomOf(seed), { records: 400, windows: 60 });
  });
});
