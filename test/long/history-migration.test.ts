import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { expect, it } from "vitest";
import { SqlHistory } from "../../src/history.js";
import { undoScale } from "../history/fixtures/sql-undo.js";
import { writeYearFast, Year } from "../history/fixtures/year.js";

const RECORDS = 1_000_000;

it(`adds up ${RECORDS} records that are there when the tables become those of version 3`, {
  timeout: 600_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "punctual-migration-"));
  const path = join(folder, "year.db");
  try {
    const year = new Year(RECORDS);
    await writeYearFast(path, year, () => {});
    const history = SqlHistory.sqlite(path);
    const query = { from: (year.times[1_000] ?? 0) + 1, to: (year.times[900_000] ?? 0) + 1 };
    const before = [await history.stats(), await history.stats(query), await history.list({ tag: "rare" })];
    await history.close();
    const database = new Database(path);
    for (const statement of undoScale("sqlite", "punctual_")) database.exec(statement);
    database.close();
    const startMs = performance.now();
    await history.lastFireTimes();
    console.log(`${RECORDS} records were added up in ${Math.round((performance.now() - startMs) / 100) / 10} s`);
    expect([await history.stats(), await history.stats(query), await history.list({ tag: "rare" })]).toEqual(before);
    await history.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
