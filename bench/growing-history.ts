import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqlHistory } from "punctual/history";
import type { Measured } from "./question.js";
import { check } from "./question.js";
import { jobNameOf, recordsOf } from "./records.js";
import { median } from "./statistics.js";

const BATCH_SIZE = 500;
const MEASURED = 5_000;
const ASKED = 50;
const PAGE = 50;

/** A database of so many rows: what further records cost, and a page from the middle of one job's. */
export async function historyByRows(rows: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "punctual-bench-"));
  const history = SqlHistory.sqlite(join(folder, "runs.db"));
  for (let row = 0; row < rows; row += BATCH_SIZE) await history.writeBatch(recordsOf(row, BATCH_SIZE));
  const further = Array.from({ length: MEASURED / BATCH_SIZE }, (_, index) =>
    recordsOf(rows + index * BATCH_SIZE, BATCH_SIZE),
  );
  const start = performance.now();
  for (const batch of further) await history.writeBatch(batch);
  const writeMs = performance.now() - start;
  const page = await medianOf(async (index) => {
    const { items } = await history.list({ job: jobNameOf(index), limit: PAGE });
    check(items.length === PAGE && items.every(({ jobName }) => jobName === jobNameOf(index)), "a page of the job");
  });
  const lastFires = await medianOf(async () => check((await history.lastFireTimes()).size === 10, "last fire times"));
  await history.close();
  rmSync(folder, { recursive: true });
  const write = (writeMs * 1_000) / MEASURED;
  return {
    figures: { "write a record, µs": write, "a page of 50 of a job, ms": page, "last fire times, ms": lastFires },
  };
}

async function medianOf(work: (index: number) => Promise<void>): Promise<number> {
  const took: number[] = [];
  for (let index = 0; index < ASKED; index++) {
    const start = performance.now();
    await work(index);
    took.push(performance.now() - start);
  }
  return median(took);
}
