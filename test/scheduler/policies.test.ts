import type { JobOptions, Run, RunContext, ScheduleSpec, SchedulerOptions } from "punctual";
import { currentRun, type PunctualError, RunSkippedError, Scheduler } from "punctual";
import { ManualClock } from "punctual/testing";
import { afterEach, describe, expect, it, vi } from "vitest";

const START = Date.UTC(2026, 0, 1);
const schedulers: Scheduler[] = [];

function setUp(options: SchedulerOptions = {}) {
  const clock = new ManualClock(START);
  const scheduler = new Scheduler({ timezone: "UTC", clock, ...options });
  schedulers.push(scheduler);
  const log: string[] = [];
  const note = (text: string): void => void log.push(`${(clock.now() - START) / 1_000} ${text}`);
  scheduler.on("run:started", ({ run }) => note(`start ${run.jobName}`));
  scheduler.on("run:finished", ({ run }) => note(`${run.outcome} ${run.jobName}`));
  scheduler.on("run:retrying", ({ run, delayMs }) => note(`retry ${run.jobName} in ${delayMs}`));
  scheduler.on("run:skipped", ({ job, reason }) => note(`skip ${job.name} ${reason}`));
  scheduler.on("run:deaf", ({ run }) => note(`deaf ${run.jobName}`));
  scheduler.on("run:silent", ({ run }) => note(`silent ${run.jobName}`));
  scheduler.on("job:paused", ({ note: why }) => note(`paused ${why}`));
  return { clock, scheduler, log, note };
}

type SetUp = ReturnType<typeof setUp>;

/** A command that takes some seconds by the clock and heeds its signal. */
const taking =
  ({ clock }: SetUp, seconds: number) =>
  (run: RunContext<undefined>): Promise<string> =>
    new Promise((resolve, reject) => {
      const timer = clock.setTimer(seconds * 1_000, () => resolve(run.jobName));
      run.signal.addEventListener("abort", () => {
        timer.cancel();
        reject(run.signal.reason);
      });
    });

/** One that heeds nothing. */
const deaf =
  ({ clock }: SetUp, seconds: number) =>
  (): Promise<void> =>
    new Promise((resolve) => void clock.setTimer(seconds * 1_000, resolve));

function add(at: SetUp, name: string, spec: ScheduleSpec, seconds: number, options: JobOptions<undefined> = {}) {
  return at.scheduler.addCronCommand(spec, taking(at, seconds), { name, ...options });
}

afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.stop({ grace: 0, killGrace: 0 })));
});

describe("limits", () => {
  it("let the rest wait, the greater priority first, then in turn", async () => {
    const at = setUp({ maxConcurrent: 1 });
    for (const [name, priority] of [
      ["a", 0],
      ["b", 0],
      ["c", 1],
      ["d", -1],
    ] as const) {
      add(at, name, new Date(START + 1_000), 2, { priority });
    }
    at.scheduler.start();
    await at.clock.advance(10_000);
    expect(at.log.filter((line) => line.includes("start"))).toEqual([
      "1 start a",
      "3 start c",
      "5 start b",
      "7 start d",
    ]);
  });

  it("are shared by a group, and leave others alone", async () => {
    const at = setUp({ groups: { db: { maxConcurrent: 2 } } });
    for (const name of ["a", "b", "c"]) add(at, name, new Date(START + 1_000), 2, { group: "db" });
    add(at, "other", new Date(START + 1_000), 2);
    at.scheduler.start();
    await at.clock.advance(2_000);
    expect(at.log).toEqual(["1 start a", "1 start b", "1 start other"]);
    await at.clock.advance(1_000);
    expect(at.log).toContain("3 start c");
  });

  it("take turns between jobs: a long queue of one does not keep the others waiting", async () => {
    const at = setUp({ maxConcurrent: 1 });
    const many = add(at, "many", "2200-01-01T00:00:00Z", 1, { overlap: "queueAll" });
    const one = add(at, "one", "2200-01-01T00:00:00Z", 1);
    const runs = [...Array.from({ length: 4 }, () => many.runNow()), one.runNow()];
    expect([many.running, many.waiting, one.waiting]).toEqual([1, 3, 1]);
    await at.clock.advance(10_000);
    expect((await Promise.all(runs)).every((run) => run.outcome === "succeeded")).toBe(true);
    expect(at.log.filter((line) => line.includes("start")).map((line) => line.split(" ")[2])).toEqual([
      "many",
      "one",
      "many",
      "many",
      "many",
    ]);
  });

  it("have a queue of a length, beyond which fires are skipped with a reason", async () => {
    const at = setUp({ maxConcurrent: 1, maxQueued: 1 });
    for (const name of ["a", "b", "c"]) add(at, name, new Date(START + 1_000), 2);
    at.scheduler.start();
    await at.clock.advance(1_000);
    expect(at.log).toEqual(["1 start a", "1 skip c limit"]);
  });

  it("of a job are its own", async () => {
    const at = setUp();
    const job = add(at, "a", "@every 1s", 10, { maxConcurrent: 2 });
    at.scheduler.start();
    await at.clock.advance(3_000);
    expect([job.running, at.log]).toEqual([2, ["1 start a", "2 start a", "3 skip a overlap"]]);
  });

  it("let thousands that wait start one after another, commands that return at once too", async () => {
    const at = setUp({ maxConcurrent: 1, maxQueued: 20_000 });
    let starts = 0;
    const blocker = add(at, "blocker", "2200-01-01T00:00:00Z", 1);
    const quick = at.scheduler.addCommand(() => void starts++, { overlap: "queueAll" as const, name: "quick" });
    quick.update({ overlap: { queueAll: 20_000 } });
    const runs = [blocker.runNow(), ...Array.from({ length: 10_000 }, () => quick.runNow())];
    await at.clock.advance(2_000);
    await Promise.all(runs);
    expect(starts).toBe(10_000);
  });
});

describe("an update", () => {
  it("decides anew about what waits", async () => {
    const at = setUp();
    const job = add(at, "a", "@every 1s", 10, { overlap: "queueAll" });
    at.scheduler.start();
    await at.clock.advance(4_000);
    expect([job.running, job.waiting]).toEqual([1, 3]);
    job.update({ overlap: { queueAll: 1 } });
    expect([job.running, job.waiting]).toEqual([1, 1]);
    job.update({ maxConcurrent: 5 });
    expect([job.running, job.waiting]).toEqual([2, 0]);
    job.update({ overlap: "skip", maxConcurrent: 1 });
    await at.clock.advance(1_000);
    expect(at.log).toEqual(["1 start a", "4 skip a overlap", "4 skip a overlap", "4 start a", "5 skip a overlap"]);
  });

  it("changes zone, data, window and more, and nothing when an option is bad", async () => {
    const at = setUp();
    const seen: unknown[] = [];
    const job = at.scheduler.addCronCommand("0 9 * * *", (run: RunContext<string>) => void seen.push(run.data), {
      data: "old",
      tags: ["nightly", "nightly", "db"],
      description: "a report",
    });
    expect([job.tags, job.description]).toEqual([["nightly", "db"], "a report"]);
    job.update({ timezone: "Asia/Tokyo", data: "new" });
    expect(job.nextFireTime).toBe(START + 24 * 3_600_000);
    expect(() => job.update({ timezone: "UTC", overlap: "never" as never })).toThrow("overlap: expected");
    expect(job.nextFireTime).toBe(START + 24 * 3_600_000);
    job.update({ startAt: START + 10 * 24 * 3_600_000 });
    expect(job.nextFireTime).toBe(START + 10 * 24 * 3_600_000);
    await job.runNow();
    expect(seen).toEqual(["new"]);
  });

  it("pauses and resumes by enabled", async () => {
    const at = setUp();
    const job = add(at, "a", "@every 1s", 0, { enabled: false });
    at.scheduler.start();
    await at.clock.advance(1_000);
    job.update({ enabled: true });
    await at.clock.advance(1_000);
    job.update({ enabled: false });
    await at.clock.advance(1_000);
    expect(at.log).toEqual([
      "1 skip a paused",
      "2 start a",
      "2 succeeded a",
      "2 paused not enabled",
      "3 skip a paused",
    ]);
  });
});

describe("a retry", () => {
  it("goes on with the same run, after a growing wait", async () => {
    const at = setUp();
    const seen: unknown[][] = [];
    let finished: Run | undefined;
    at.scheduler.on("run:finished", ({ run }) => (finished = run));
    const command = (run: RunContext<undefined>): string => {
      seen.push([run.id, run.fireTime, run.attempt, at.clock.now() - START]);
      if (run.attempt < 3) throw new Error(`no ${run.attempt}`);
      return "yes";
    };
    at.scheduler.addCronCommand("* * * * *", command, { name: "a", retry: { delay: "1s", jitter: "none" } });
    at.scheduler.start();
    await at.clock.advance(70_000);
    expect(at.log).toEqual(["60 start a", "60 retry a in 1000", "61 retry a in 2000", "63 succeeded a"]);
    expect(new Set(seen.map(([id]) => id)).size).toBe(1);
    expect(seen.map((each) => each.slice(1))).toEqual([
      [START + 60_000, 1, 60_000],
      [START + 60_000, 2, 61_000],
      [START + 60_000, 3, 63_000],
    ]);
    expect(finished?.attempts.map(({ attempt, endedAt, error }) => [attempt, endedAt - START, String(error)])).toEqual([
      [1, 60_000, "Error: no 1"],
      [2, 61_000, "Error: no 2"],
      [3, 63_000, "undefined"],
    ]);
  });

  it("gives up before the next fire, and when retryIf says so", async () => {
    const at = setUp();
    const fail = (): never => {
      throw new TypeError("no");
    };
    const retry = { attempts: 9, delay: "4s", backoff: "fixed", jitter: "none" } as const;
    at.scheduler.addCronCommand("*/10 * * * * *", fail, { name: "a", retry });
    at.scheduler.addCronCommand("*/10 * * * * *", fail, {
      name: "b",
      retry: { ...retry, retryIf: (error) => !(error instanceof TypeError) },
    });
    at.scheduler.start();
    await at.clock.advance(19_000);
    expect(at.log).toEqual([
      "10 start a",
      "10 retry a in 4000",
      "10 start b",
      "10 failed b",
      "14 retry a in 4000",
      "18 failed a",
    ]);
  });

  it("counts as a running run, and ends when it is killed or stopped", async () => {
    const at = setUp();
    const fail = async (): Promise<never> => {
      throw new Error("no");
    };
    const job = at.scheduler.addCronCommand("@every 10s", fail, {
      name: "a",
      retry: { delay: "25s", pastNextFire: true, jitter: "none" },
    });
    at.scheduler.start();
    await at.clock.advance(20_000);
    expect(job.running).toBe(1);
    expect(job.kill("enough")).toBe(1);
    await at.clock.advance(10_000);
    const report = at.scheduler.stop({ grace: "1s" });
    await at.clock.advance(1_000);
    expect(await report).toEqual({ drained: 0, aborted: 1, terminated: 0, abandoned: 0 });
    expect(at.log.filter((line) => line.includes("killed"))).toEqual(["20 killed a", "31 killed a"]);
  });

  it("reports a retryIf that throws, and gives up", async () => {
    const at = setUp();
    const codes: string[] = [];
    at.scheduler.on("error", ({ error }) => void codes.push(error.code));
    const retryIf = (): never => {
      throw new Error("in retryIf");
    };
    const job = at.scheduler.addCommand(() => Promise.reject(new Error("no")), { retry: { retryIf } });
    expect([(await job.runNow()).outcome, codes]).toEqual(["failed", ["RETRY_IF_FAILED"]]);
  });

  it("pauses its job after so many failures in a row", async () => {
    const at = setUp();
    let good = false;
    const command = (): void => {
      if (!good) throw new Error("no");
    };
    const job = at.scheduler.addCronCommand("@every 1s", command, { name: "a", pauseAfterFailures: 2 });
    at.scheduler.start();
    await at.clock.advance(3_000);
    expect(at.log.slice(-2)).toEqual(["2 paused paused after 2 failures in a row", "3 skip a paused"]);
    good = true;
    job.resume();
    await at.clock.advance(1_000);
    good = false;
    await at.clock.advance(1_000);
    expect(job.paused).toBe(false);
  });
});

describe("a timeout", () => {
  it("aborts the signal with its reason", async () => {
    const at = setUp();
    const errors: unknown[] = [];
    at.scheduler.on("run:finished", ({ run }) => void errors.push(run.error));
    add(at, "a", new Date(START + 1_000), 60, { timeout: "5s" });
    at.scheduler.start();
    await at.clock.advance(6_000);
    expect(at.log).toEqual(["1 start a", "6 timedOut a"]);
    expect(errors.map((error) => (error as PunctualError).code)).toEqual(["RUN_TIMED_OUT"]);
  });

  it("counts for each attempt", async () => {
    const at = setUp();
    add(at, "a", "@every 100s", 60, { timeout: "5s", retry: { attempts: 2, delay: "1s", jitter: "none" } });
    at.scheduler.start();
    await at.clock.advance(120_000);
    expect(at.log).toEqual(["100 start a", "105 retry a in 1000", "111 timedOut a"]);
  });

  it("is taken back by null, as other limits are", async () => {
    const at = setUp({ timeout: "5s", groups: { db: { maxConcurrent: 1 } } });
    const bounds = {
      group: "db",
      startAt: START,
      endAt: START + 3_600_000,
      maxRuns: 5,
      pauseAfterFailures: 1,
      retry: 2,
    };
    const job = add(at, "a", "@every 10m", 60, { ...bounds, retry: { attempts: 2, delay: "1s" } });
    job.update({
      timeout: null,
      group: null,
      startAt: null,
      endAt: null,
      maxRuns: null,
      pauseAfterFailures: null,
      retry: null,
    });
    const run = job.runNow();
    await at.clock.advance(60_000);
    expect((await run).outcome).toBe("succeeded");
    expect(job.upcoming(10)).toHaveLength(10);
  });

  it("takes a deaf function off the record, says so, and counts it until it has ended", async () => {
    const at = setUp();
    const job = at.scheduler.addCronCommand("@every 10s", deaf(at, 25), { name: "a", timeout: "3s", killGrace: "2s" });
    at.scheduler.start();
    await at.clock.advance(20_000);
    expect(at.log).toEqual(["10 start a", "15 timedOut a", "15 deaf a", "20 skip a overlap"]);
    expect(job.running).toBe(1);
    await at.clock.advance(20_000);
    expect(at.log.slice(4)).toEqual(["30 skip a overlap", "35 silent a", "40 start a"]);
  });
});

describe("kill", () => {
  it("ends the runs of a job, or one run, and says why", async () => {
    const at = setUp();
    const job = add(at, "a", "@every 1s", 60, { overlap: "allow" });
    const ids: string[] = [];
    at.scheduler.on("run:started", ({ run }) => void ids.push(run.id));
    const errors: unknown[] = [];
    at.scheduler.on("run:finished", ({ run }) => void errors.push(run.error));
    at.scheduler.start();
    await at.clock.advance(3_000);
    expect([at.scheduler.kill(ids[1] ?? "", "not that one"), at.scheduler.kill("none")]).toEqual([true, false]);
    await at.clock.advance(0);
    expect(job.running).toBe(2);
    expect(job.kill()).toBe(2);
    await at.clock.advance(0);
    expect([job.running, job.kill()]).toEqual([0, 0]);
    expect(errors.map((error) => (error as PunctualError).code)).toEqual(["RUN_KILLED", "RUN_KILLED", "RUN_KILLED"]);
    expect(String(errors[0])).toContain("not that one");
  });
});

describe("jitter", () => {
  it("moves the start, never the fire time, nor past the next one", async () => {
    const at = setUp();
    const late: number[] = [];
    const fires: number[] = [];
    const job = at.scheduler.addCronCommand(
      "*/10 * * * * *",
      (run) => {
        fires.push((run.fireTime ?? 0) - START);
        late.push(run.latenessMs);
      },
      { jitter: "20s", name: "a" },
    );
    expect(job.nextFireTime).toBe(START + 10_000);
    at.scheduler.start();
    await at.clock.advance(120_000);
    expect(fires.slice(0, 11)).toEqual(Array.from({ length: 11 }, (_, n) => (n + 1) * 10_000));
    expect(new Set(late).size).toBeGreaterThan(3);
    expect(late.every((ms) => ms >= 0 && ms < 10_000)).toBe(true);
    expect(at.log.some((line) => line.includes("skip"))).toBe(false);
  });
});

describe("startAt, endAt, maxRuns", () => {
  it("bound the fires, and end the job", async () => {
    const at = setUp();
    const removed: string[] = [];
    at.scheduler.on("job:removed", ({ job, reason }) => void removed.push(`${job.name} ${reason}`));
    add(at, "a", "@every 1s", 0, { startAt: START + 3_000, endAt: START + 6_000 });
    add(at, "b", "@every 1s", 0, { maxRuns: 2, name: "b" });
    at.scheduler.start();
    await at.clock.advance(10_000);
    const starts = at.log.filter((line) => line.includes("start"));
    expect(starts).toEqual(["1 start b", "2 start b", "3 start a", "4 start a", "5 start a"]);
    expect(removed).toEqual(["b ended", "a ended"]);
  });
});

describe("a chain", () => {
  it("runs a job after another one, as its condition says, with its result", async () => {
    const at = setUp();
    const seen: unknown[] = [];
    const follow = (run: RunContext<undefined>): void =>
      void seen.push([run.jobName, run.upstream?.outcome, run.upstream?.result, String(run.upstream?.error)]);
    const first = at.scheduler.addCommand(
      (run: RunContext<boolean>) => {
        if (run.data) return 42;
        throw new Error("no");
      },
      { name: "first", data: true },
    );
    at.scheduler.addCommand(follow, { name: "good" }).after(first);
    at.scheduler.addCommand(follow, { name: "bad" }).after(first, { on: "failure" });
    const always = at.scheduler.addCommand(follow, { name: "always" }).after(first, { on: "any" });
    const last = at.scheduler.addCommand(follow, { name: "last" }).after(always);
    await first.runNow();
    await first.runNow(false);
    expect(seen).toEqual([
      ["good", "succeeded", 42, "undefined"],
      ["always", "succeeded", 42, "undefined"],
      ["last", "succeeded", undefined, "undefined"],
      ["bad", "failed", undefined, "Error: no"],
      ["always", "failed", undefined, "Error: no"],
      ["last", "succeeded", undefined, "undefined"],
    ]);
    expect(() => first.after(last)).toThrow("first -> always -> last -> first");
    expect(() => first.after(first)).toThrow("a job that does not itself run after this one");
    always.notAfter(first);
    last.after(first, { on: "failure" });
    first.remove();
    expect(() => last.after(first)).toThrow("registered with the same scheduler");
  });
});

describe("a run's context", () => {
  it("is there for whatever is called below, and has a logger and a trace id", async () => {
    const lines: unknown[][] = [];
    const logger = {
      debug: vi.fn(),
      info: (...args: unknown[]) => void lines.push(args),
      warn: vi.fn(),
      error: vi.fn(),
    };
    const at = setUp({ logger });
    const job = at.scheduler.addCommand(
      async () => {
        await Promise.resolve();
        const run = currentRun();
        run?.logger.info("hello", 1);
        return [run?.id, run?.traceId, run?.attempt, run?.token];
      },
      { name: "a" },
    );
    const run = await job.runNow();
    expect(run.result).toEqual([run.id, run.id.replaceAll("-", ""), 1, null]);
    expect(lines).toEqual([[`[a ${run.id}]`, "hello", 1]]);
    expect(currentRun()).toBeUndefined();
  });

  it("gives the run's details to a logger that makes children", async () => {
    const details: unknown[] = [];
    const child = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const at = setUp({
      logger: {
        ...child,
        child: (more) => {
          details.push(more);
          return child;
        },
      },
    });
    const run = await at.scheduler.runNow((context: RunContext<undefined>) => context.logger.warn({ n: 1 }, "x"));
    expect(details).toEqual([{ job: expect.any(String), runId: run.id, attempt: 1 }]);
    expect(child.warn).toHaveBeenCalledWith({ n: 1 }, "x");
  });
});

describe("stop", () => {
  it("skips what waits, and tells who asked for it", async () => {
    const at = setUp({ maxConcurrent: 1 });
    const job = add(at, "a", "2200-01-01T00:00:00Z", 5, { overlap: "queueAll" });
    const other = add(at, "b", "2200-01-01T00:00:00Z", 5);
    const runs = [job.runNow(), job.runNow(), other.runNow(), at.scheduler.runNow(taking(at, 5))];
    const settled = Promise.allSettled(runs);
    const stopped = at.scheduler.stop();
    await at.clock.advance(5_000);
    expect(await stopped).toEqual({ drained: 1, aborted: 0, terminated: 0, abandoned: 0 });
    const [first, ...rest] = await settled;
    expect(first?.status).toBe("fulfilled");
    for (const end of rest) expect((end as PromiseRejectedResult).reason).toBeInstanceOf(RunSkippedError);
  });

  it("called again takes away graces, and never adds to them", async () => {
    const at = setUp();
    const deafJob = at.scheduler.addCommand(deaf(at, 1_000), { name: "deaf" });
    void deafJob.runNow();
    const stopped = at.scheduler.stop({ grace: "60s", killGrace: "60s" });
    await at.clock.advance(1_000);
    void at.scheduler.stop({ grace: "300s", killGrace: "300s" });
    void at.scheduler.stop({ grace: "1s" });
    await at.clock.advance(1_000);
    expect(at.log).toEqual(["0 start deaf"]);
    void at.scheduler.stop({ grace: 0, killGrace: "2s" });
    await at.clock.advance(2_000);
    expect(await stopped).toEqual({ drained: 0, aborted: 0, terminated: 0, abandoned: 1 });
    expect(at.log.slice(1)).toEqual(["4 abandoned deaf", "4 deaf deaf"]);
  });

  it("is not held up by a timed-out run that would be tried again", async () => {
    const at = setUp();
    const slowToEnd = (run: RunContext<undefined>): Promise<void> =>
      new Promise((_, reject) => {
        run.signal.addEventListener("abort", () => void at.clock.setTimer(2_000, () => reject(run.signal.reason)));
      });
    const retry = { attempts: 99, delay: "1s", jitter: "none", pastNextFire: true } as const;
    const job = at.scheduler.addCommand(slowToEnd, { name: "a", timeout: "5s", killGrace: "10s", retry });
    void job.runNow();
    await at.clock.advance(6_000);
    const stopped = at.scheduler.stop({ grace: 0, killGrace: "5s" });
    await at.clock.advance(10_000);
    expect(await stopped).toEqual({ drained: 0, aborted: 1, terminated: 0, abandoned: 0 });
    expect(at.log).toEqual(["0 start a", "7 timedOut a"]);
  });

  it("leaves an abandoned function counted after the next start", async () => {
    const at = setUp();
    const job = at.scheduler.addCronCommand("@every 10s", deaf(at, 25), { name: "a" });
    at.scheduler.start();
    await at.clock.advance(10_000);
    await at.scheduler.stop({ grace: 0, killGrace: 0 });
    at.scheduler.start();
    await at.clock.advance(10_000);
    expect([job.running, at.log.at(-1)]).toEqual([1, "20 skip a overlap"]);
  });
});

describe("what an option must not do", () => {
  it("an update does not fire an @reboot job again", async () => {
    const at = setUp();
    const job = add(at, "a", "@reboot", 0);
    at.scheduler.start();
    await at.clock.advance(1_000);
    job.update({ tags: ["x"] });
    await at.clock.advance(1_000);
    job.reschedule(["@reboot", "@daily"]);
    await at.clock.advance(1_000);
    expect(at.log.filter((line) => line.includes("start"))).toEqual(["0 start a", "2 start a"]);
  });

  it("a queue does not make more runs than maxRuns", async () => {
    const at = setUp();
    for (const overlap of ["queueOne", "queueAll", "skip", "replace"] as const) {
      add(at, overlap, "@every 1s", 5, { overlap, maxRuns: 2 });
    }
    at.scheduler.start();
    await at.clock.advance(60_000);
    const starts = (name: string): number => at.log.filter((line) => line.includes(`start ${name}`)).length;
    expect(["queueOne", "queueAll", "skip", "replace"].map(starts)).toEqual([2, 2, 2, 2]);
    expect(at.scheduler.jobs()).toEqual([]);
  });

  it("jitter does not make an @after late", async () => {
    const at = setUp();
    add(at, "a", "@after 10s", 0, { jitter: "8s", misfire: "skip" });
    at.scheduler.start();
    await at.clock.advance(300_000);
    expect(at.log.filter((line) => line.includes("skip"))).toEqual([]);
    expect(at.log.filter((line) => line.includes("start")).length).toBeGreaterThan(15);
  });

  it("replace ends no more runs than it needs", async () => {
    const at = setUp();
    const slow = (run: RunContext<undefined>): Promise<void> =>
      new Promise((resolve, reject) => {
        at.clock.setTimer(60_000, resolve);
        run.signal.addEventListener("abort", () => void at.clock.setTimer(3_500, () => reject(run.signal.reason)));
      });
    at.scheduler.addCronCommand("@every 1s", slow, { name: "a", overlap: "replace", maxConcurrent: 2, maxRuns: 5 });
    at.scheduler.start();
    await at.clock.advance(20_000);
    expect(at.log.filter((line) => line.includes("killed"))).toEqual([
      "6.5 killed a",
      "10.5 killed a",
      "14.5 killed a",
    ]);
  });

  it("a follower is not skipped for the place that its upstream had", async () => {
    const at = setUp({ maxConcurrent: 1, maxQueued: 0 });
    const first = at.scheduler.addCommand(() => {}, { name: "first" });
    at.scheduler.addCommand(() => {}, { name: "second" }).after(first);
    await first.runNow();
    expect(at.log).toEqual(["0 start first", "0 succeeded first", "0 start second", "0 succeeded second"]);
  });

  it("a chain survives the last fire of its first job", async () => {
    const at = setUp();
    const first = add(at, "first", new Date(START + 1_000), 1);
    at.scheduler.addCommand(() => {}, { name: "second" }).after(first);
    at.scheduler.start();
    await at.clock.advance(5_000);
    expect(at.log.at(-1)).toBe("2 succeeded second");
  });

  it("a scheduler that was not started retries a run now", async () => {
    const at = setUp();
    const job = at.scheduler.addCronCommand(
      "@every 1s",
      (run) => {
        if (run.attempt === 1) throw new Error("no");
      },
      { retry: { delay: 100 } },
    );
    await at.clock.advance(10_000);
    const run = job.runNow();
    await at.clock.advance(1_000);
    expect((await run).outcome).toBe("succeeded");
  });

  it("the rest of a batch is on record when its job is removed within it", async () => {
    const at = setUp();
    const remove = (): void => at.scheduler.job("a")?.remove();
    at.scheduler.addCronCommand("@every 10s", remove, { name: "a", misfire: "fireAll" });
    at.scheduler.start();
    at.clock.set(START + 25_000);
    await at.clock.advance(10_000);
    expect(at.log).toEqual(["35 start a", "35 succeeded a", "35 skip a removed", "35 skip a removed"]);
  });

  it("bad options of stopOnSignals are told at once", () => {
    const { scheduler } = setUp();
    expect(() => scheduler.stopOnSignals({ grace: "nonsense" })).toThrow("grace: expected");
    expect(() => scheduler.stopOnSignals({ signals: ["SIGNONSENSE" as never] })).toThrow("signals: expected");
    scheduler.stopOnSignals()();
  });
});

describe("bad policies", () => {
  it.each<[JobOptions<undefined>, string]>([
    [{ overlap: { queueAll: 0 } }, "overlap.queueAll: expected a whole number of at least 1"],
    [{ overlap: "sometimes" as never }, 'overlap: expected "skip"'],
    [{ overlap: "allow", maxConcurrent: 2 }, 'none with overlap "allow"'],
    [{ group: "cpu" }, "a group of the scheduler's option groups (db)"],
    [{ retry: { delay: "10s" } }, "retry.delay: expected less than the 10000 ms between two fires"],
    [{ retry: { attempts: 0 } }, "retry.attempts: expected a whole number"],
    [{ retry: { delay: "2s", maxDelay: "1s" } }, "retry.maxDelay: expected at least retry.delay"],
    [{ retry: { tries: 3 } as never }, "retry.tries: expected no option of that name"],
    [{ timeout: 0 }, "timeout: expected 1 ms to 24 days"],
    [{ timeout: "30d" }, "timeout: expected 1 ms to 24 days"],
    [{ maxConcurrent: 0 }, "maxConcurrent: expected a whole number"],
    [{ priority: Number.NaN }, "priority: expected a number"],
    [{ startAt: 5, endAt: 5 }, "endAt: expected an instant after startAt"],
    [{ maxRuns: 0 }, "maxRuns: expected"],
    [{ tags: "a" as never }, "tags: expected an array of texts"],
    [{ tags: [" "] }, "tags[0]: expected a text that is not blank"],
    [{ enabled: 1 as never }, "enabled: expected true or false"],
    [{ pauseAfterFailures: 0 }, "pauseAfterFailures: expected"],
    [{ maxCaughtUp: 0 }, "maxCaughtUp: expected"],
  ])("%j is refused", (options, message) => {
    const { scheduler } = setUp({ groups: { db: { maxConcurrent: 1 } } });
    expect(() => scheduler.addCronCommand("*/10 * * * * *", () => {}, options)).toThrow(message);
    expect(scheduler.jobs()).toEqual([]);
  });

  it("of the scheduler as well", () => {
    expect(() => new Scheduler({ maxConcurrent: 0 })).toThrow("maxConcurrent");
    expect(() => new Scheduler({ groups: { db: { maxConcurrent: 0 } } })).toThrow("groups.db.maxConcurrent");
    expect(() => new Scheduler({ maxQueued: -1 })).toThrow("maxQueued");
    expect(() => new Scheduler({ logger: {} as never })).toThrow("logger: expected an object with debug");
  });
});
