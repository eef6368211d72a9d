import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SqlHistory } from "../../../src/history.js";
import { askAll, writeYear, writeYearFast, Year } from "../fixtures/year.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "punctual-year-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The year of test/long/history-year.test.ts, with a hundredth of the records. */
it("answers from a year of 100,000 records what was written, in no time", { timeout: 60_000 }, async () => {
  const path = join(folder, "year.db");
  const year = new Year(100_000);
  await writeYearFast(path, year, () => {});
  const answers = await askAll(() => SqlHistory.sqlite(path), year, 5);
  // Others' tests run at the same time; what reads every record takes longer than this.
  expect(answers.filter(({ medianMs }) => medianMs >= 250)).toEqual([]);
});

it("is written in two ways, which make the same tables", { timeout: 60_000 }, async () => {
  const year = new Year(12_000);
  const history = SqlHistory.sqlite(join(folder, "slow.db"));
  await writeYear(history, year, () => {}, 500);
  await history.close();
  await writeYearFast(join(folder, "fast.db"), year, () => {});
  expect(contentOf(join(folder, "fast.db"))).toEqual(contentOf(join(folder, "slow.db")));
});

function contentOf(path: string): unknown {
  const database = new Database(path);
  try {
    const objects = database.prepare("select type, name, sql from sqlite_master order by type, name").all() as {
      type: string;
      name: string;
    }[];
    const tables = objects.filter(({ type }) => type === "table");
    expect(tables.length).toBeGreaterThan(8);
    return [objects, ...tables.map(({ name }) => rowsOf(database, name))];
  } finally {
    database.close();
  }
}

/** With bytes as text: these are not compared otherwise. */
function rowsOf(database: InstanceType<typeof Database>, table: string): unknown {
  const rows = database.prepare(`select * from ${table} order by 1, 2`).raw().all() as unknown[][];
  return rows.map((row) =>
    row.map((value) => (value instanceof ArrayBuffer ? Buffer.from(value).toString("hex") : value)),
  );
}
