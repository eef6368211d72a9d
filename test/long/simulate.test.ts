import { expect, it } from "vitest";
import { finish, startScript } from "../support/scenario.js";

/** What the process says at its end. */
interface Report {
  readonly counts: { readonly runs: number; readonly mostRuns: number };
  readonly heapMiB: number;
  readonly seconds: number;
}

it.each([
  ["0 * * * *", 1_000],
  ["H * * * *", 160],
])("a year of 1,000 jobs at %s, of a minute each", async (spec, mostRuns) => {
  // In a process of its own, with the built package: a test runner makes calls between modules slower.
  const { exitCode, lines } = await finish(startScript("../long/fixtures/simulate-year.mjs", [spec]));
  expect([exitCode, lines.length]).toEqual([0, 1]);
  const [{ counts, heapMiB, seconds }] = lines as [Report];
  console.log({ spec, seconds, runsPerSecond: Math.round(counts.runs / seconds), heapMiB });
  expect(counts).toMatchObject({ fires: 8_760_000, runs: 8_760_000, skipped: {}, missed: 0, unfinished: 0 });
  expect(counts.mostRuns).toBeLessThanOrEqual(mostRuns);
  expect(heapMiB).toBeLessThan(200);
  // The figure to reach is 10 s; a shared machine may have others' work to do.
  expect(seconds).toBeLessThan(25);
});
