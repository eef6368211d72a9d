import type { ClaimAnswer, Distributed, Job, SchedulerOptions } from "punctual";
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

/** Whole numbers from 0 on and below a bound, the same for each seed. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

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
    const writing = { backlog: 3, written: 5, dropped: 1, refused: 0, failures: 2 };
    const { scheduler } = setUp({ history: Object.assign(new MemoryHistory(), { writing }) });
    const { history } = scheduler.stats();
    expect(history).toEqual(writing);
    expect(history).not.toBe(writing);
  });

  it("tells what a history in a database has written", async () => {
    const history = SqlHistory.sqlite(":memory:");
    const { scheduler } = setUp({ history });
    await scheduler.runNow(() => {}, { name: "once" });
    expect(scheduler.stats().history).toEqual({ backlog: 1, written: 0, dropped: 0, refused: 0, failures: 0 });
    await history.flush();
    expect(scheduler.stats().history).toEqual({ backlog: 0, written: 1, dropped: 0, refused: 0, failures: 0 });
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

  it.each([1, 2, 3, 4, 5, 6])("agrees with the jobs, whatever is done to them (seed %i)", async (seed) => {
    const random = randomNumbers(seed);
    const clock = new ManualClock(START);
    const distributed = new MemoryDistributed({ clock });
    const limits = { maxConcurrent: 5, maxQueued: 8, groups: { db: { maxConcurrent: 2 } } };
    const nodes = ["a", "b"].map((appId) => setUp({ clock, distributed, appId, ...limits }));
    const { scheduler } = nodes[0] as (typeof nodes)[0];
    const jobs: Job<undefined, void>[] = [];
    const overlaps = ["skip", "queueOne", "queueAll", "replace", "allow"] as const;
    const add = (): void => {
      const number = jobs.length;
      const isDistributed = number % 3 === 0;
      const overlap = overlaps[random(isDistributed ? 4 : 5)] ?? "skip";
      const options = {
        overlap,
        ...(!isDistributed && overlap !== "allow" && { maxConcurrent: 1 + random(2) }),
        ...(random(2) === 0 && { group: "db" }),
      };
      const spec = `*/${1 + random(4)} * * * * *`;
      for (const { scheduler: node, taking } of random(2) === 0 ? nodes : nodes.slice(0, 1)) {
        const seconds = random(6);
        const job = isDistributed
          ? node.addDistributedCron(`job-${number}`, spec, taking(seconds), { ...options, lease: "5s" })
          : node.addCronCommand(spec, taking(seconds), { ...options, name: `job-${number}` });
        if (node === scheduler) jobs.push(job);
      }
    };
    const actions: ((job: Job<undefined, void>) => unknown)[] = [
      add,
      (job) => job.runNow().catch(() => {}),
      (job) => job.pause(),
      (job) => job.resume(),
      (job) => job.update({ priority: random(3) }),
      (job) => job.kill(),
      (job) => (random(3) === 0 ? job.remove() : undefined),
    ];
    const check = (): void => {
      const { running, waiting, jobs: count } = scheduler.stats();
      const sum = (of: (job: Job<undefined, void>) => number): number => jobs.reduce((all, job) => all + of(job), 0);
      expect(count).toBe(scheduler.jobs().length);
      expect(running).toBe(sum((job) => job.running));
      expect(waiting.forRun + waiting.forLimit + waiting.forNode).toBe(sum((job) => job.waiting));
      most = Math.max(most, Math.min(waiting.forRun, 1) + Math.min(waiting.forLimit, 1) + Math.min(waiting.forNode, 1));
    };
    let most = 0;
    for (let count = 0; count < 6; count++) add();
    for (const node of nodes) node.scheduler.start();
    for (let step = 0; step < 120; step++) {
      const job = jobs[random(jobs.length)] as Job<undefined, void>;
      if (scheduler.job(job.name) === job) void actions[random(actions.length)]?.(job);
      check();
      await clock.advance(random(1_500));
      check();
    }
    expect(most).toBeGreaterThan(1);
    const stopped = Promise.all(nodes.map((node) => node.scheduler.stop({ grace: 0, killGrace: 0 })));
    await clock.advance(60_000);
    await stopped;
    check();
    const none = { forRun: 0, forLimit: 0, forNode: 0 };
    expect(scheduler.stats()).toMatchObject({ running: 0, waiting: none, groups: { db: { running: 0, waiting: 0 } } });
  });

  it("names the fire time, not the jittered start", () => {
    const { scheduler } = setUp();
    scheduler.addCronCommand("0 * * * *", () => {}, { name: "spread", jitter: "10m" });
    expect(scheduler.stats().nextFireTime).toBe(START + 3_600_000);
  });
});
