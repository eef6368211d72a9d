import { setTimeout as delay } from "node:timers/promises";
import type { Run, SchedulerOptions } from "punctual";
import { type PunctualError, Scheduler, WorkerError, transfer, worker } from "punctual";
import { afterEach, describe, expect, it } from "vitest";

type Jobs = typeof import("./fixtures/jobs.js");
const jobs = new URL("./fixtures/jobs.js", import.meta.url);
const file = (name: string): URL => new URL(`./fixtures/${name}`, import.meta.url);

let scheduler: Scheduler;
const errors: PunctualError[] = [];

function setUp(workers: SchedulerOptions["workers"] = { maxThreads: 1 }): Scheduler {
  scheduler = new Scheduler({ workers });
  errors.length = 0;
  return scheduler.on("error", ({ error }) => void errors.push(error));
}

/** What the run after a fault gives: the pool has healed if it succeeds. */
async function healed(): Promise<unknown> {
  return (await scheduler.runNow(worker<Jobs>(jobs, "double"), { data: 21 })).result;
}

afterEach(async () => {
  await scheduler.stop({ grace: 0, killGrace: 0 });
});

describe("a worker command", () => {
  it("runs on another thread and gives its result back", async () => {
    setUp();
    const run = await scheduler.runNow(worker<Jobs>(jobs, "double"), { data: 4 });
    expect([run.outcome, run.result, run.jobName]).toEqual(["succeeded", 8, "double"]);
    const where = await scheduler.runNow(worker<Jobs>(jobs, "where"));
    expect(where.result?.main).toBe(false);
    expect(where.result?.thread).toBeGreaterThan(0);
  });

  it("is told of its run", async () => {
    setUp();
    const run = await scheduler.runNow(worker<Jobs>(jobs, "context"), { data: "x", name: "mine" });
    const { id, startedAt } = run;
    expect(run.result).toEqual({ id, jobName: "mine", fireTime: null, startedAt, latenessMs: 0, data: "x" });
  });

  it("runs at its fire times as a job", async () => {
    setUp();
    const job = scheduler.addCronCommand("* * * * * *", worker<Jobs>(jobs, "double"), { data: 3 });
    const finished = new Promise<Run>((resolve) => scheduler.once("run:finished", ({ run }) => resolve(run)));
    scheduler.start();
    const run = await finished;
    expect([run.jobName, run.result, (run.fireTime ?? 1) % 1_000]).toEqual(["double", 6, 0]);
    // On a slow machine the next one may have come due meanwhile.
    expect(run.fireTime).toBeLessThanOrEqual(job.previousFireTime ?? 0);
    expect(run.startedAt).toBeGreaterThanOrEqual(run.fireTime as number);
  });

  it("runs on as many threads as there are, and waits for one otherwise", async () => {
    setUp({ maxThreads: 2 });
    const runs = await Promise.all(Array.from({ length: 20 }, () => scheduler.runNow(worker<Jobs>(jobs, "where"))));
    expect(new Set(runs.map((run) => run.result?.thread)).size).toBe(2);
  });

  it.each([
    ["an ES module", "plain.mjs", "add", { a: 1, b: 2 }, 3],
    ["a re-export that only loading shows", "plain.mjs", "more", undefined, "more"],
    ["a CommonJS module", "common.cjs", "shout", "hi", "HI"],
  ])("may be %s", async (_, name, exportName, data, result) => {
    setUp();
    const run = await scheduler.runNow(worker<Record<string, () => unknown>, string>(file(name), exportName), {
      data,
    });
    expect(run.result).toBe(result);
  });

  it("copies data and result, or hands them over", async () => {
    setUp();
    const bytes = new Uint8Array([1, 2, 3]);
    const reverse = scheduler.addCronCommand("@yearly", worker<Jobs>(jobs, "reverse"), { data: bytes });
    expect((await reverse.runNow()).result).toEqual(new Uint8Array([3, 2, 1]));
    expect(bytes).toEqual(new Uint8Array([1, 2, 3]));
    expect((await reverse.runNow(transfer(bytes, [bytes.buffer]))).result).toEqual(new Uint8Array([3, 2, 1]));
    expect(bytes.length).toBe(0);
  });

  it("reports progress, all of it before the end", async () => {
    setUp();
    const seen: number[] = [];
    scheduler.on("run:progress", ({ fraction }) => void seen.push(fraction));
    scheduler.on("run:finished", () => void seen.push(9));
    await scheduler.runNow(worker<Jobs>(jobs, "progress"), { data: 4 });
    expect(seen.at(-1)).toBe(9);
    expect(seen.at(-2)).toBe(1);
    expect(seen).toEqual([...seen].sort());
  });

  it("hears of a bad progress itself", async () => {
    setUp();
    const run = await scheduler.runNow(worker<Jobs>(jobs, "badProgress"));
    expect(run.error).toMatchObject({ name: "InvalidOptionError", code: "INVALID_OPTION", path: "progress" });
  });

  it("is not taken for another whose leftovers still report", async () => {
    const lines: unknown[] = [];
    const progress: number[] = [];
    const logger = { ...console, warn: (...args: unknown[]) => void lines.push(args) };
    scheduler = new Scheduler({ workers: { maxThreads: 1 }, logger });
    scheduler.on("run:progress", ({ fraction }) => void progress.push(fraction));
    const thread = (await scheduler.runNow(worker<Jobs>(jobs, "reportLater"))).result;
    await scheduler.runNow(worker<Jobs>(jobs, "pause"), { data: 150 });
    const after = await scheduler.runNow(worker<Jobs>(jobs, "where"));
    expect([after.result?.thread, progress, lines]).toEqual([thread, [], []]);
  });

  it("may leave timers behind that go on (no atomics)", async () => {
    setUp();
    expect((await scheduler.runNow(worker<Jobs>(jobs, "stray"))).result).toBe(0);
    const strays = async (): Promise<unknown> => (await scheduler.runNow(worker<Jobs>(jobs, "stray"))).result;
    await expect.poll(strays, { timeout: 10_000 }).toBeGreaterThan(0);
  });
});

describe("a worker command's failure", () => {
  it("comes back whole: class, message, stack, cause and what was added", async () => {
    setUp();
    const { outcome, error } = (await scheduler.runNow(worker<Jobs>(jobs, "fail"))) as Run & { error: Error };
    expect(outcome).toBe("failed");
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: "no space", code: "ENOSPC", odd: expect.stringContaining("=>") });
    expect(error.stack).toMatch(/^TypeError: no space\n.*jobs\.ts/);
    expect(error.cause).toMatchObject({ message: "the disk", errno: 28 });
    expect((await scheduler.runNow(worker<Jobs>(jobs, "failWithValue"))).error).toEqual({ reason: "just a value" });
    expect(await healed()).toBe(42);
  });

  it.each<[string, keyof Jobs, string, string, unknown]>([
    ["process.exit", "exit", "WORKER_EXITED", "exited with code 7", 7],
    ["process.exit(0)", "exit", "WORKER_EXITED", "exited with code 0", 0],
    ["an uncaught error", "uncaught", "WORKER_UNCAUGHT", "nobody catches this", undefined],
    ["a result that cannot be copied", "uncloneable", "WORKER_RESULT_NOT_CLONEABLE", "could not be cloned", undefined],
    ["data that cannot be copied", "double", "WORKER_DATA_NOT_CLONEABLE", "could not be cloned", () => {}],
  ])("by %s ends that run alone, with a code, and the pool heals", async (_, exportName, code, message, data) => {
    setUp();
    const command = worker<Jobs, "double">(jobs, exportName as "double");
    const first = scheduler.runNow(command, { data: data as number });
    const second = healed();
    const run = await first;
    expect([run.outcome, (run.error as WorkerError).code]).toEqual(["failed", code]);
    expect(run.error).toBeInstanceOf(WorkerError);
    expect((run.error as Error).message).toContain(message);
    expect(await second).toBe(42);
    expect(errors).toEqual([]);
  });

  it("that is a result that cannot be copied leaves the thread alone", async () => {
    setUp();
    const thread = async (): Promise<unknown> => (await scheduler.runNow(worker<Jobs>(jobs, "where"))).result?.thread;
    const before = await thread();
    expect((await scheduler.runNow(worker<Jobs>(jobs, "uncloneable"))).outcome).toBe("failed");
    expect(await thread()).toBe(before);
  });

  it("by its thread's end does not take away what the thread said before", async () => {
    const lines: unknown[] = [];
    const progress: number[] = [];
    const logger = { ...console, warn: (...args: unknown[]) => void lines.push(args.at(-1)) };
    scheduler = new Scheduler({ workers: { maxThreads: 1 }, logger });
    scheduler.on("run:progress", ({ fraction }) => void progress.push(fraction));
    const run = await scheduler.runNow(worker<Jobs>(jobs, "reportAndExit"));
    expect(run.error).toMatchObject({ code: "WORKER_EXITED" });
    expect([progress, lines]).toEqual([[0.25], ["the end is near"]]);
  });

  it("by running out of memory ends that run alone", async () => {
    setUp({ maxThreads: 1, resourceLimits: { maxOldGenerationSizeMb: 32 } });
    const run = await scheduler.runNow(worker<Jobs>(jobs, "eat"));
    expect(run.error).toMatchObject({ code: "WORKER_OUT_OF_MEMORY" });
    expect(await healed()).toBe(42);
  });

  it.each<["exitLater" | "rejectLater", string]>([
    ["exitLater", "WORKER_EXITED"],
    ["rejectLater", "WORKER_POOL_FAILED"],
  ])("after its run has ended (%s) is an error event, and the pool heals", async (exportName, code) => {
    setUp();
    const failed = new Promise((resolve) => scheduler.once("error", ({ error }) => resolve(error.code)));
    expect((await scheduler.runNow(worker<Jobs>(jobs, exportName))).result).toBe("returned");
    expect(await failed).toBe(code);
    expect(await healed()).toBe(42);
  });

  it("to load its module, or to find its export, is told by a code", async () => {
    setUp();
    const broken = worker<typeof import("./fixtures/fails-to-load.js")>(file("fails-to-load.js"), "never");
    const run = await scheduler.runNow(broken);
    expect(run.error).toMatchObject({ code: "WORKER_MODULE_FAILED", cause: { message: "cannot load" } });
    const missing = worker<Record<string, () => unknown>, string>(file("plain.mjs"), "missing");
    expect((await scheduler.runNow(missing)).error).toMatchObject({ code: "WORKER_EXPORT_NOT_FOUND" });
    const noFunction = worker<Record<string, () => unknown>, string>(jobs, "notAFunction");
    expect((await scheduler.runNow(noFunction)).error).toMatchObject({ code: "WORKER_EXPORT_NOT_FOUND" });
    expect(await healed()).toBe(42);
  });
});

describe("stop", () => {
  it.each<["waitForAbort" | "loopUntilAbort", string]>([
    ["waitForAbort", "killed"],
    ["loopUntilAbort", "succeeded"],
  ])("aborts the signal inside the thread (%s)", async (exportName, outcome) => {
    setUp();
    const running = new Promise((resolve) => scheduler.once("run:progress", resolve));
    const ended = scheduler.runNow(worker<Jobs>(jobs, exportName));
    await running;
    expect(await scheduler.stop({ grace: 0, killGrace: "10s" })).toMatchObject({ aborted: 1, terminated: 0 });
    expect((await ended).outcome).toBe(outcome);
    if (outcome === "killed") expect((await ended).error).toMatchObject({ code: "SCHEDULER_STOPPED" });
  });

  it("ends the threads, and starts no others", async () => {
    setUp({ minThreads: 1, maxThreads: 2 });
    const running = scheduler.runNow(worker<Jobs>(jobs, "pause"), { data: 60_000 });
    await scheduler.runNow(worker<Jobs>(jobs, "double"), { data: 1 });
    expect(scheduler.stats().workers.threads).toBe(2);
    await scheduler.stop({ grace: 0, killGrace: 0 });
    expect((await running).outcome).toBe("killed");
    await delay(200);
    expect(scheduler.stats().workers).toMatchObject({ threads: 0, busy: 0, queued: 0 });
  });

  it("terminates a thread that does not heed it, and ends what waits", async () => {
    setUp();
    const spinning = scheduler.runNow(worker<Jobs>(jobs, "spin"));
    const waiting = scheduler.runNow(worker<Jobs>(jobs, "double"), { data: 1 });
    const report = await scheduler.stop({ grace: "100ms", killGrace: "100ms" });
    expect(report).toEqual({ drained: 0, aborted: 1, terminated: 1, abandoned: 0 });
    expect([(await spinning).outcome, (await waiting).outcome]).toEqual(["killed", "killed"]);
    scheduler.start();
    expect(await healed()).toBe(42);
  });
});

describe("worker()", () => {
  it("refuses a module that is not there, and an export that it has not", () => {
    setUp();
    const call = (url: unknown, name: unknown): (() => unknown) => {
      return () => worker<Record<string, () => unknown>, string>(url as URL, name as string);
    };
    expect(call(file("nowhere.js"), "x")).toThrow(expect.objectContaining({ code: "WORKER_MODULE_NOT_FOUND" }));
    expect(call(jobs, "dubble")).toThrow(expect.objectContaining({ code: "WORKER_EXPORT_NOT_FOUND" }));
    expect(call(jobs, "dubble")).toThrow("it exports notAFunction, double, where");
    expect(call("./jobs.js", "double")).toThrow(expect.objectContaining({ path: "url" }));
    expect(call(new URL("https://example.test/x.js"), "double")).toThrow(expect.objectContaining({ path: "url" }));
    expect(call(5, "double")).toThrow(expect.objectContaining({ path: "url" }));
    expect(call(jobs, "")).toThrow(expect.objectContaining({ path: "exportName" }));
  });
});
