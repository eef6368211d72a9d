import fc from "fast-check";
import type { JobOptions, ScheduleSpec } from "punctual";
import { parseSchedule, Scheduler } from "punctual";
import { ManualClock } from "punctual/testing";
import { describe, expect, it } from "vitest";

const START = Date.UTC(2026, 0, 1, 12);
const HOUR = 3_600_000;

/** A started scheduler with one job, and the fire times of it that started or were skipped, in seconds after START. */
function setUp(spec: ScheduleSpec, options: JobOptions<undefined> = {}) {
  const clock = new ManualClock(START);
  const scheduler = new Scheduler({ timezone: "UTC", clock });
  const started: number[] = [];
  const skipped: number[] = [];
  const jumps: number[] = [];
  const seconds = (time: number | null): number => ((time ?? 0) - START) / 1_000;
  const job = scheduler.addCronCommand(spec, (run) => void started.push(seconds(run.fireTime)), {
    name: "job",
    ...options,
  });
  scheduler.on("run:skipped", ({ fireTime }) => skipped.push(seconds(fireTime)));
  scheduler.on("clock:jumped", ({ byMs }) => jumps.push(byMs));
  scheduler.start();
  return { clock, scheduler, job, started, skipped, jumps };
}

describe("the clock, set an hour back and forth", () => {
  it.each(["*/5 * * * * *", "@every 5s"])("has %s go on by the new clock, and fire no time twice", async (spec) => {
    const { clock, started, skipped, jumps } = setUp(spec);
    await clock.advance(20_000);
    clock.set(clock.now() - HOUR);
    await clock.advance(20_000);
    expect(started).toEqual([5, 10, 15, 20, -3_575, -3_570, -3_565, -3_560]);
    clock.set(clock.now() + HOUR);
    await clock.advance(20_000);
    // What the clock was set over is missed, but for what had fired before.
    expect(started.slice(8)).toEqual([45, 50, 55, 60]);
    expect(jumps).toEqual([-HOUR, HOUR]);
    expect(skipped.filter((time) => time >= 0)).toEqual([0, 25, 30, 35, 40]);
    expect(skipped.filter((time) => time < 0)).toHaveLength(51);
  });

  it("has a job come a second time to what it has fired, and leave that out", async () => {
    const { clock, started } = setUp("*/5 * * * * *");
    await clock.advance(60_000);
    clock.set(START - 20_000);
    await clock.advance(120_000);
    expect(started.slice(12)).toEqual([-15, -10, -5, 0, 65, 70, 75, 80, 85, 90, 95, 100]);
  });

  it("has nothing to repeat when that was all gone through before, and is silent", async () => {
    const { clock, started } = setUp("*/5 * * * * *");
    await clock.advance(2 * HOUR);
    started.length = 0;
    clock.set(clock.now() - HOUR);
    await clock.advance(HOUR - 1_000);
    expect(started).toEqual([]);
    await clock.advance(11_000);
    expect(started).toEqual([7_205, 7_210]);
  });

  it("lets a job that was added afterwards fire at times that others have fired at", async () => {
    const { clock, scheduler, started } = setUp("*/5 * * * * *");
    await clock.advance(10_000);
    clock.set(START - 10_000);
    await clock.advance(1_000);
    const others: number[] = [];
    scheduler.addCronCommand("*/5 * * * * *", (run) => void others.push(((run.fireTime ?? 0) - START) / 1_000));
    await clock.advance(24_000);
    expect(others).toEqual([-5, 0, 5, 10, 15]);
    expect(started).toEqual([5, 10, -5, 0, 15]);
  });

  it("is noticed by the first job that is added, too", async () => {
    const { clock, scheduler, started, jumps } = setUp("0 30 11 * * *");
    await clock.advance(10_000);
    clock.set(START - HOUR);
    scheduler.addCronCommand("*/5 * * * * *", () => {});
    expect(jumps).toEqual([-HOUR - 10_000]);
    await clock.advance(HOUR);
    expect(started).toEqual([-1_800]);
  });

  it("takes what came due before it was noticed by the misfire policy", async () => {
    const { clock, started } = setUp("0 0 11 * * *", { grace: "30s" });
    await clock.advance(1_000);
    clock.set(START - HOUR - 10_000);
    await clock.advance(60_000);
    expect(started).toEqual([-3_600]);
  });

  it("makes a delay no longer than it is", async () => {
    const { clock, started } = setUp("@after 10s");
    await clock.advance(15_000);
    clock.set(clock.now() - HOUR);
    await clock.advance(40_000);
    expect(started).toEqual([10, -3_580, -3_570, -3_560, -3_550]);
  });

  it("while the scheduler was stopped, is heeded at its start", async () => {
    const { clock, scheduler, started } = setUp("*/5 * * * * *");
    await clock.advance(10_000);
    await scheduler.stop();
    clock.set(START - 10_000);
    scheduler.start();
    await clock.advance(30_000);
    expect(started).toEqual([5, 10, -5, 0, 15, 20]);
  });
});

describe("the clock, set at random", () => {
  const step = fc.record({
    advance: fc.integer({ min: 0, max: 90_000 }),
    set: fc.integer({ min: -900_000, max: 600_000 }),
  });
  const specs = ["*/5 * * * * *", "@every 7s", "0 * * * * *", "*/20 3,58 * * * *"];

  it("has every fire time started or skipped, once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...specs),
        fc.constantFrom("skip" as const, "fireOnce" as const, "fireAll" as const),
        fc.constantFrom(0, 3_000),
        fc.array(step, { minLength: 1, maxLength: 8 }),
        async (spec, misfire, jitter, steps) => {
          const options = { misfire, jitter, catchUpWindow: "10d", maxCaughtUp: 100_000 } as const;
          const { clock, job, started, skipped } = setUp(spec, options);
          let latest = START;
          for (const { advance, set } of steps) {
            await clock.advance(advance);
            latest = Math.max(latest, clock.now());
            clock.set(clock.now() + set);
          }
          clock.set(Math.max(latest, clock.now()));
          await clock.advance(120_000);
          const seen = [...started, ...skipped].sort((a, b) => a - b);
          const from = START + (seen[0] ?? 0) * 1_000;
          const schedule = typeof job.schedule === "string" ? parseSchedule(job.schedule) : job.schedule;
          const named: number[] = [];
          for (let at = schedule.next(from - 1); at !== null && at < clock.now() - 5_000; at = schedule.next(at))
            named.push((at - START) / 1_000);
          expect(seen.filter((at) => START + at * 1_000 < clock.now() - 5_000)).toEqual(named);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
