import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SqlHistory } from "../../../src/history.js";
import { askAll, writeYear, Year } from "../fixtures/year.js";

/** The year of test/long/history-year.test.ts, with a fiftieth of the records. */
it("answers from a year of 200,000 records what was written, in no time", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "punctual-year-"));
  const open = (): SqlHistory => SqlHistory.sqlite(join(folder, "year.db"));
  try {
    const year = new Year(200_000);
    const history = open();
    await writeYear(history, year, () => {});
    await history.close();
    const answers = await askAll(open, year);
    // Others' tests run at the same time; what reads every record takes longer than this.
    expect(answers.filter(({ medianMs }) => medianMs >= 250)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
