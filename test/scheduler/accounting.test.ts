import type { RunContext, SchedulerOptions } from "punctual";
import { Scheduler } from "punctual";
import { ManualClock } from "punctual/testing";
import { afterEach, describe, expect, it } from "vitest";

const START = Date.UTC(2026, 0, 1);
const schedulers: Scheduler[] = [];

/** Whatever is done to jobs: each fire time is started or on record as skipped, once, in order, and none is the last by mistake. */
function setUp(options: SchedulerOptions = {}) {
  const clock = new ManualClock(START);
  const scheduler = new Scheduler({ timezone: "UTC", clock, ...options });
  schedulers.push(scheduler);
  const log: string[] = [];
  const note = (what: string, name: string, fireTime: number | null): number =>
    log.push(`${what} ${name} ${fireTime === null ? "-" : (fireTime - START) / 1_000}`);
  scheduler.on("run:started", ({ run }) => note("start", run.jobName, run.fireTime));
  scheduler.on("run:finished", ({ run }) => note(run.outcome, run.jobName, run.fireTime));
  scheduler.on("run:skipped", ({ job, fireTime, reason }) => note(reason, job.name, fireTime));
  /** A command that takes some seconds and heeds its signal. */
  const taking =
    (seconds: number) =>
    ({ signal }: RunContext<undefined>): Promise<void> =>
      new Promise((resolve, reject) => {
        const timer = clock.setTimer(seconds * 1_000, resolve);
        signal.addEventListener("abort", () => {
          timer.cancel();
          reject(signal.reason as Error);
        });
      });
  const of = (name: string): string[] => log.filter((line) => line.split(" ")[1] === name);
  return { clock, scheduler, of, taking };
}

/** A scheduler whose one place is taken for some seconds from the first half second on. */
function setUpFull(seconds: number) {
  const at = setUp({ maxConcurrent: 1 });
  at.scheduler.addCronCommand(new Date(START + 500), at.taking(seconds), { name: "first" });
  return at;
}

afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.stop({ grace: 0, killGrace: 0 })));
});

describe("what waits", () => {
  it("behind a fire that is skipped does not stay behind, to start after later ones", async () => {
    const { clock, scheduler, of, taking } = setUpFull(3);
    const job = scheduler.addCronCommand("@every 1s", taking(0.1), { name: "job", overlap: "queueAll" });
    scheduler.start();
    await clock.advance(3_200);
    job.pause();
    await clock.advance(500);
    job.resume();
    await clock.advance(1_000);
    const fireTimes = of("job").map((line) => Number(line.split(" ")[2]));
    expect(new Set(fireTimes)).toEqual(new Set([1, 2, 3, 4]));
    // In which order they are skipped is of no account; that of their starts is.
    const started = of("job").filter((line) => line.startsWith("start"));
    expect(started).toEqual([...started].sort());
  });

  it("of an @after, skipped by an update, does not end the job's fires", async () => {
    const { clock, scheduler, of, taking } = setUpFull(5);
    const job = scheduler.addCronCommand("@after 1s", taking(0.1), { name: "job" });
    scheduler.start();
    await clock.advance(2_000);
    job.pause().update({ timeout: "1m" }).resume();
    await clock.advance(20_000);
    expect(of("job")[0]).toBe("paused job 1");
    expect(of("job").filter((line) => line.startsWith("start")).length).toBeGreaterThan(0);
  });

  it("of an @after, skipped by a stop, does not end the job's fires: they go on after the next start", async () => {
    const { clock, scheduler, of, taking } = setUpFull(5);
    scheduler.addCronCommand("@after 1s", taking(0.1), { name: "job" });
    scheduler.start();
    await clock.advance(2_000);
    await scheduler.stop({ grace: 0, killGrace: 0 });
    expect(of("job")).toEqual(["stopping job 1"]);
    scheduler.start();
    await clock.advance(20_000);
    expect(of("job").filter((line) => line.startsWith("start")).length).toBeGreaterThan(0);
  });

  it("of a job's last fire, skipped by an update, leaves no job behind", async () => {
    const { clock, scheduler, of, taking } = setUpFull(5);
    const job = scheduler.addCronCommand(new Date(START + 1_000), taking(0.1), { name: "job" });
    scheduler.start();
    await clock.advance(2_000);
    job.pause().update({ timeout: "1m" });
    await clock.advance(20_000);
    expect(of("job")).toEqual(["paused job 1"]);
    expect(scheduler.job("job")).toBeUndefined();
  });
});

describe("what is due, but has not been fired yet", () => {
  it("when all is stopped is on record as skipped", async () => {
    const { clock, scheduler, of } = setUp();
    scheduler.addCronCommand("@every 1s", () => void scheduler.stop(), { name: "stops" });
    scheduler.addCronCommand("@every 1s", () => {}, { name: "next" });
    scheduler.start();
    await clock.advance(1_000);
    expect(of("next")).toEqual(["stopping next 1"]);
  });

  it("when its job is rescheduled or removed has started, or is on record as skipped", async () => {
    const { clock, scheduler, of } = setUp();
    const change = (): void => {
      scheduler.job("rescheduled")?.reschedule("@every 7s");
      scheduler.job("removed")?.remove();
    };
    scheduler.addCronCommand(new Date(START + 1_000), change, { name: "changes" });
    for (const name of ["rescheduled", "removed"]) scheduler.addCronCommand("@every 1s", () => {}, { name });
    scheduler.start();
    await clock.advance(1_500);
    for (const name of ["rescheduled", "removed"]) expect(of(name)[0]).toMatch(new RegExp(`^[a-z]+ ${name} 1$`));
  });

  it("when its job is given the schedule that it has is on record, too", async () => {
    const { clock, scheduler, of } = setUp();
    const change = (): void => void scheduler.job("same")?.reschedule("* * * * * *");
    scheduler.addCronCommand(new Date(START + 1_000), change, { name: "changes" });
    scheduler.addCronCommand("* * * * * *", () => {}, { name: "same" });
    scheduler.start();
    await clock.advance(2_500);
    expect(of("same")).toEqual(["removed same 1", "start same 2", "succeeded same 2"]);
  });

  it("when its job is removed or rescheduled after a stall is on record to the last", async () => {
    const { clock, scheduler, of } = setUp();
    const change = (): void => {
      if (clock.now() < START + 5_000) return;
      scheduler.job("rescheduled")?.reschedule("@every 7s");
      scheduler.job("removed")?.remove();
    };
    scheduler.addCronCommand("@every 1s", change, { name: "changes" });
    for (const name of ["rescheduled", "removed"]) scheduler.addCronCommand("@every 1s", () => {}, { name });
    scheduler.start();
    await clock.advance(1_000);
    clock.set(START + 5_500);
    await clock.advance(1_000);
    for (const name of ["rescheduled", "removed"]) {
      const fireTimes = new Set(of(name).map((line) => Number(line.split(" ")[2])));
      expect([...fireTimes].slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
    }
  });

  it("because of its jitter, when all is stopped, is on record as skipped", async () => {
    const { clock, scheduler, of } = setUp();
    const job = scheduler.addCronCommand("@every 10s", () => {}, { name: "job", jitter: "9s" });
    scheduler.start();
    await clock.advance(10_000);
    // The fire time has come; the start has not.
    expect(job.nextFireTime).toBe(START + 10_000);
    await scheduler.stop();
    await clock.advance(15_000);
    scheduler.start();
    await clock.advance(15_000);
    expect(of("job").map((line) => line.split(" ")[2])).toContain("10");
  });
});

describe("an @after with jitter", () => {
  it("that waits for its start when all is stopped goes on after the next start", async () => {
    const { clock, scheduler, of } = setUp();
    scheduler.addCronCommand("@after 10s", () => {}, { name: "job", jitter: "9s" });
    scheduler.start();
    await clock.advance(10_000);
    await scheduler.stop();
    scheduler.start();
    await clock.advance(20_000);
    expect(of("job").filter((line) => line.startsWith("start"))).toHaveLength(1);
  });
});

describe("a run", () => {
  it("that ends itself as its second attempt begins ends once", async () => {
    const { clock, scheduler, of } = setUp();
    const command = ({ attempt }: RunContext<undefined>): Promise<void> => {
      if (attempt === 1) return Promise.reject(new Error("no"));
      scheduler.job("job")?.kill();
      return Promise.resolve();
    };
    const retry = { attempts: 2, delay: 100, jitter: "none" as const };
    scheduler.addCronCommand("@every 10s", command, { name: "job", retry, timeout: "3s", killGrace: "1s" });
    scheduler.start();
    await clock.advance(15_000);
    expect(of("job")).toEqual(["start job 10", "killed job 10"]);
  });

  it("of an @after that goes on has no fire beside it when its bounds are updated", async () => {
    const { clock, scheduler, of, taking } = setUp();
    const job = scheduler.addCronCommand("@after 1s", taking(5), { name: "job" });
    scheduler.start();
    await clock.advance(2_000);
    job.update({ startAt: START });
    expect(job.nextFireTime).toBeNull();
    await clock.advance(6_000);
    expect(of("job")).toEqual(["start job 1", "succeeded job 1", "start job 7"]);
  });
});
