import type { ClaimAnswer, Distributed, SchedulerOptions } from "punctual";
import { MemoryDistributed, MemoryHistory, Scheduler, worker } from "punctual";
import { SqlHistory } from "punctual/history";
import { ManualClock } from "punctual/testing";
import { afterEach, describe, expect, it } from "vitest";

const START = Date.UTC(2026, 0, 1);
const schedulers: Scheduler[] = [];

function setUp(options: SchedulerOptions = {}) {
  const clock = (options.clock as ManualClock | undefined) ?? new ManualClock(START);
  const scheduler = new Scheduler({ timezone: "UTC", clock, ...options });
  schedulers.push(scheduler);
  const taking = (seconds: number) => (): Promise<void> =>
    new Promise((resolve) => void clock.setTimer(seconds * 1_000, resolve));
  return { scheduler, clock, taking };
}

afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.stop({ grace: 0, killGrace: 0 })));
});

describe("scheduler.stats", () => {
  it("is a plain copy of a scheduler that has nothing to do", async () => {
    const { scheduler, clock } = setUp({ workers: { maxThreads: 3 }, groups: { db: { maxConcurrent: 2 } } });
    const idle = {
      phase: "idle",
      jobs: 0,
      running: 0,
      waiting: { forRun: 0, forLimit: 0, forNode: 0 },
      groups: { db: { running: 0, maxConcurrent: 2, waiting: 0 } },
      workers: { threads: 0, maxThreads: 3, busy: 0, queued: 0 },
      history: null,
      nextFireTime: null,
    };
    const before = scheduler.stats();
    expect(before).toStrictEqual(idle);
    scheduler.addCronCommand("*/10 * * * * *", () => {}, { name: "tick" });
    scheduler.addCommand(() => {}, { name: "by hand" });
    scheduler.start();
    await clock.advance(12_000);
    expect(scheduler.stats()).toStrictEqual({ ...idle, phase: "running", jobs: 2, nextFireTime: START + 20_000 });
    expect(before).toStrictEqual(idle);
  });

  it("tells what runs and waits, by group, until all has ended", async () => {
    const { scheduler, clock, taking } = setUp({ groups: { db: { maxConcurrent: 1 }, mail: { maxConcurrent: 1 } } });
    scheduler.addCronCommand("*/10 * * * * *", taking(35), { name: "slow", overlap: "queueAll", group: "db" });
    scheduler.addCronCommand("*/20 * * * * *", taking(1), { name: "held", group: "db" });
    scheduler.start();
    await clock.advance(20_000);
    expect(scheduler.stats()).toMatchObject({
      running: 1,
      waiting: { forRun: 1, forLimit: 1, forNode: 0 },
      groups: { db: { running: 1, maxConcurrent: 1, waiting: 1 }, mail: { running: 0, waiting: 0 } },
    });
    const stopped = scheduler.stop({ grace: "1m" });
    expect(scheduler.stats()).toMatchObject({ phase: "stopping", running: 1, waiting: { forRun: 0, forLimit: 0 } });
    await clock.advance(60_000);
    await stopped;
    expect(scheduler.stats()).toMatchObject({
      phase: "idle",
      running: 0,
      groups: { db: { running: 0, waiting: 0 } },
      nextFireTime: START + 30_000,
    });
  });

  it("counts what waits for its job by every way out of waiting", async () => {
    const { scheduler, clock, taking } = setUp();
    const queue = scheduler.addCronCommand("*/10 * * * * *", taking(25), { name: "queue", overlap: "queueAll" });
    scheduler.start();
    await clock.advance(30_000);
    expect(scheduler.stats().waiting.forRun).toBe(2);
    // The first has ended, and the next one begun.
    await clock.advance(9_000);
    expect(scheduler.stats().waiting.forRun).toBe(1);
    queue.update({ priority: 5 });
    expect(scheduler.stats().waiting.forRun).toBe(1);
    queue.remove();
    expect(scheduler.stats()).toMatchObject({ jobs: 0, running: 1, waiting: { forRun: 0 }, nextFireTime: null });
  });

  it("tells the threads of the pool, and the runs that have none", async () => {
    const { scheduler } = setUp({ workers: { maxThreads: 1 } });
    const module = new URL("../command/fixtures/stats-job.ts", import.meta.url);
    const untilAborted = worker<typeof import("../command/fixtures/stats-job.js")>(module, "untilAborted");
    const jobs = ["a", "b", "c"].map((name) => scheduler.addCommand(untilAborted, { name, killGrace: "5s" }));
    const begun = new Promise((resolve) => scheduler.on("run:progress", resolve));
    const runs = jobs.map((job) => job.runNow());
    expect(scheduler.stats().workers).toEqual({ threads: 0, maxThreads: 1, busy: 1, queued: 2 });
    await begun;
    expect(scheduler.stats().workers).toEqual({ threads: 1, maxThreads: 1, busy: 1, queued: 2 });
    // One that is ended while it waits.
    jobs[1]?.kill();
    expect(scheduler.stats().workers).toMatchObject({ busy: 1, queued: 1 });
    jobs[2]?.kill();
    jobs[0]?.kill();
    await Promise.all(runs);
    expect(scheduler.stats().workers).toMatchObject({ busy: 0, queued: 0 });
  });

  it("tells what the history tells, as a copy", () => {
    const writing = { backlog: 3, written: 5, dropped: 1, failures: 2 };
    const { scheduler } = setUp({ history: Object.assign(new MemoryHistory(), { writing }) });
    const { history } = scheduler.stats();
    expect(history).toEqual(writing);
    expect(history).not.toBe(writing);
  });

  it("tells what a history in a database has written", async () => {
    const history = SqlHistory.sqlite(":memory:");
    const { scheduler } = setUp({ history });
    await scheduler.runNow(() => {}, { name: "once" });
    expect(scheduler.stats().history).toEqual({ backlog: 1, written: 0, dropped: 0, failures: 0 });
    await history.flush();
    expect(scheduler.stats().history).toEqual({ backlog: 0, written: 1, dropped: 0, failures: 0 });
  });

  it("tells what waits for other nodes", async () => {
    const clock = new ManualClock(START);
    const store = new MemoryDistributed({ clock });
    const refused: ClaimAnswer = {
      ...{ granted: false, reason: "held", holder: "b", retryAfterMs: 4_000 },
      ...{ runToken: null, unfinished: null },
    };
    let asked = 0;
    const distributed: Distributed = {
      select: (...request) => store.select(...request),
      claim: async (request) => (asked++ === 0 ? refused : await store.claim(request)),
      lease: (request) => store.lease(request),
      close: () => store.close(),
    };
    const { scheduler, taking } = setUp({ clock, distributed });
    scheduler.addDistributedCron("report", "*/10 * * * * *", taking(1));
    scheduler.start();
    await clock.advance(11_000);
    expect(scheduler.stats()).toMatchObject({ running: 0, waiting: { forNode: 1 } });
    await clock.advance(4_000);
    expect(scheduler.stats().waiting.forNode).toBe(0);
    expect(asked).toBe(2);
  });

  it("names the fire time, not the jittered start", () => {
    const { scheduler } = setUp();
    scheduler.addCronCommand("0 * * * *", () => {}, { name: "spread", jitter: "10m" });
    expect(scheduler.stats().nextFireTime).toBe(START + 3_600_000);
  });
});
