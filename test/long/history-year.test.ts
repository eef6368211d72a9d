import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SqlHistory } from "../../src/history.js";
import { askAll, writeYearFast, Year } from "../history/fixtures/year.js";

const { PUNCTUAL_YEAR_RUNS = "10000000" } = process.env;
const RUNS = Number(PUNCTUAL_YEAR_RUNS);
const TELL_EACH = 500_000;

it(`answers in no time from a year of ${RUNS} records in a file of SQLite's`, { timeout: 2_400_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "punctual-year-"));
  const path = join(folder, "year.db");
  const startMs = performance.now();
  const tell = (text: string): void => {
    const seconds = Math.round((performance.now() - startMs) / 1_000);
    console.log(`${seconds} s: ${text}, ${Math.round(statSync(path).size / 2 ** 20)} MiB`);
  };
  try {
    const year = new Year(RUNS);
    await writeYearFast(path, year, (written) => {
      if (written % TELL_EACH === 0) tell(`${written} written`);
    });
    tell("indexes made");
    const answers = await askAll(() => SqlHistory.sqlite(path), year);
    console.table(answers);
    tell("all asked");
    expect(answers.filter(({ p95Ms, limitMs }) => p95Ms >= limitMs)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
