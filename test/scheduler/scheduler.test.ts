import type { RunContext, SchedulerEvent, SchedulerOptions } from "punctual";
import { RunSkippedError, Scheduler, every } from "punctual";
import { ManualClock } from "punctual/testing";
import { afterEach, describe, expect, it } from "vitest";

const START = Date.UTC(2026, 0, 1);
const schedulers: Scheduler[] = [];

function setUp(options: SchedulerOptions = {}): { scheduler: Scheduler; clock: ManualClock; log: string[] } {
  const clock = new ManualClock(START);
  const scheduler = new Scheduler({ timezone: "UTC", clock, ...options });
  schedulers.push(scheduler);
  const log: string[] = [];
  const names: SchedulerEvent[] = ["run:skipped", "fire:missed", "job:removed", "error"];
  for (const name of names) {
    scheduler.on(name, (payload) => {
      const { job, reason, error } = payload as { job?: { name: string } | null; reason?: string; error?: Error };
      log.push([name, job?.name, reason ?? (error as { code?: string } | undefined)?.code].filter(Boolean).join(" "));
    });
  }
  return { scheduler, clock, log };
}

afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.stop({ grace: 0, killGrace: 0 })));
});

describe("firing", () => {
  it("calls the command at each fire time, with what it needs to know", async () => {
    const { scheduler, clock } = setUp();
    const runs: RunContext<string>[] = [];
    const note = (run: RunContext<string>): void => void runs.push(run);
    scheduler.addCronCommand("*/5 * * * * *", note, { data: "x" });
    scheduler.start();
    await clock.advance(10_000);
    expect(runs.map((run) => [run.fireTime, run.startedAt, run.latenessMs, run.jobName, run.data])).toEqual([
      [START + 5_000, START + 5_000, 0, "note", "x"],
      [START + 10_000, START + 10_000, 0, "note", "x"],
    ]);
    expect(runs[0]?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(String(runs[0]?.id) < String(runs[1]?.id)).toBe(true);
  });

  it("fires jobs of one instant in order of registration, whatever their schedules", async () => {
    const { scheduler, clock } = setUp();
    const order: string[] = [];
    for (const [name, spec] of [
      ["c", "*/2 * * * * *"],
      ["a", every(1_000)],
      ["b", new Date(START + 2_000)],
    ] as const) {
      scheduler.addCronCommand(spec, () => void order.push(name), { name });
    }
    scheduler.start();
    await clock.advance(2_000);
    expect(order).toEqual(["a", "c", "a", "b"]);
  });

  it("counts an interval from the job's registration", async () => {
    const { scheduler, clock } = setUp();
    await clock.advance(1_234);
    const job = scheduler.addCronCommand("@every 10s", () => {});
    expect(job.nextFireTime).toBe(START + 11_234);
    expect(job.upcoming(2)).toEqual([START + 11_234, START + 21_234]);
  });

  it("does not fire before start, nor make up for what came due before", async () => {
    const { scheduler, clock } = setUp();
    const fires: number[] = [];
    scheduler.addCronCommand("* * * * *", (run) => void fires.push(run.fireTime ?? 0));
    await clock.advance(150_000);
    expect(fires).toEqual([]);
    scheduler.start();
    await clock.advance(30_000);
    expect(fires).toEqual([START + 180_000]);
  });

  it("makes up for an instant that passed before start, and says so", async () => {
    const { scheduler, clock, log } = setUp();
    let runs = 0;
    scheduler.addCronCommand(new Date(START + 1_000), () => void runs++, { name: "once" });
    await clock.advance(60_000);
    scheduler.start();
    await clock.advance(0);
    expect(runs).toBe(1);
    expect(log).toEqual(["fire:missed once", "job:removed once ended"]);
  });

  it("removes a job by itself when its schedule has ended, once its run has", async () => {
    const { scheduler, clock, log } = setUp();
    let finish = (): void => {};
    const job = scheduler.addCronCommand(
      new Date(START + 1_000),
      () => new Promise<void>((resolve) => (finish = resolve)),
      {
        name: "once",
      },
    );
    scheduler.start();
    await clock.advance(5_000);
    expect([scheduler.job("once"), job.nextFireTime, job.running]).toEqual([job, null, 1]);
    finish();
    await clock.advance(0);
    expect([scheduler.job("once"), job.previousFireTime]).toEqual([undefined, START + 1_000]);
    expect(log).toEqual(["job:removed once ended"]);
  });

  it("keeps a job whose instant lies in the past, but never fires it", async () => {
    const { scheduler, clock } = setUp();
    const job = scheduler.addCronCommand(new Date(START - 1), () => {
      throw new Error("fired");
    });
    scheduler.start();
    await clock.advance(60_000);
    expect([scheduler.jobs(), job.nextFireTime, job.upcoming(3)]).toEqual([[job], null, []]);
  });

  it("reports fire times that were missed, and makes up for the latest", async () => {
    const { scheduler, clock } = setUp();
    const fires: number[] = [];
    const missed: unknown[] = [];
    scheduler.on("fire:missed", ({ job, ...rest }) => missed.push({ name: job.name, ...rest }));
    scheduler.addCronCommand("*/10 * * * * *", (run) => void fires.push((run.fireTime ?? 0) - START), { name: "tick" });
    scheduler.start();
    await clock.advance(10_000);
    clock.set(START + 35_000);
    await clock.advance(10_000);
    expect(fires).toEqual([10_000, 40_000]);
    expect(missed).toEqual([
      {
        name: "tick",
        fireTimes: [20, 30, 40].map((s) => START + s * 1_000),
        missedBefore: null,
        policy: "fireOnce",
        cause: "clockJumped",
      },
    ]);
  });

  it("says that the clock was set", async () => {
    const { scheduler, clock } = setUp();
    const jumps: number[] = [];
    scheduler.on("clock:jumped", ({ byMs }) => void jumps.push(byMs));
    scheduler.addCronCommand("@daily", () => {});
    scheduler.start();
    clock.set(START + 3_600_000);
    await clock.advance(30_000);
    expect(jumps).toEqual([3_600_000]);
  });

  it("yields to the event loop when much is due, and loses nothing", async () => {
    class SlowClock extends ManualClock {
      #reads = 0;
      override now(): number {
        return super.now() + Math.floor(this.#reads++ / 50);
      }
    }
    const clock = new SlowClock(START);
    const { scheduler } = setUp({ clock });
    let turns = 0;
    const original = clock.setTimer.bind(clock);
    clock.setTimer = (delayMs, ring) => {
      if (delayMs <= 0) turns++;
      return original(delayMs, ring);
    };
    const started = new Set<string>();
    for (let n = 0; n < 500; n++) {
      scheduler.addCronCommand(new Date(START + 1_000), (run) => void started.add(run.jobName), { name: `job ${n}` });
    }
    scheduler.start();
    await clock.advance(2_000);
    expect(started.size).toBe(500);
    expect(turns).toBeGreaterThan(5);
  });
});

describe("a command's end", () => {
  it("is an outcome, never an unhandled rejection", async () => {
    const { scheduler, clock } = setUp();
    const ends: unknown[] = [];
    scheduler.on("run:finished", ({ run }) => ends.push([run.jobName, run.outcome, run.result, String(run.error)]));
    const fail = new Error("no");
    const commands = {
      returns: () => 5,
      resolves: async () => "later",
      throws: () => {
        throw fail;
      },
      rejects: () => Promise.reject(fail),
      // biome-ignore lint/suspicious/noThenProperty: a library's own kind of promise, on purpose
      thenable: () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(fail) }),
      throwsNothing: () => {
        throw undefined;
      },
      trap: () =>
        new Proxy(
          {},
          {
            get: () => {
              throw fail;
            },
          },
        ),
    };
    for (const [name, command] of Object.entries(commands)) {
      scheduler.addCronCommand("* * * * * *", command as () => unknown, { name });
    }
    scheduler.start();
    await clock.advance(1_000);
    expect(ends).toHaveLength(7);
    expect(ends).toEqual(
      expect.arrayContaining([
        ["returns", "succeeded", 5, "undefined"],
        ["resolves", "succeeded", "later", "undefined"],
        ["throws", "failed", undefined, "Error: no"],
        ["rejects", "failed", undefined, "Error: no"],
        ["thenable", "failed", undefined, "Error: no"],
        ["trap", "failed", undefined, "Error: no"],
        ["throwsNothing", "failed", undefined, "undefined"],
      ]),
    );
  });

  it("skips a fire while the previous run goes on, or lets both run", async () => {
    const { scheduler, clock, log } = setUp();
    const slow = (): Promise<void> => new Promise((resolve) => clock.setTimer(2_500, resolve));
    const skipping = scheduler.addCronCommand("* * * * * *", slow, { name: "skipping" });
    const allowing = scheduler.addCronCommand("* * * * * *", slow, { name: "allowing", overlap: "allow" });
    scheduler.start();
    await clock.advance(3_000);
    expect([skipping.running, allowing.running]).toEqual([1, 3]);
    expect(log).toEqual(["run:skipped skipping overlap", "run:skipped skipping overlap"]);
    await clock.advance(1_000);
    expect(skipping.previousFireTime).toBe(START + 4_000);
    expect(log).toHaveLength(2);
  });

  it("hears of progress", async () => {
    const { scheduler, clock } = setUp();
    const seen: number[] = [];
    scheduler.on("run:progress", ({ fraction }) => void seen.push(fraction));
    scheduler.addCronCommand(every(1_000), (run) => {
      for (const fraction of [0, 0.5, 0.5, 1]) run.progress(fraction);
      expect(() => run.progress(2)).toThrow("progress: expected a fraction from 0 to 1, given 2");
    });
    scheduler.start();
    await clock.advance(1_000);
    expect(seen).toEqual([0, 0.5, 1]);
  });
});

describe("a job's handle", () => {
  it("pauses and resumes, recording what is skipped", async () => {
    const { scheduler, clock, log } = setUp();
    let runs = 0;
    const job = scheduler.addCronCommand("* * * * * *", () => void runs++, { name: "tick" });
    scheduler.start();
    await clock.advance(1_000);
    expect(job.pause("deploy").paused).toBe(true);
    await clock.advance(2_000);
    expect(job.resume().paused).toBe(false);
    await clock.advance(1_000);
    expect(runs).toBe(2);
    expect(log).toEqual(["run:skipped tick paused", "run:skipped tick paused"]);
  });

  it("reschedules from now on, and a bad schedule changes nothing", async () => {
    const { scheduler, clock } = setUp();
    const fires: number[] = [];
    const job = scheduler.addCronCommand("@hourly", (run) => void fires.push((run.fireTime ?? 0) - START));
    scheduler.start();
    job.reschedule("*/2 * * * * *");
    await clock.advance(4_000);
    expect(() => job.reschedule("nonsense")).toThrow("expected 5 fields");
    await clock.advance(2_000);
    job.reschedule("@daily");
    await clock.advance(10_000);
    expect(fires).toEqual([2_000, 4_000, 6_000]);
    expect(job.nextFireTime).toBe(START + 86_400_000);
  });

  it("is removed while others go on, also by its own command", async () => {
    const { scheduler, clock, log } = setUp();
    const fires: string[] = [];
    scheduler.addCronCommand("* * * * * *", () => void fires.push("stays"), { name: "stays" });
    const job = scheduler.addCronCommand("* * * * * *", () => {
      fires.push("goes");
      job.remove();
      job.remove();
    });
    scheduler.start();
    await clock.advance(3_000);
    expect(fires).toEqual(["stays", "goes", "stays", "stays"]);
    expect(log).toEqual(["job:removed job-1 removed"]);
    expect(() => job.pause()).toThrow(expect.objectContaining({ code: "JOB_REMOVED" }));
    await expect(job.runNow()).rejects.toMatchObject({ code: "JOB_REMOVED" });
  });

  it("runs now, with other data, paused or not started, and resolves with the finished run", async () => {
    const { scheduler } = setUp();
    const job = scheduler.addCronCommand("@yearly", (run) => run.data * 2, { data: 4 });
    job.pause();
    expect(await job.runNow()).toMatchObject({ outcome: "succeeded", result: 8, fireTime: null, latenessMs: 0 });
    expect((await job.runNow(21)).result).toBe(42);
  });

  it("does not run now against the overlap policy", async () => {
    const { scheduler, clock, log } = setUp();
    const job = scheduler.addCronCommand("@yearly", () => new Promise<void>((resolve) => clock.setTimer(10, resolve)), {
      name: "slow",
    });
    const first = job.runNow();
    await expect(job.runNow()).rejects.toThrow(RunSkippedError);
    await clock.advance(10);
    expect((await first).outcome).toBe("succeeded");
    expect(log).toEqual(["run:skipped slow overlap"]);
  });

  it("gets a name", () => {
    const { scheduler } = setUp();
    const poll = (): void => {};
    const names = [poll, poll, () => {}, () => {}, poll].map(
      (command) => scheduler.addCronCommand("@daily", command).name,
    );
    expect(names).toEqual(["poll", "poll-2", "job-1", "job-2", "poll-3"]);
    expect(scheduler.jobs().map((job) => job.name)).toEqual(names);
    scheduler.job("poll-2")?.remove();
    expect(scheduler.addCronCommand("@daily", poll).name).toBe("poll-4");
  });

  it("may be added while the scheduler runs, from a command too", async () => {
    const { scheduler, clock } = setUp();
    const fires: string[] = [];
    scheduler.start();
    scheduler.addCronCommand(new Date(START + 1_000), () => {
      scheduler.addCronCommand(new Date(START + 1_500), () => void fires.push("second"));
      fires.push("first");
    });
    await clock.advance(2_000);
    expect(fires).toEqual(["first", "second"]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("start and stop", () => {
  it("are safe twice, in any order, and can be repeated", async () => {
    const { scheduler, clock } = setUp();
    let runs = 0;
    scheduler.addCronCommand("* * * * * *", () => void runs++);
    await scheduler.stop();
    scheduler.start().start();
    await clock.advance(1_000);
    await Promise.all([scheduler.stop(), scheduler.stop()]);
    expect([runs, scheduler.running, clock.pendingTimers]).toEqual([1, false, 0]);
    await clock.advance(10_000);
    scheduler.start();
    await clock.advance(1_000);
    expect(runs).toBe(2);
  });

  it("waits for runs, aborts them, then gives them up, and tells", async () => {
    const { scheduler, clock } = setUp();
    const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(ms, resolve));
    const heeds = (run: RunContext): Promise<never> =>
      new Promise((_, reject) => run.signal.addEventListener("abort", () => reject(run.signal.reason as Error)));
    const outcomes: string[] = [];
    scheduler.on("run:finished", ({ run }) => void outcomes.push(`${run.jobName} ${run.outcome}`));
    scheduler.addCronCommand("@yearly", () => wait(500), { name: "short" });
    scheduler.addCronCommand("@yearly", heeds, { name: "heeds" });
    scheduler.addCronCommand("@yearly", () => wait(60_000), { name: "deaf" });
    scheduler.start();
    const runs = scheduler.jobs().map((job) => job.runNow());
    const stopped = scheduler.stop({ grace: "1s", killGrace: "2s" });
    await expect(scheduler.job("short")?.runNow()).rejects.toMatchObject({ reason: "stopping" });
    await clock.advance(3_000);
    expect(await stopped).toEqual({ drained: 1, aborted: 1, terminated: 0, abandoned: 1 });
    expect(outcomes).toEqual(["short succeeded", "heeds killed", "deaf abandoned"]);
    expect((await Promise.all(runs))[2]?.error).toMatchObject({ code: "SCHEDULER_STOPPED" });
  });

  it("do not cross: a start while a stop is under way is refused", async () => {
    const { scheduler, clock } = setUp();
    scheduler.start();
    const run = scheduler.runNow(() => new Promise<void>((resolve) => clock.setTimer(500, resolve)));
    const stopped = scheduler.stop();
    expect(() => scheduler.start()).toThrow(expect.objectContaining({ code: "SCHEDULER_STOPPING" }));
    await clock.advance(500);
    expect([(await stopped).drained, (await run).outcome]).toEqual([1, "succeeded"]);
    expect(scheduler.start().running).toBe(true);
  });

  it("gives its grace to a command that stops the scheduler itself", async () => {
    const { scheduler, clock } = setUp();
    let aborted = false;
    const command = async (run: RunContext): Promise<unknown> => {
      const stopped = scheduler.stop({ grace: "1s" });
      await new Promise<void>((resolve) => clock.setTimer(500, resolve));
      aborted = run.signal.aborted;
      return { stopped };
    };
    scheduler.addCronCommand("* * * * * *", command);
    scheduler.start();
    await clock.advance(2_000);
    expect(await scheduler.stop()).toEqual({ drained: 1, aborted: 0, terminated: 0, abandoned: 0 });
    expect(aborted).toBe(false);
  });

  it("stops at the end of an await using block", async () => {
    const clock = new ManualClock(START);
    let inner: Scheduler;
    {
      await using scheduler = new Scheduler({ clock });
      inner = scheduler.start();
      expect(inner.running).toBe(true);
    }
    expect(inner.running).toBe(false);
  });

  it("leaves what is due unfired when a command stops the scheduler", async () => {
    const { scheduler, clock } = setUp();
    const fires: string[] = [];
    for (const name of ["a", "b"]) {
      scheduler.addCronCommand(
        "* * * * * *",
        () => {
          fires.push(name);
          void scheduler.stop();
        },
        { name },
      );
    }
    scheduler.start();
    await clock.advance(5_000);
    expect(fires).toEqual(["a"]);
  });
});

describe("what others do wrong", () => {
  it("a listener that throws or rejects becomes an error event and disturbs no other", async () => {
    const { scheduler, clock, log } = setUp();
    const heard: string[] = [];
    scheduler.on("run:started", () => {
      throw new Error("bad listener");
    });
    scheduler.on("run:started", async () => {
      throw new Error("bad async listener");
    });
    scheduler.once("run:started", () => void heard.push("once"));
    const removed = (): void => void heard.push("removed");
    scheduler.once("run:started", removed).off("run:started", removed);
    scheduler.on("run:started", () => void heard.push("on"));
    scheduler.addCronCommand("* * * * * *", () => {});
    scheduler.start();
    await clock.advance(2_000);
    expect(heard).toEqual(["once", "on", "on"]);
    expect(log).toEqual(Array.from({ length: 4 }, () => "error LISTENER_FAILED"));
  });

  it("a schedule that fails ends its own job only", async () => {
    const { scheduler, clock, log } = setUp();
    const fires: string[] = [];
    let asked = 0;
    const broken = { next: (after: number) => (asked++ === 0 ? START + 1_000 : after) };
    const job = scheduler.addCronCommand(broken, () => void fires.push("broken"), { name: "broken" });
    scheduler.addCronCommand("* * * * * *", () => void fires.push("fine"), { name: "fine" });
    scheduler.start();
    await clock.advance(2_000);
    expect(fires).toEqual(["fine", "fine"]);
    expect(log).toEqual(["error broken SCHEDULE_FAILED"]);
    expect(job.nextFireTime).toBeNull();
  });

  it.each<[string, (scheduler: Scheduler) => unknown, object]>([
    ["unknown option", (s) => s.addCronCommand("@daily", () => {}, { tiemzone: "UTC" } as never), { path: "tiemzone" }],
    ["bad expression", (s) => s.addCronCommand("* * *", () => {}), { code: "INVALID_SCHEDULE" }],
    ["no schedule", (s) => s.addCronCommand(5 as never, () => {}), { path: "schedule" }],
    ["bad date", (s) => s.addCronCommand(new Date("no"), () => {}), { path: "at" }],
    ["bad zone", (s) => s.addCronCommand("@daily", () => {}, { timezone: "X" }), { code: "INVALID_TIMEZONE" }],
    ["bad duration", (s) => s.addCronCommand("@daily", () => {}, { grace: "-1s" }), { code: "INVALID_DURATION" }],
    ["NaN", (s) => s.addCronCommand("@daily", () => {}, { catchUpWindow: Number.NaN }), { path: "catchUpWindow" }],
    ["bad policy", (s) => s.addCronCommand("@daily", () => {}, { overlap: "no" as never }), { path: "overlap" }],
    ["bad misfire", (s) => s.addCronCommand("@daily", () => {}, { misfire: "no" as never }), { path: "misfire" }],
    ["taken name", (s) => s.addCronCommand("@daily", () => {}, { name: "taken" }), { code: "DUPLICATE_NAME" }],
    ["blank name", (s) => s.addCronCommand("@daily", () => {}, { name: " " }), { path: "name" }],
    ["unknown command", (s) => s.addCronCommand("@daily", "nobody"), { code: "UNKNOWN_COMMAND" }],
    ["no command", (s) => s.addCronCommand("@daily", {} as never), { path: "command" }],
    ["options no object", (s) => s.addCronCommand("@daily", () => {}, 5 as never), { path: "options" }],
    ["command defined twice", (s) => s.define("known", () => {}), { code: "DUPLICATE_NAME" }],
    ["count", (s) => s.job("taken")?.upcoming(-1), { path: "count" }],
  ])("bad input is refused at the call, and nothing is registered: %s", (_, act, error) => {
    const { scheduler } = setUp();
    scheduler.define("known", () => {});
    scheduler.addCronCommand("@daily", () => {}, { name: "taken" });
    expect(() => act(scheduler)).toThrow(expect.objectContaining(error));
    expect(scheduler.jobs()).toHaveLength(1);
  });

  it.each<[string, SchedulerOptions, string]>([
    ["unknown option", { jobs: 5 } as never, "jobs"],
    ["unknown worker option", { workers: { threads: 5 } as never }, "workers.threads"],
    ["negative threads", { workers: { maxThreads: -1 } }, "workers.maxThreads"],
    ["fraction", { workers: { minThreads: 1.5 } }, "workers.minThreads"],
    ["fewer than least", { workers: { minThreads: 3, maxThreads: 2 } }, "workers.maxThreads"],
    ["bad idle timeout", { workers: { idleTimeout: "soon" } }, "workers.idleTimeout"],
    ["no clock", { clock: {} as never }, "clock"],
    ["ref", { ref: 1 as never }, "ref"],
    ["zone", { timezone: "" }, "timezone"],
  ])("a scheduler's bad options are refused: %s", (_, options, path) => {
    expect(() => new Scheduler(options)).toThrow(expect.objectContaining({ path }));
  });

  it("leaves the caller's options alone", () => {
    const { scheduler } = setUp();
    const options = Object.freeze({ name: "a", data: Object.freeze({ x: 1 }), overlap: "allow" as const });
    scheduler.addCronCommand("@daily", () => {}, options);
    expect(Object.keys(options)).toEqual(["name", "data", "overlap"]);
  });

  it("performs a defined command by its name, and refuses a bad grace of stop", async () => {
    const { scheduler } = setUp();
    scheduler.define("double", (run: RunContext<number>) => run.data * 2);
    expect((await scheduler.addCronCommand("@daily", "double", { data: 4 }).runNow()).result).toBe(8);
    expect(await scheduler.runNow("double", { data: 5 })).toMatchObject({ result: 10, jobName: "double" });
    await expect(scheduler.runNow("nobody")).rejects.toMatchObject({ code: "UNKNOWN_COMMAND" });
    await expect(scheduler.stop({ grace: "x" })).rejects.toMatchObject({ path: "grace" });
    expect(scheduler.jobs()).toHaveLength(1);
  });
});
