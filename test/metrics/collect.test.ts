import type { Distributed, Schedule, SchedulerOptions } from "punctual";
import { DistributedUnavailableError, MemoryDistributed, MemoryHistory, Scheduler, every } from "punctual";
import { ManualClock } from "punctual/testing";
import { afterEach, describe, expect, it } from "vitest";
import { Disk, RememberingHistory } from "../support/remembering-history.js";
import type { CollectMetricsOptions, GaugeName, GaugeReading, MetricSink, TotalName } from "../../src/metrics/index.js";
import { COUNTERS, GAUGES, HISTOGRAMS, TOTALS, collectMetrics } from "../../src/metrics/index.js";

const START = Date.UTC(2026, 0, 1);
const schedulers: Scheduler[] = [];

/** Keeps what it is given: `name{label values}`, and gauges by name. */
class Kept implements MetricSink {
  readonly counts: Record<string, number> = {};
  readonly values: Record<string, number[]> = {};
  readonly reads = new Map<GaugeName, () => readonly GaugeReading[]>();
  readonly totals = new Map<TotalName, () => number>();

  count(name: string, labels: object, by: number): void {
    const key = `${name}{${Object.values(labels).join(",")}}`;
    this.counts[key] = (this.counts[key] ?? 0) + by;
  }

  observe(name: string, labels: object, seconds: number): void {
    const key = `${name}{${Object.values(labels).join(",")}}`;
    this.values[key] = [...(this.values[key] ?? []), seconds];
  }

  gauge(name: GaugeName, read: () => readonly GaugeReading[]): void {
    this.reads.set(name, read);
  }

  total(name: TotalName, read: () => number): void {
    this.totals.set(name, read);
  }

  read(name: GaugeName): Record<string, number> {
    const readings = this.reads.get(name)?.() ?? [];
    return Object.fromEntries(readings.map(({ labels, value }) => [labels.job ?? labels.group ?? "", value]));
  }
}

function setUp(options: SchedulerOptions = {}, collect: CollectMetricsOptions = {}) {
  const clock = (options.clock as ManualClock | undefined) ?? new ManualClock(START);
  const scheduler = new Scheduler({ timezone: "UTC", clock, ...options });
  schedulers.push(scheduler);
  const sink = new Kept();
  const stop = collectMetrics(scheduler, sink, collect);
  const taking = (seconds: number) => (): Promise<void> =>
    new Promise((resolve) => void clock.setTimer(seconds * 1_000, resolve));
  return { scheduler, clock, sink, stop, taking };
}

afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.stop({ grace: 0, killGrace: 0 })));
});

describe("collectMetrics", () => {
  it("counts the runs that a dead process has left", async () => {
    const disk = new Disk();
    const dead = setUp({ history: new RememberingHistory(disk) });
    dead.scheduler.addCronCommand("* * * * * *", () => new Promise(() => {}), { name: "endless" });
    dead.scheduler.start();
    await dead.clock.advance(1_000);
    const { scheduler, clock, sink } = setUp({ history: new RememberingHistory(disk) });
    scheduler.start();
    await clock.advance(100);
    expect(sink.counts).toMatchObject({ "runs_total{endless,abandoned}": 1 });
  });

  it("counts fires, starts, skips and outcomes, and measures in seconds", async () => {
    const { scheduler, clock, sink, taking } = setUp();
    scheduler.addCronCommand("*/10 * * * * *", taking(15), { name: "slow" });
    const failing = scheduler.addCommand(
      () => {
        throw new Error("no");
      },
      { name: "failing" },
    );
    scheduler.start();
    await clock.advance(45_000);
    await failing.runNow();
    expect(sink.counts).toEqual({
      "fires_total{slow}": 4,
      "starts_total{slow}": 2,
      "skips_total{slow,overlap}": 2,
      "runs_total{slow,succeeded}": 2,
      "starts_total{failing}": 1,
      "runs_total{failing,failed}": 1,
    });
    expect(sink.values).toEqual({
      "lateness_seconds{slow}": [0, 0],
      "duration_seconds{slow}": [15, 15],
      "duration_seconds{failing}": [0],
    });
    expect(sink.read("last_success_timestamp_seconds")).toEqual({ slow: (START + 45_000) / 1_000 });
  });

  it("reads what runs, waits, is paused and comes next", async () => {
    const { scheduler, clock, sink, taking } = setUp();
    const slow = scheduler.addCronCommand("*/10 * * * * *", taking(25), { name: "slow", overlap: "queueAll" });
    scheduler.addCommand(() => {}, { name: "idle" });
    scheduler.start();
    await clock.advance(30_000);
    expect(sink.read("jobs")).toEqual({ "": 2 });
    expect(sink.read("running")).toEqual({ slow: 1, idle: 0 });
    expect(sink.read("waiting")).toEqual({ slow: 2, idle: 0 });
    expect(sink.read("paused")).toEqual({ slow: 0, idle: 0 });
    expect(sink.read("next_fire_timestamp_seconds")).toEqual({ slow: (START + 40_000) / 1_000 });
    slow.pause("by hand");
    expect(sink.read("paused")).toEqual({ slow: 1, idle: 0 });
    slow.remove();
    // Its run goes on.
    expect(sink.read("running")).toEqual({ slow: 1, idle: 0 });
    await clock.advance(10_000);
    expect(sink.read("running")).toEqual({ idle: 0 });
  });

  it("counts a function that is deaf as running until it has ended", async () => {
    const { scheduler, clock, sink, taking } = setUp();
    scheduler.addCronCommand("*/10 * * * * *", taking(9), { name: "deaf", timeout: "1s", killGrace: "1s", maxRuns: 1 });
    scheduler.start();
    await clock.advance(15_000);
    expect(sink.counts["runs_total{deaf,timedOut}"]).toBe(1);
    expect(sink.read("running")).toEqual({ deaf: 1 });
    await clock.advance(10_000);
    expect(sink.read("running")).toEqual({});
  });

  it("counts retries, and fire times that were missed", async () => {
    const { scheduler, clock, sink } = setUp();
    scheduler.addCronCommand(
      every("10s", { anchor: "epoch" }),
      ({ attempt }) => {
        if (attempt === 1) throw new Error("no");
      },
      { name: "flaky", retry: { attempts: 2, delay: "1s" } },
    );
    scheduler.start();
    await clock.advance(12_000);
    clock.set(START + 60_000);
    await clock.advance(45_000);
    expect(sink.counts).toEqual({
      "fires_total{flaky}": 10,
      "starts_total{flaky}": 6,
      "retries_total{flaky}": 6,
      "runs_total{flaky,succeeded}": 6,
      "missed_fires_total{flaky,clockJumped}": 5,
      "skips_total{flaky,misfire}": 4,
      "clock_jumps_total{}": 1,
    });
  });

  it("counts what the store grants, refuses and leaves open", async () => {
    const clock = new ManualClock(START);
    const store = new MemoryDistributed({ clock });
    let isDown = false;
    const distributed = new Proxy<Distributed>(store, {
      get: (of, key) => (key === "claim" && isDown ? down : Reflect.get(of, key).bind(of)),
    });
    const [a, b] = ["a", "b"].map((appId) => setUp({ clock, distributed, appId }));
    for (const node of [a, b]) {
      node?.scheduler.addDistributedCron("report", "*/10 * * * * *", () => {});
      node?.scheduler.start();
    }
    await clock.advance(35_000);
    const granted = [a, b].map((node) => node?.sink.counts["claims_granted_total{report}"] ?? 0);
    const refused = [a, b].map((node) => node?.sink.counts["claims_refused_total{report,claimed}"] ?? 0);
    expect(granted.reduce((sum, each) => sum + each)).toBe(3);
    expect(refused.reduce((sum, each) => sum + each)).toBe(3);
    isDown = true;
    await clock.advance(10_000);
    expect(a?.sink.counts["distributed_unavailable_total{report}"]).toBe(1);
    expect(a?.sink.counts["skips_total{report,distributedUnavailable}"]).toBe(1);
  });

  it("measures how long the store took to answer, and how long it was waited for", async () => {
    const clock = new ManualClock(START);
    const store = new MemoryDistributed({ clock });
    let answerMs = 300;
    const distributed = new Proxy<Distributed>(store, {
      get: (of, key) => {
        const method = Reflect.get(of, key).bind(of);
        if (key !== "claim") return method;
        return async (...request: unknown[]) => {
          await new Promise<void>((resolve) => void clock.setTimer(answerMs, resolve));
          return await method(...request);
        };
      },
    });
    const { scheduler, sink } = setUp({ clock, distributed, appId: "a" });
    const told: (readonly [string, number])[] = [];
    for (const event of ["fire:claimed", "fire:refused", "distributed:unavailable"] as const) {
      scheduler.on(event, ({ durationMs }) => told.push([event, durationMs]));
    }
    scheduler.addDistributedCron("report", "*/10 * * * * *", () => {});
    scheduler.start();
    await clock.advance(11_000);
    // Another node is faster for the second one.
    answerMs = 700;
    await clock.advance(9_000);
    const claim = { serviceName: "report", appId: "b", fireTime: START + 20_000, claimId: "b:1" };
    await store.claim({ ...claim, holdTimeMs: 0, leaseMs: 0, maxAttempts: 1, unlessFinished: null });
    await clock.advance(1_000);
    // And then the store is too slow.
    answerMs = 60_000;
    await clock.advance(12_000);
    expect(told).toEqual([
      ["fire:claimed", 300],
      ["fire:refused", 700],
      ["distributed:unavailable", 2_000],
    ]);
    expect(sink.values).toMatchObject({
      "claim_duration_seconds{report,granted}": [0.3],
      "claim_duration_seconds{report,refused}": [0.7],
      "claim_duration_seconds{report,unavailable}": [2],
    });
  });

  it("counts a lease that was lost", async () => {
    const clock = new ManualClock(START);
    const distributed = new MemoryDistributed({ clock });
    const { scheduler, sink, taking } = setUp({ clock, distributed, appId: "a" });
    scheduler.addDistributedCron("report", "0 * * * * *", taking(120), { lease: "10s" });
    scheduler.start();
    await clock.advance(61_000);
    expect(sink.read("running")).toEqual({ report: 1 });
    const lost = new Promise((resolve) => scheduler.once("lease:lost", resolve));
    // The store is gone, and what it knew with it.
    await distributed.close();
    await clock.advance(20_000);
    await lost;
    expect(sink.counts["leases_lost_total{report}"]).toBe(1);
  });

  it("gives jobs the label that it is told, and adds up those of one label", async () => {
    const { scheduler, clock, sink } = setUp({}, { jobLabel: (name) => name.replace(/-\d+$/, "") });
    for (const number of [1, 2, 3]) {
      scheduler.addCronCommand(new Date(START + number * 1_000), () => {}, { name: `order-${number}` });
    }
    expect(sink.read("waiting")).toEqual({ order: 0 });
    expect(sink.read("next_fire_timestamp_seconds")).toEqual({ order: START / 1_000 + 1 });
    scheduler.start();
    await clock.advance(5_000);
    expect(sink.counts).toEqual({
      "fires_total{order}": 3,
      "starts_total{order}": 3,
      "runs_total{order,succeeded}": 3,
    });
  });

  it("never counts below zero when it begins in the middle of a run", async () => {
    const { scheduler, clock, taking } = setUp();
    scheduler.addCronCommand("*/10 * * * * *", taking(5), { name: "job" });
    scheduler.start();
    await clock.advance(12_000);
    const late = new Kept();
    collectMetrics(scheduler, late);
    await clock.advance(5_000);
    expect(late.read("running")).toEqual({ job: 0 });
    expect(late.counts).toEqual({ "runs_total{job,succeeded}": 1 });
  });

  it("takes seconds that are never negative, when the clock is set back during a run", async () => {
    const { scheduler, clock, sink, taking } = setUp();
    scheduler.addCronCommand("*/10 * * * * *", taking(5), { name: "job" });
    scheduler.start();
    await clock.advance(12_000);
    clock.set(START - 3_600_000);
    await clock.advance(5_000);
    expect(sink.values["duration_seconds{job}"]).toEqual([0]);
  });

  it("gives nothing any more when it has been stopped", async () => {
    const { scheduler, clock, sink, stop } = setUp();
    scheduler.addCronCommand("*/10 * * * * *", () => {}, { name: "job" });
    scheduler.start();
    stop();
    stop();
    await clock.advance(30_000);
    expect(sink.counts).toEqual({});
    for (const name of sink.reads.keys()) expect(sink.read(name)).toEqual({});
  });

  it("does not stop the scheduler with a sink that throws: that is an error event", async () => {
    const clock = new ManualClock(START);
    const scheduler = new Scheduler({ timezone: "UTC", clock });
    schedulers.push(scheduler);
    const codes = new Set<string>();
    scheduler.on("error", ({ error }) => codes.add(error.code));
    const broken = (): never => {
      throw new Error("broken");
    };
    collectMetrics(scheduler, { count: broken, observe: broken, gauge: () => {}, total: () => {} });
    let runs = 0;
    scheduler.addCronCommand("*/10 * * * * *", () => void runs++);
    scheduler.start();
    await clock.advance(30_000);
    expect(runs).toBe(3);
    expect([...codes]).toEqual(["LISTENER_FAILED"]);
  });

  it("reads what groups, the pool and the history are at", async () => {
    const writing = { backlog: 3, written: 100, dropped: 1, refused: 0, failures: 0 };
    const history = Object.assign(new MemoryHistory(), { writing });
    const groups = { db: { maxConcurrent: 1 }, mail: { maxConcurrent: 4 } };
    const { scheduler, clock, sink, stop, taking } = setUp({ groups, history, workers: { maxThreads: 3 } });
    for (const name of ["a", "b", "c"]) scheduler.addCronCommand("*/10 * * * * *", taking(8), { name, group: "db" });
    scheduler.start();
    await clock.advance(11_000);
    expect(sink.read("group_running")).toEqual({ db: 1, mail: 0 });
    expect(sink.read("group_waiting")).toEqual({ db: 2, mail: 0 });
    expect(sink.read("group_max_concurrent")).toEqual({ db: 1, mail: 4 });
    const pool = ["pool_threads", "pool_max_threads", "pool_busy", "pool_queued"] as const;
    expect(pool.map((name) => sink.read(name))).toEqual([{ "": 0 }, { "": 3 }, { "": 0 }, { "": 0 }]);
    expect(sink.read("history_backlog")).toEqual({ "": 3 });
    Object.assign(writing, { written: 120, dropped: 4, failures: 2 });
    const totals = (): number[] => [...sink.totals.values()].map((read) => read());
    // From when the collecting began, until it ended.
    expect(totals()).toEqual([20, 3, 2]);
    stop();
    Object.assign(writing, { written: 500 });
    expect(totals()).toEqual([20, 3, 2]);
  });

  it("leaves errors that nobody listens to a process warning, and counts them", async () => {
    const { scheduler, clock, sink } = setUp();
    const broken: Schedule = {
      next: () => {
        throw new Error("no schedule");
      },
    };
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    let asked = 0;
    scheduler.addCronCommand({ next: (after) => (asked++ < 1 ? after + 1_000 : broken.next(after)) }, () => {});
    scheduler.start();
    await clock.advance(2_000);
    expect(((await warned) as { code?: string }).code).toBe("SCHEDULE_FAILED");
    expect(sink.counts["errors_total{SCHEDULE_FAILED}"]).toBe(1);
  });
});

describe("the definitions", () => {
  it("follow the conventions of Prometheus", () => {
    for (const name of Object.keys({ ...COUNTERS, ...TOTALS })) expect(name).toMatch(/^[a-z_]+_total$/);
    for (const name of Object.keys(HISTOGRAMS)) expect(name).toMatch(/^[a-z_]+_seconds$/);
    for (const name of Object.keys(GAUGES)) expect(name).not.toMatch(/_total$|_ms|Ms/);
    for (const { help } of Object.values({ ...COUNTERS, ...TOTALS, ...HISTOGRAMS, ...GAUGES }))
      expect(help).not.toBe("");
  });
});

async function down(): Promise<never> {
  throw new DistributedUnavailableError("it is down");
}
