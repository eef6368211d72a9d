import { Scheduler, worker } from "punctual";
import { expect, it } from "vitest";
import { finish, start } from "../support/scenario.js";

type Jobs = typeof import("../command/fixtures/jobs.js");
const jobs = new URL("../command/fixtures/jobs.js", import.meta.url);

it("100,000 jobs each second for 10 s: none missed, none twice, none early, and the event loop lives", async () => {
  // In a process of its own, with the built package: a test runner's own work must not count as a block.
  const { exitCode, lines } = await finish(start("flood"));
  expect(exitCode).toBe(0);
  const [{ counted, lastFires, worstLatenessMs, longestBlockMs }] = lines as [Record<string, number>];
  console.log({ worstLatenessMs, longestBlockMs });
  expect(counted).toEqual({ starts: 1_000_000, early: 0, outOfOrder: 0, missed: 0, skipped: 0 });
  expect(lastFires).toBe(1);
  // The figures to reach are 200 ms and 10 ms; a shared machine may have others' work to do, but not that much.
  expect(worstLatenessMs).toBeLessThan(900);
  expect(longestBlockMs).toBeLessThan(100);
});

it("2,000 worker runs with crashes among them: each is accounted for, and no thread is left", async () => {
  const threads = (): number => (process.report.getReport() as unknown as { workers: unknown[] }).workers.length;
  const before = threads();
  const scheduler = new Scheduler({ workers: { maxThreads: 2 } });
  const outcomes = new Map<string, number>();
  const count = (key: string): unknown => outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
  const runs = Array.from({ length: 2_000 }, async (_, n) => {
    if (n % 100 === 17) {
      const run = await scheduler.runNow(worker<Jobs>(jobs, "exit"), { data: 1 });
      count((run.error as { code: string }).code);
    } else if (n % 100 === 53) {
      const run = await scheduler.runNow(worker<Jobs>(jobs, "uncaught"));
      count((run.error as { code: string }).code);
    } else {
      const run = await scheduler.runNow(worker<Jobs>(jobs, "double"), { data: n });
      expect(run.result).toBe(n * 2);
      count(run.outcome);
    }
  });
  await Promise.all(runs);
  await scheduler.stop();
  expect(Object.fromEntries(outcomes)).toEqual({ succeeded: 1_960, WORKER_EXITED: 20, WORKER_UNCAUGHT: 20 });
  expect(threads()).toBe(before);
});
