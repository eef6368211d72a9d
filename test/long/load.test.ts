import { Scheduler, worker } from "punctual";
import { expect, it } from "vitest";

type Jobs = typeof import("../command/fixtures/jobs.js");
const jobs = new URL("../command/fixtures/jobs.js", import.meta.url);

it("100,000 jobs each second for 10 s: none missed, none twice, none early, and the event loop lives", async () => {
  const scheduler = new Scheduler({ timezone: "UTC" });
  const starts = new Map<number, number>();
  const lastStart = new Map<string, number>();
  let early = 0;
  let outOfOrder = 0;
  let missed = 0;
  let worstLateness = 0;
  scheduler.on("fire:missed", () => void missed++);
  for (let n = 0; n < 100_000; n++) {
    scheduler.addCronCommand(
      "* * * * * *",
      (run) => {
        const fireTime = run.fireTime as number;
        if (Date.now() < fireTime) early++;
        if ((lastStart.get(run.jobName) ?? fireTime - 1_000) !== fireTime - 1_000) outOfOrder++;
        lastStart.set(run.jobName, fireTime);
        starts.set(fireTime, (starts.get(fireTime) ?? 0) + 1);
        worstLateness = Math.max(worstLateness, run.latenessMs);
      },
      { name: `job ${n}` },
    );
  }
  await new Promise((resolve) => setTimeout(resolve, 1_100 - (Date.now() % 1_000)));
  scheduler.start();
  let longestBlockMs = 0;
  const end = performance.now() + 10_700;
  for (let last = performance.now(); last < end; ) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = performance.now();
    longestBlockMs = Math.max(longestBlockMs, now - last);
    last = now;
  }
  await scheduler.stop();
  console.log({ worstLateness, longestBlockMs });
  expect([...starts.values()]).toEqual(Array.from({ length: starts.size }, () => 100_000));
  expect(starts.size).toBeGreaterThanOrEqual(10);
  expect({ early, outOfOrder, missed }).toEqual({ early: 0, outOfOrder: 0, missed: 0 });
  // The figures to reach are 200 ms and 10 ms; a shared machine may have others' work to do, but not that much.
  expect(worstLateness).toBeLessThan(900);
  expect(longestBlockMs).toBeLessThan(100);
});

it("2,000 worker runs with crashes among them: each is accounted for, and no thread is left", async () => {
  const threads = (): number => (process.report?.getReport() as unknown as { workers: unknown[] }).workers.length;
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
