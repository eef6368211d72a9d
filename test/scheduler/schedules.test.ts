import type { JobOptions, RunContext, ScheduleSpec } from "punctual";
import { after, cron, except, Scheduler } from "punctual";
import { ManualClock } from "punctual/testing";
import { afterEach, describe, expect, it } from "vitest";

const START = Date.UTC(2026, 0, 1);
const schedulers: Scheduler[] = [];

function setUp(options: { timezone?: string; dst?: "skip" } = {}, start = START) {
  const clock = new ManualClock(start);
  const scheduler = new Scheduler({ timezone: "UTC", clock, ...options });
  schedulers.push(scheduler);
  const log: string[] = [];
  scheduler.on("run:skipped", ({ reason }) => log.push(`skipped ${reason}`));
  scheduler.on("fire:missed", ({ fireTimes }) => log.push(`missed ${fireTimes.map((time) => time - start)}`));
  scheduler.on("job:removed", ({ reason }) => log.push(`removed ${reason}`));
  return { scheduler, clock, log };
}

/** Adds a job whose runs take a while, by the clock; gives the fire times since the start. */
function addTimed(
  { scheduler, clock }: ReturnType<typeof setUp>,
  spec: ScheduleSpec,
  { ms = 0, ...options }: JobOptions<undefined> & { ms?: number } = {},
) {
  const fires: number[] = [];
  const command = (run: RunContext<undefined>): Promise<void> | undefined => {
    fires.push((run.fireTime ?? Number.NaN) - START);
    return ms === 0 ? undefined : new Promise((resolve) => void clock.setTimer(ms, resolve));
  };
  const job = scheduler.addCronCommand(spec, command, options);
  return { job, fires };
}

afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.stop({ grace: 0, killGrace: 0 })));
});

describe("@after", () => {
  it("counts from the end of the run before", async () => {
    const at = setUp();
    const { job, fires } = addTimed(at, "@after 10s", { ms: 3_000 });
    at.scheduler.start();
    expect(job.upcoming(3)).toEqual([START + 10_000]);
    await at.clock.advance(11_000);
    expect([job.running, job.nextFireTime]).toEqual([1, null]);
    await at.clock.advance(29_000);
    expect(fires).toEqual([10_000, 23_000, 36_000]);
    expect(at.log).toEqual([]);
  });

  it("counts from the end of a command that returns at once", async () => {
    const at = setUp();
    const { fires } = addTimed(at, after("10s"));
    at.scheduler.start();
    await at.clock.advance(35_000);
    expect(fires).toEqual([10_000, 20_000, 30_000]);
  });

  it("counts from a run now as well", async () => {
    const at = setUp();
    const { job, fires } = addTimed(at, "@after 10s");
    at.scheduler.start();
    await at.clock.advance(5_000);
    await job.runNow();
    await at.clock.advance(10_000);
    expect(fires.slice(1)).toEqual([15_000]);
  });

  it("goes on after a skip", async () => {
    const at = setUp();
    const { job, fires } = addTimed(at, "@after 10s");
    at.scheduler.start();
    job.pause();
    await at.clock.advance(10_000);
    job.resume();
    await at.clock.advance(10_000);
    expect([at.log, fires]).toEqual([["skipped paused"], [20_000]]);
  });

  it("makes up for one fire at most, and reports it", async () => {
    const at = setUp();
    const { fires } = addTimed(at, "@after 10s", { misfire: "fireAll" });
    const skipping = addTimed(at, "@after 10s", { misfire: "skip" });
    at.scheduler.start();
    at.clock.set(START + 50_000);
    await at.clock.advance(10_000);
    expect(at.log).toEqual(["missed 10000", "missed 10000", "skipped misfire"]);
    expect([fires, skipping.fires]).toEqual([[10_000], []]);
    await at.clock.advance(10_000);
    expect([fires, skipping.fires]).toEqual([[10_000, 70_000], [70_000]]);
  });

  it("begins anew after a stop", async () => {
    const at = setUp();
    const { fires } = addTimed(at, "@after 10s");
    at.scheduler.start();
    await at.scheduler.stop();
    await at.clock.advance(60_000);
    at.scheduler.start();
    await at.clock.advance(10_000);
    expect(fires).toEqual([70_000]);
  });
});

describe("@reboot", () => {
  it("fires whenever the scheduler starts, and stays", async () => {
    const at = setUp();
    const { job, fires } = addTimed(at, "@reboot", { misfire: "skip" });
    await at.clock.advance(3_600_000);
    expect(job.nextFireTime).toBeNull();
    at.scheduler.start();
    await at.clock.advance(1_000);
    await at.scheduler.stop();
    at.scheduler.start();
    await at.clock.advance(1_000);
    expect(fires).toEqual([3_600_000, 3_601_000]);
    expect([at.log, job.nextFireTime]).toEqual([[], null]);
  });

  it("fires at once on a scheduler that has started, and never when removed", async () => {
    const at = setUp();
    at.scheduler.start();
    await at.clock.advance(1_000);
    const late = addTimed(at, "@reboot");
    const removed = addTimed(at, "@reboot");
    removed.job.remove();
    await at.clock.advance(0);
    expect([late.fires, removed.fires]).toEqual([[1_000], []]);
  });

  it("goes with other times", async () => {
    const at = setUp();
    const { fires } = addTimed(at, ["@reboot", "*/10 * * * * *"]);
    at.scheduler.start();
    await at.clock.advance(20_000);
    expect(fires).toEqual([0, 10_000, 20_000]);
  });
});

describe("several specs for one job", () => {
  it("fire it by the job's zone, once where they meet", async () => {
    const at = setUp({ timezone: "Asia/Tokyo" });
    const specs = ["0 10 * * *", "0 */10 * * *", new Date(START + 60_000), cron("5 1 * * *", { timezone: "UTC" })];
    const { job, fires } = addTimed(at, specs);
    at.scheduler.start();
    await at.clock.advance(12 * 3_600_000);
    expect(fires).toEqual([60_000, 3_600_000, 3_900_000, 11 * 3_600_000]);
    expect(String(job.schedule)).toContain("CRON_TZ=Asia/Tokyo 0 10 * * *");
    expect(() => at.scheduler.addCronCommand([], () => {})).toThrow("or an array of these");
    expect(() => at.scheduler.addCronCommand(["@daily", "x"], () => {})).toThrow("expected 5 fields");
  });

  it("fire each of several instants that were missed, though the schedule has then ended", async () => {
    const at = setUp();
    const dates = [1, 2, 3].map((n) => new Date(START + n * 10_000));
    const { fires } = addTimed(at, dates, { misfire: "fireAll" });
    at.scheduler.start();
    at.clock.set(START + 50_000);
    await at.clock.advance(10_000);
    expect(fires).toEqual([10_000, 20_000, 30_000]);
    expect(at.log).toEqual(["missed 10000,20000,30000", "removed ended"]);
  });
});

describe("a schedule that leaves things open", () => {
  it("takes them from its job", async () => {
    const at = setUp({ timezone: "America/New_York", dst: "skip" }, Date.UTC(2026, 2, 8, 6));
    const schedule = except(cron("30 2 * * *"), "2026-03-09");
    const skipping = at.scheduler.addCronCommand(schedule, () => {});
    const filling = at.scheduler.addCronCommand("30 2 * * *", () => {}, { dst: "vixie" });
    // No fire for the gap of the 8th; none on the 9th; 02:30 on the 10th is 06:30 in UTC.
    expect(skipping.nextFireTime).toBe(Date.UTC(2026, 2, 10, 6, 30));
    expect(filling.nextFireTime).toBe(Date.UTC(2026, 2, 8, 7));
    expect(() => at.scheduler.addCronCommand("@daily", () => {}, { dst: "none" as never })).toThrow("dst: expected");
  });

  it("hashes the job's name", () => {
    const at = setUp();
    const minutes = ["a", "b", "c"].map((name) => {
      const job = at.scheduler.addCronCommand("H * * * *", () => {}, { name });
      expect(job.nextFireTime).toBe(cron("H * * * *", { timezone: "UTC", jobName: name }).next(START));
      return job.nextFireTime;
    });
    expect(new Set(minutes).size).toBeGreaterThan(1);
  });
});
