import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as client from "prom-client";
import { InvalidOptionError, MemoryHistory, Scheduler } from "punctual";
import { ManualClock } from "punctual/testing";
import { afterEach, describe, expect, it } from "vitest";
import { promMetrics } from "../../src/metrics/index.js";

const START = Date.UTC(2026, 0, 1);
const schedulers: Scheduler[] = [];

function newScheduler(clock: ManualClock = new ManualClock(START)): Scheduler {
  const scheduler = new Scheduler({ timezone: "UTC", clock });
  schedulers.push(scheduler);
  return scheduler;
}

/** The lines of an exposition that have a value, without comments. */
async function linesOf(register: client.Registry): Promise<string[]> {
  return (await register.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.stop({ grace: 0, killGrace: 0 })));
  client.register.clear();
});

describe("promMetrics", () => {
  it("gives Prometheus counters, histograms in seconds, and gauges of now", async () => {
    const clock = new ManualClock(START);
    const scheduler = newScheduler(clock);
    const register = new client.Registry();
    promMetrics(scheduler, { client, register });
    const taking = (): Promise<void> => new Promise((resolve) => void clock.setTimer(15_000, resolve));
    scheduler.addCronCommand("*/10 * * * * *", taking, { name: "slow" });
    scheduler.start();
    await clock.advance(32_000);
    const lines = await linesOf(register);
    expect(lines).toEqual(
      expect.arrayContaining([
        'punctual_fires_total{job="slow"} 3',
        'punctual_starts_total{job="slow"} 2',
        'punctual_skips_total{job="slow",reason="overlap"} 1',
        'punctual_runs_total{job="slow",outcome="succeeded"} 1',
        'punctual_lateness_seconds_bucket{le="0.001",job="slow"} 2',
        'punctual_duration_seconds_bucket{le="10",job="slow"} 0',
        'punctual_duration_seconds_bucket{le="30",job="slow"} 1',
        'punctual_duration_seconds_sum{job="slow"} 15',
        'punctual_running{job="slow"} 1',
        'punctual_waiting{job="slow"} 0',
        "punctual_jobs 1",
        `punctual_next_fire_timestamp_seconds{job="slow"} ${START / 1_000 + 40}`,
        `punctual_last_success_timestamp_seconds{job="slow"} ${START / 1_000 + 25}`,
      ]),
    );
    // All metrics are listed, with their types, also those that nothing has happened to.
    expect(await register.metrics()).toContain("# TYPE punctual_leases_lost_total counter");
    await clock.advance(4_000);
    expect(await linesOf(register)).toContain('punctual_running{job="slow"} 1');
    scheduler.jobs()[0]?.remove();
    await clock.advance(15_000);
    const later = await linesOf(register);
    expect(later.filter((line) => /^punctual_(running|waiting|next_fire)/.test(line))).toEqual([]);
    expect(later).toContain('punctual_runs_total{job="slow",outcome="succeeded"} 2');
  });

  it("measures real time", async () => {
    const scheduler = new Scheduler();
    schedulers.push(scheduler);
    const register = new client.Registry();
    promMetrics(scheduler, { client, register });
    const ended = new Promise((resolve) => scheduler.once("run:finished", resolve));
    const pause = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 60));
    scheduler.addCronCommand("* * * * * *", pause, { name: "tick", maxRuns: 1 });
    scheduler.start();
    await ended;
    const values = Object.fromEntries((await linesOf(register)).map((line) => line.split(/ (?=[^ ]*$)/)));
    expect(Number(values['punctual_duration_seconds_sum{job="tick"}'])).toBeGreaterThanOrEqual(0.058);
    expect(Number(values['punctual_duration_seconds_sum{job="tick"}'])).toBeLessThan(5);
    expect(Number(values['punctual_lateness_seconds_sum{job="tick"}'])).toBeLessThan(1);
    expect(values['punctual_lateness_seconds_count{job="tick"}']).toBe("1");
  });

  it("loads prom-client itself, and uses its own registry, where nothing else is said", async () => {
    const scheduler = newScheduler();
    promMetrics(scheduler);
    await scheduler.runNow(() => {}, { name: "once" });
    expect(await linesOf(client.register)).toContain('punctual_runs_total{job="once",outcome="succeeded"} 1');
  });

  it("needs prom-client", () => {
    const fixture = fileURLToPath(new URL("fixtures/without-prom-client.ts", import.meta.url));
    const said = execFileSync(process.execPath, ["--import", "tsx", fixture], { encoding: "utf8" });
    expect(said).toMatch(/^PEER_MISSING: .*npm install prom-client/);
  });

  it("takes another prefix, and other buckets", async () => {
    const scheduler = newScheduler();
    const register = new client.Registry();
    promMetrics(scheduler, { client, register, prefix: "app_cron_", buckets: { duration_seconds: [1, 2] } });
    await scheduler.runNow(() => {}, { name: "once" });
    const lines = await linesOf(register);
    expect(lines.every((line) => line.startsWith("app_cron_"))).toBe(true);
    const buckets = lines.filter((line) => line.startsWith("app_cron_duration_seconds_bucket"));
    expect(buckets.map((line) => /le="([^"]*)"/.exec(line)?.[1])).toEqual(["1", "2", "+Inf"]);
  });

  it("adds up the schedulers of one registry", async () => {
    const clock = new ManualClock(START);
    const register = new client.Registry();
    const [one, other] = [newScheduler(clock), newScheduler(clock)];
    promMetrics(one, { client, register });
    const stop = promMetrics(other, { client, register });
    const taking = (): Promise<void> => new Promise((resolve) => void clock.setTimer(5_000, resolve));
    one.addCronCommand("*/10 * * * * *", taking, { name: "job" });
    other.addCronCommand("*/20 * * * * *", taking, { name: "job" });
    one.start();
    other.start();
    await clock.advance(21_000);
    expect(await linesOf(register)).toEqual(
      expect.arrayContaining([
        "punctual_jobs 2",
        'punctual_running{job="job"} 2',
        'punctual_starts_total{job="job"} 3',
        `punctual_next_fire_timestamp_seconds{job="job"} ${START / 1_000 + 30}`,
      ]),
    );
    stop();
    expect(await linesOf(register)).toEqual(
      expect.arrayContaining([
        "punctual_jobs 1",
        'punctual_running{job="job"} 1',
        'punctual_starts_total{job="job"} 3',
      ]),
    );
    // And again, on the same registry.
    promMetrics(other, { client, register });
    expect(await linesOf(register)).toContain("punctual_jobs 2");
  });

  it("keeps totals that never go back, whoever stops and begins again", async () => {
    const register = new client.Registry();
    const writing = { backlog: 7, written: 100, dropped: 0, refused: 0, failures: 0 };
    const scheduler = new Scheduler({ history: Object.assign(new MemoryHistory(), { writing }) });
    schedulers.push(scheduler);
    const written = async (): Promise<string | undefined> =>
      (await linesOf(register)).find((line) => line.startsWith("punctual_history_written_total"));
    const stop = promMetrics(scheduler, { client, register });
    expect(await written()).toBe("punctual_history_written_total 0");
    writing.written = 130;
    expect(await written()).toBe("punctual_history_written_total 30");
    expect(await linesOf(register)).toContain("punctual_history_backlog 7");
    expect(await register.metrics()).toContain("# TYPE punctual_history_written_total counter");
    stop();
    stop();
    writing.written = 150;
    expect(await written()).toBe("punctual_history_written_total 30");
    promMetrics(scheduler, { client, register });
    writing.written = 155;
    expect(await written()).toBe("punctual_history_written_total 35");
  });

  it("counts errors by their code", async () => {
    const register = new client.Registry();
    const scheduler = newScheduler();
    promMetrics(scheduler, { client, register });
    scheduler.on("error", () => {});
    scheduler.on("run:started", () => {
      throw new Error("no");
    });
    await scheduler.runNow(() => {}, { name: "once" });
    expect(await linesOf(register)).toContain('punctual_errors_total{code="LISTENER_FAILED"} 1');
  });

  it.each([
    ["counter", client.Counter],
    ["gauge", client.Gauge],
  ])("refuses a name that others have, a %s, and registers nothing", (_, Kind) => {
    const register = new client.Registry();
    const metric = new Kind({ name: "punctual_running", help: "of others", registers: [register] });
    expect(() => promMetrics(newScheduler(), { client, register })).toThrow(InvalidOptionError);
    expect(register.getMetricsAsArray()).toEqual([metric]);
  });

  it("does not stop the scheduler, and tells of it, when prom-client throws", async () => {
    const clock = new ManualClock(START);
    const scheduler = newScheduler(clock);
    const register = new client.Registry();
    promMetrics(scheduler, { client, register, jobLabel: () => undefined as unknown as string });
    const counter = register.getSingleMetric("punctual_starts_total") as client.Counter;
    counter.inc = () => {
      throw new Error("no more");
    };
    const errors: string[] = [];
    scheduler.on("error", ({ error }) => errors.push(error.message));
    let runs = 0;
    scheduler.addCronCommand("*/10 * * * * *", () => void runs++, { name: "job" });
    scheduler.start();
    await clock.advance(20_000);
    expect(runs).toBe(2);
    expect(errors).toEqual(Array(2).fill("a listener of run:started failed: Error: no more"));
  });
});
