import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SqlHistory } from "../../../src/history.js";
import { bucketOf, bucketSql, CELL_MS, cellOf, cellSql } from "../../../src/history/sql/buckets.js";
import { RecordMaker, START } from "../../../src/testing/history-records.js";
import { undoScale } from "../fixtures/sql-undo.js";
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
      expect(Math.abs(bucket - value)).toBeLessThanOrEqual(value < 50 ? 0 : value * 0.02);
      expect(bucket).toBeGreaterThanOrEqual(before);
      expect(bucketOf(-value) + bucket).toBe(0);
      before = bucket;
    }
  });

  it("and a cell are the same in SQL", () => {
    const db = new Database(":memory:");
    const ask = db.prepare(
      `select ${bucketSql("ms")} as bucket, ${cellSql("ms")} as cell from (select cast(? as integer) as ms)`,
    );
    for (const value of values.flatMap((each) => [each, -each, each * CELL_MS, -each * CELL_MS + 1])) {
      if (Math.abs(value) > 9e15) continue;
      const [row] = ask.all(value) as [{ bucket: number; cell: number }];
      expect([row.bucket + 0, row.cell + 0], `${value}`).toEqual([bucketOf(value) + 0, cellOf(value) + 0]);
    }
    db.close();
  });
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
    const rowsOf = (table: string): unknown[] =>
      db.prepare(`select * from punctual_${table} order by 1, 2, 3, 4`).all();
    const before = ["totals", "past_totals"].map(rowsOf);
    for (const statement of undoScale("sqlite", "punctual_")) db.exec(statement);
    await history.writeBatch(new RecordMaker().runs(1, { id: "r-0", jobName: "other" }));
    expect(["totals", "past_totals"].map(rowsOf)).toEqual(before);
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
