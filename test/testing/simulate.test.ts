import type { JobOptions, Run } from "punctual";
import { every, Scheduler, worker } from "punctual";
import type { SimulatedJob, SimulateOptions, Simulation } from "punctual/testing";
import { ManualClock, simulate } from "punctual/testing";
import { describe, expect, it } from "vitest";

const START = Date.UTC(2026, 0, 1);
const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Simulates the first seconds of 2026, in UTC. */
function first(seconds: number, jobs: readonly SimulatedJob[], options: Partial<SimulateOptions> = {}) {
  const window = { from: START, to: START + seconds * SECOND };
  return simulate(jobs, { ...window, ...options, scheduler: { timezone: "UTC", ...options.scheduler } });
}

/** Each run as `job fire>start-end outcome`, in seconds. */
function runsOf({ runs }: Simulation): string[] {
  const seconds = (ms: number | null): string => (ms === null ? "?" : String((ms - START) / SECOND));
  return runs.map((run) => {
    const attempts = run.attempts > 1 ? ` x${run.attempts}` : "";
    const deaf = run.deafUntil === null ? "" : ` deaf until ${seconds(run.deafUntil)}`;
    const fire = run.fireTime === null ? "" : `${seconds(run.fireTime)}>`;
    return `${run.job} ${fire}${seconds(run.startedAt)}-${seconds(run.endedAt)} ${run.outcome}${attempts}${deaf}`;
  });
}

/** Each fire as `fireTime fate reason`. */
function fatesOf({ fires }: Simulation): string[] {
  return fires.map(({ fireTime, fate, reason }) => {
    return `${(fireTime - START) / SECOND} ${fate}${reason === null ? "" : ` ${reason}`}`;
  });
}

describe("a simulated overlap policy", () => {
  const tenth = (options: JobOptions, durations: SimulateOptions["durations"] = "25s") =>
    first(50, [{ spec: "*/10 * * * * *", name: "a", ...options }], { durations });

  it("skip leaves fires out", async () => {
    const simulation = await tenth({});
    expect(fatesOf(simulation)).toEqual([
      "0 started",
      "10 skipped overlap",
      "20 skipped overlap",
      "30 started",
      "40 skipped overlap",
    ]);
    expect(runsOf(simulation)).toEqual(["a 0>0-25 succeeded", "a 30>30-? null"]);
    expect(simulation.skips.map(({ at, reason }) => [at - START, reason])).toEqual([
      [10_000, "overlap"],
      [20_000, "overlap"],
      [40_000, "overlap"],
    ]);
  });

  it("queueOne keeps one waiting", async () => {
    const simulation = await tenth({ overlap: "queueOne" });
    expect(runsOf(simulation)).toEqual(["a 0>0-25 succeeded", "a 10>25-50 succeeded"]);
    expect(fatesOf(simulation)).toEqual([
      "0 started",
      "10 started",
      "20 skipped overlap",
      "30 waiting",
      "40 skipped overlap",
    ]);
  });

  it("queueAll keeps all waiting, and tells of what still waits", async () => {
    const simulation = await tenth({ overlap: "queueAll" });
    expect(fatesOf(simulation)).toEqual(["0 started", "10 started", "20 waiting", "30 waiting", "40 waiting"]);
    expect(simulation.counts).toMatchObject({ fires: 5, runs: 2, waiting: 3, worstLatenessMs: 15_000 });
  });

  it("replace ends what runs", async () => {
    const simulation = await tenth({ overlap: "replace" }, (_job, fireTime) => (fireTime === START ? 5_000 : 15_000));
    expect(runsOf(simulation)).toEqual([
      "a 0>0-5 succeeded",
      "a 10>10-20 killed",
      "a 20>20-30 killed",
      "a 30>30-40 killed",
      "a 40>40-? null",
    ]);
  });

  it("allow runs them beside each other, and they are found to", async () => {
    const simulation = await tenth({ overlap: "allow" });
    expect(runsOf(simulation)).toEqual([
      "a 0>0-25 succeeded",
      "a 10>10-35 succeeded",
      "a 20>20-45 succeeded",
      "a 30>30-? null",
      "a 40>40-? null",
    ]);
    const overlap = { of: "job", name: "a", from: START + 10_000, to: START + 50_000, mostRuns: 3 };
    expect(simulation.overlaps).toEqual([overlap]);
    expect(simulation.counts).toMatchObject({ overlaps: 1, mostRuns: 3, unfinished: 2 });
  });
});

describe("a simulated limit", () => {
  it("of the scheduler lets the rest wait, the greater priority first", async () => {
    const jobs = ["a", "b", "c"].map((name, priority) => ({ spec: new Date(START + 1_000), name, priority }));
    const simulation = await first(10, jobs, { durations: "2s", scheduler: { maxConcurrent: 1 } });
    expect(runsOf(simulation)).toEqual(["a 1>1-3 succeeded", "c 1>3-5 succeeded", "b 1>5-7 succeeded"]);
  });

  it("of a group is its jobs', and a smaller one can be asked about", async () => {
    const jobs = ["a", "b", "c", "d"].map((name) => ({ spec: "@every 10s", name, group: "db" }));
    const simulation = await first(20, jobs, {
      durations: "3s",
      scheduler: { groups: { db: { maxConcurrent: 3 } } },
      crowd: { scheduler: 2, groups: { db: 1 } },
    });
    expect(runsOf(simulation).slice(-1)).toEqual(["d 10>13-16 succeeded"]);
    expect(
      simulation.overlaps.map(({ of, name, from, to, mostRuns }) => [of, name, from - START, to - START, mostRuns]),
    ).toEqual([
      ["scheduler", null, 10_000, 13_000, 3],
      ["group", "db", 10_000, 13_000, 3],
    ]);
  });
});

describe("a simulated failure", () => {
  const retry = { delay: "1s", jitter: "none", backoff: "fixed" } as const;

  it("is retried, as the policy has it", async () => {
    const simulation = await first(30, [{ spec: "@every 10s", name: "a", retry }], {
      durations: (_job, fireTime, attempt) => ({ ms: 2_000, fails: fireTime === START + 10_000 && attempt < 3 }),
    });
    expect(runsOf(simulation)).toEqual(["a 10>10-18 succeeded x3", "a 20>20-22 succeeded"]);
    expect(simulation.counts).toMatchObject({ attempts: 4, outcomes: { succeeded: 2 } });
  });

  it("comes as often as is said, pauses its job, and sets others off", async () => {
    const jobs = [
      { spec: "@every 10s", name: "a", pauseAfterFailures: 2 },
      { name: "cleanup", after: { job: "a", on: "failure" as const } },
      { name: "report", after: "a" },
    ];
    const simulation = await first(50, jobs, { durations: { a: "1s", "*": "2s" }, failures: { a: 1 } });
    expect(runsOf(simulation)).toEqual([
      "a 10>10-11 failed",
      "cleanup 11-13 succeeded",
      "a 20>20-21 failed",
      "cleanup 21-23 succeeded",
    ]);
    expect(simulation.job("a")?.skipped).toEqual({ paused: 2 });
  });

  it("counts when it comes, also among runs beside each other", async () => {
    const jobs = [{ spec: "@every 10s", name: "a", overlap: "allow" as const, pauseAfterFailures: 2 }];
    const works = [
      { ms: 12_000, fails: true },
      { ms: 5_000, fails: false },
      { ms: 1_000, fails: true },
      { ms: 1_000, fails: true },
    ];
    const simulation = await first(51, jobs, {
      durations: (_job, fireTime) => works[((fireTime ?? 0) - START) / 10_000 - 1] ?? 0,
    });
    // The success at 25 s comes after the failure at 22 s, and before those at 31 s and 41 s.
    expect(fatesOf(simulation)).toEqual(["10 started", "20 started", "30 started", "40 started", "50 skipped paused"]);
  });

  it("that is an error is the one", async () => {
    const retryIf = (error: unknown): boolean => !(error instanceof TypeError);
    const fails = new TypeError("no");
    const jobs = [{ spec: "@every 10s", name: "a", retry: { ...retry, retryIf } }];
    expect(runsOf(await first(11, jobs, { durations: { ms: 0, fails } }))).toEqual(["a 10>10-10 failed"]);
    expect(runsOf(await first(15, jobs, { durations: { ms: 0, fails: true } }))).toEqual(["a 10>10-12 failed x3"]);
  });
});

describe("a simulated timeout", () => {
  const job = { spec: "@every 20s", name: "a", timeout: "5s", killGrace: "2s" };

  it("ends what heeds its signal, at once", async () => {
    expect(runsOf(await first(40, [job], { durations: "6s" }))).toEqual(["a 20>20-25 timedOut"]);
    expect(runsOf(await first(40, [job], { durations: "5s" }))).toEqual(["a 20>20-25 succeeded"]);
  });

  it("takes deaf ones off the record, and counts them while they go on", async () => {
    const simulation = await first(60, [job], { durations: { ms: 30_000, deaf: true } });
    expect(runsOf(simulation)).toEqual(["a 20>20-27 timedOut deaf until 50"]);
    expect(fatesOf(simulation)).toEqual(["20 started", "40 skipped overlap"]);
    expect(simulation.counts).toMatchObject({ busyMs: 30_000, longestMs: 30_000 });
  });
});

describe("a simulated trouble", () => {
  const options = { blocked: [{ from: START + 15_000, for: "30s" }] };

  it("blocks the event loop: fires are missed, and made up for by policy", async () => {
    const jobs = (["skip", "fireOnce", "fireAll"] as const).map((misfire) => {
      return { spec: "@every 10s", name: misfire, misfire, overlap: "allow" as const };
    });
    const simulation = await first(61, jobs, options);
    const started = (name: string): unknown[] =>
      simulation.runs.filter(({ job }) => job === name).map((run) => [(run.fireTime ?? 0) - START, run.latenessMs]);
    expect(started("skip")).toEqual([
      [10_000, 0],
      [50_000, 0],
      [60_000, 0],
    ]);
    expect(started("fireOnce")).toEqual([
      [10_000, 0],
      [40_000, 5_000],
      [50_000, 0],
      [60_000, 0],
    ]);
    expect(started("fireAll")).toEqual([
      [10_000, 0],
      [20_000, 25_000],
      [30_000, 15_000],
      [40_000, 5_000],
      [50_000, 0],
      [60_000, 0],
    ]);
    const times = [20_000, 30_000, 40_000].map((ms) => START + ms);
    const miss = { job: "skip", at: START + 45_000, fireTimes: times, cause: "blocked" };
    expect(simulation.missed[0]).toEqual(miss);
    expect(simulation.job("fireOnce")).toMatchObject({ fires: 6, runs: 4, missed: 2 });
  });

  it("lists what was missed before the catch-up window, too", async () => {
    const jobs = [{ spec: "@every 10s", name: "a", catchUpWindow: "15s" }];
    const simulation = await first(61, jobs, options);
    expect(fatesOf(simulation)).toEqual([
      "10 started",
      "20 missed",
      "30 missed",
      "40 started",
      "50 started",
      "60 started",
    ]);
    expect(simulation.missed[0]?.fireTimes).toHaveLength(3);
  });

  it("makes runs longer that end in it", async () => {
    const simulation = await first(61, [{ spec: new Date(START + 10_000), name: "a" }], {
      ...options,
      durations: "10s",
    });
    expect(runsOf(simulation)).toEqual(["a 10>10-45 succeeded"]);
  });

  it("sets the clock", async () => {
    const jobs = [{ spec: "*/10 * * * * *", name: "a", misfire: "skip" as const }];
    const simulation = await first(61, jobs, { clockSet: [{ at: START + 15_000, byMs: 20_000 }] });
    expect(simulation.missed).toEqual([
      { job: "a", at: START + 40_000, fireTimes: [START + 20_000, START + 30_000], cause: "clockJumped" },
    ]);
    expect(fatesOf(simulation).slice(0, 5)).toEqual([
      "0 started",
      "10 started",
      "20 missed",
      "30 missed",
      "40 started",
    ]);
  });
});

describe("simulate", () => {
  it("begins with from, ends before to, and counts intervals and starts from then on", async () => {
    const jobs = ["0 * * * *", "@every 1h", "@after 1h", "@reboot"].map((spec) => ({ spec, name: spec }));
    const simulation = await simulate(jobs, { from: START, to: START + 3 * HOUR, scheduler: { timezone: "UTC" } });
    const fires = (name: string): number[] =>
      simulation.fires.filter(({ job }) => job === name).map(({ fireTime }) => (fireTime - START) / HOUR);
    expect(jobs.map(({ name }) => fires(name))).toEqual([[0, 1, 2], [1, 2], [1, 2], [0]]);
    expect(simulation.errors).toEqual([]);
  });

  it("knows summer time: a year in New York", async () => {
    const year = { from: new Date("2026-01-01T00:00:00-05:00"), to: new Date("2027-01-01T00:00:00-05:00") };
    const jobs = ["30 2 * * *", "*/30 1-2 * * *", "@hourly"].map((spec) => ({ spec, name: spec }));
    const simulation = await simulate(jobs, { ...year, scheduler: { timezone: "America/New_York" } });
    expect(simulation.jobs.map(({ runs }) => runs)).toEqual([365, 365 * 4, 8_760]);
  });

  it("gives what a scheduler gives that is moved by hand", async () => {
    const clock = new ManualClock(START - 1);
    const scheduler = new Scheduler({ clock, timezone: "UTC" });
    const runs: Run[] = [];
    scheduler.on("run:finished", ({ run }) => void runs.push(run));
    const command = (): Promise<void> => new Promise((resolve) => void clock.setTimer(90_000, resolve));
    for (const name of ["a", "b"]) {
      scheduler.addCronCommand("* * * * *", command, { name, jitter: "20s", overlap: "queueOne" });
    }
    scheduler.start();
    await clock.advance(600_000);
    const simulation = await simulate(scheduler, { from: START, to: START + 600_000, durations: "90s" });
    await clock.advance(180_000);
    await scheduler.stop({ grace: 0, killGrace: 0 });
    const simple = ({ fireTime, startedAt }: { fireTime: number | null; startedAt: number }) => [fireTime, startedAt];
    for (const name of ["a", "b"]) {
      const expected = runs.filter(({ jobName, startedAt }) => jobName === name && startedAt < START + 600_000);
      expect(simulation.runs.filter(({ job }) => job === name).map(simple)).toEqual(expected.map(simple));
    }
  });

  it("only reads a scheduler that is given", async () => {
    const clock = new ManualClock(START);
    const scheduler = new Scheduler({ clock, timezone: "Asia/Tokyo" });
    const never = (): never => {
      throw new Error("the command itself was called");
    };
    const policies = { retry: 3, timeout: "1m", tags: ["x"], maxRuns: 3, startAt: START + HOUR } as const;
    const job = scheduler.addCronCommand("0 9 * * *", never, { name: "tokyo", jitter: "1m", ...policies });
    scheduler.addCommand(never, { name: "last" }).after(job);
    scheduler.addCronCommand(every("1h"), never, { name: "paused", enabled: false });
    const before = [job.nextFireTime, job.previousFireTime, clock.pendingTimers, scheduler.running];
    const simulation = await simulate(scheduler, { from: START, to: START + 10 * DAY, durations: "1s" });
    expect([job.nextFireTime, job.previousFireTime, clock.pendingTimers, scheduler.running]).toEqual(before);
    expect(simulation.jobs.map(({ job: name, runs, skipped }) => [name, runs, skipped])).toEqual([
      ["tokyo", 3, {}],
      ["last", 3, {}],
      ["paused", 0, { paused: 240 }],
    ]);
    expect(simulation.runs[0]?.fireTime).toBe(START + DAY);
  });

  it("goes on with the intervals of a scheduler from where they count", async () => {
    const clock = new ManualClock(START - 10_000);
    const scheduler = new Scheduler({ clock });
    scheduler.addCronCommand("@every 30s", () => {}, { name: "a" });
    await clock.advance(3_000);
    scheduler.addCronCommand("@every 30s", () => {}, { name: "b" });
    const simulation = await simulate(scheduler, { from: START, to: START + 60_000 });
    expect(runsOf(simulation)).toEqual([
      "a 20>20-20 succeeded",
      "b 23>23-23 succeeded",
      "a 50>50-50 succeeded",
      "b 53>53-53 succeeded",
    ]);
  });

  it("ends what is deaf on a thread, after its kill grace", async () => {
    const scheduler = new Scheduler();
    const burn = worker<typeof import("../command/fixtures/jobs.js")>(
      new URL("../command/fixtures/jobs.js", import.meta.url),
      "uncaught",
    );
    scheduler.addCronCommand(new Date(Date.now() + DAY), burn, { name: "a", timeout: "5s", killGrace: "2s" });
    const at = scheduler.job("a")?.nextFireTime ?? 0;
    const simulation = await simulate(scheduler, { from: at, to: at + DAY, durations: { ms: HOUR, deaf: true } });
    expect(simulation.runs).toMatchObject([{ endedAt: at + 7_000, outcome: "timedOut", deafUntil: null }]);
  });
});

describe("random numbers", () => {
  const random = (seed: number, jobs: readonly string[]) =>
    first(
      3_600,
      jobs.map((name) => ({ spec: "* * * * *", name })),
      {
        durations: (_job, _fireTime, _attempt, next) => Math.round(next() * 90_000),
        failures: 0.2,
        seed,
      },
    );

  it("are the same for the same seed", async () => {
    const [one, same, other] = await Promise.all([random(1, ["a", "b"]), random(1, ["a", "b"]), random(2, ["a", "b"])]);
    expect(runsOf(one)).toEqual(runsOf(same));
    expect(runsOf(one)).not.toEqual(runsOf(other));
    const failed = one.counts.outcomes.failed ?? 0;
    expect(failed / one.counts.runs).toBeGreaterThan(0.05);
    expect(failed / one.counts.runs).toBeLessThan(0.4);
  });

  it("of one job do not depend on the others", async () => {
    const [both, alone] = await Promise.all([random(1, ["b", "a"]), random(1, ["a"])]);
    expect(runsOf(both).filter((line) => line.startsWith("a"))).toEqual(runsOf(alone));
  });
});

describe("the load", () => {
  const thousand = (spec: string) =>
    simulate(
      Array.from({ length: 1_000 }, (_, index) => ({ spec, name: `job ${index}` })),
      { from: START, to: START + 6 * HOUR, durations: "5m", keep: "summary", buckets: 12 },
    );

  it("peaks where a thousand jobs have minute 0, and hardly where they have H", async () => {
    const [together, spread] = await Promise.all([thousand("0 * * * *"), thousand("H * * * *")]);
    expect(together.counts).toMatchObject({ runs: 6_000, mostRuns: 1_000, busyMs: 6_000 * 300_000 });
    expect(together.peaks.map(({ at, runs }) => [(at - START) / HOUR, runs])).toEqual(
      [0, 1, 2, 3, 4, 5].map((hour) => [hour, 1_000]),
    );
    expect(together.peaks[0]?.jobs).toHaveLength(1_000);
    expect(together.busiestSeconds[0]).toEqual({ from: START, starts: 1_000 });
    expect(together.load.map(({ mostRuns }) => mostRuns)).toEqual([
      1_000, 0, 1_000, 0, 1_000, 0, 1_000, 0, 1_000, 0, 1_000, 0,
    ]);
    expect(together.load[0]?.meanRuns).toBeCloseTo(1_000 / 6);
    expect(spread.counts.runs).toBe(6_000);
    expect(spread.counts.mostRuns).toBeLessThan(160);
    expect(spread.busiestMinutes[0]?.starts).toBeLessThan(60);
  });

  it("is drawn", async () => {
    const simulation = await first(60, [{ spec: "*/20 * * * * *", name: "a", overlap: "allow" }], {
      durations: "30s",
      buckets: 6,
    });
    expect(String(simulation)).toBe(
      [
        "2026-01-01 00:00Z to 2026-01-01 00:01Z: 1 job, 3 fires",
        "runs: 3, 2 succeeded, 1 unfinished",
        "overlaps of runs of one job: 2",
        "runs at once: at most 2, 1.33 on average",
        "  peak at 2026-01-01 00:00:20Z: 2 (a x2)",
        "busiest second: 1 start from 2026-01-01 00:00Z on",
        "busiest minute: 3 starts from 2026-01-01 00:00Z on",
        "",
        "most runs at once:",
        "2 |  # #",
        "  |######",
        "0 +------",
        "   2026-01-01 00:00Z 2026-01-01 00:01Z",
      ].join("\n"),
    );
  });
});

describe("bad options", () => {
  const job = { spec: "@every 1s", name: "a" };

  it.each<[Partial<SimulateOptions>, string]>([
    [{ to: START }, "to: expected an instant after from"],
    [{ from: "today" as never }, "from: expected a valid Date"],
    [{ durations: "soon" }, "durations.a: expected milliseconds"],
    [{ durations: { b: 1 } }, "durations.b: expected the name of a job"],
    [{ durations: {} }, 'durations: expected one for job "a"'],
    [{ durations: () => Number.NaN }, "durations.a: expected milliseconds"],
    [{ failures: 2 }, "failures.a: expected a share"],
    [{ failures: { b: 1 } }, "failures.b: expected the name of a job"],
    [{ seed: 0.5 }, "seed: expected a whole number"],
    [{ keep: "some" as never }, 'keep: expected "all" or "summary"'],
    [{ crowd: { groups: { db: -1 } } }, "crowd.groups.db: expected a whole number"],
    [{ clockSet: [{ at: START, byMs: Number.NaN }] }, "clockSet[0].byMs: expected milliseconds"],
    [{ blocked: [{ from: START, for: "x" }] }, "blocked[0].for: expected milliseconds"],
  ])("%j are refused", async (options, message) => {
    await expect(first(10, [job], options)).rejects.toThrow(message);
  });

  it("and bad jobs", async () => {
    await expect(first(10, [{ name: "a" }])).rejects.toThrow("jobs[0].spec: expected a schedule");
    await expect(first(10, [{ name: "a", after: "b" }])).rejects.toThrow("jobs[0].after: expected the name of a job");
    await expect(first(10, [{ spec: "61 * * * *" }])).rejects.toThrow("invalid schedule");
    await expect(first(10, [job, job])).rejects.toThrow("a name that no other job has");
    await expect(first(10, 5 as never)).rejects.toThrow("a scheduler or an array");
  });

  it("and too much to be listed", { timeout: 60_000 }, async () => {
    const jobs = [{ spec: "* * * * * *" }];
    const options = { from: START, to: START + 12 * DAY };
    await expect(simulate(jobs, options)).rejects.toThrow('expected "summary"');
  });

  it("and lists that are not kept", async () => {
    const simulation = await first(10, [job], { keep: "summary" });
    expect(simulation.counts).toMatchObject({ runs: 9, outcomes: { succeeded: 9 } });
    expect(() => simulation.fires).toThrow('keep: expected "all"');
    expect(() => simulation.runs).toThrow('keep: expected "all"');
  });

  it("and errors of what the user gave, reported", async () => {
    const broken = { next: (): number => Number.NaN };
    await expect(first(10, [{ spec: broken }])).rejects.toMatchObject({ code: "SCHEDULE_FAILED" });
  });
});
