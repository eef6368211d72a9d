import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SqlHistory } from "../../src/history.js";
import { askAll, writeYear, Year } from "../history/fixtures/year.js";

const RUNS = Number(process.env["PUNCTUAL_YEAR_RUNS"] ?? 10_000_000);
/** How long anything may take that is asked for, on SQLite. */
const LIMIT_MS = 100;

it(`answers within ${LIMIT_MS} ms from a year of ${RUNS} records in a file of SQLite's`, {
  timeout: 2_400_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "punctual-year-"));
  const path = join(folder, "year.db");
  try {
    const year = new Year(RUNS);
    const history = SqlHistory.sqlite(path);
    const startMs = performance.now();
    await writeYear(history, year, (written) => {
      if (written % 500_000 > 0 && written < RUNS) return;
      const perSecond = Math.round((written / (performance.now() - startMs)) * 1_000);
      console.log(`${written} written, ${perSecond}/s, ${Math.round(statSync(path).size / 2 ** 20)} MiB`);
    });
    await history.close();
    const answers = await askAll(() => SqlHistory.sqlite(path), year);
    console.table(answers);
    expect(answers.filter(({ p95Ms }) => p95Ms >= LIMIT_MS)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
