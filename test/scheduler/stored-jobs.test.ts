/** Stored jobs in one process: what is applied, what is left out, and what is not touched. */
import type { SchedulerOptions, StoredJobDefinition } from "punctual";
import { MemoryDistributed, MemoryJobStore, PunctualError, Scheduler, http, shell } from "punctual";
import { ManualClock } from "punctual/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Disk, RememberingHistory } from "../support/remembering-history.js";

const START = Date.UTC(2026, 0, 1);
let clock: ManualClock;
let store: MemoryJobStore;
const schedulers: Scheduler[] = [];
beforeEach(() => {
  clock = new ManualClock(START);
  store = new MemoryJobStore();
});
afterEach(async () => {
  for (const scheduler of schedulers.splice(0)) await scheduler.stop({ grace: 0 });
});

/** A scheduler with a log of its job events, errors and runs. */
function node(options: SchedulerOptions = {}): { readonly scheduler: Scheduler; readonly log: string[] } {
  const scheduler = new Scheduler({ timezone: "UTC", clock, store, ref: false, ...options });
  schedulers.push(scheduler);
  const log: string[] = [];
  for (const event of ["job:added", "job:removed", "job:updated", "job:rescheduled"] as const) {
    scheduler.on(event, ({ job }) => void log.push(`${event} ${job.name}`));
  }
  scheduler.on("error", ({ error }) => void log.push(`${error.code} ${error.message}`));
  scheduler.on("run:finished", ({ run, job }) => {
    const result = run.outcome === "succeeded" ? (run.result ?? "") : "";
    log.push(`${run.outcome} ${job.name} ${result}`.trim());
  });
  return { scheduler, log };
}

function refusal(what: () => unknown): Promise<PunctualError> {
  return Promise.resolve()
    .then(what)
    .then(
      () => {
        throw new Error("not refused");
      },
      (error: unknown) => error as PunctualError,
    );
}

const job = (rest: Partial<StoredJobDefinition> = {}): StoredJobDefinition => ({
  name: "report",
  schedule: "0 6 * * *",
  command: "build",
  ...rest,
});

describe("scheduler.store", () => {
  it("is not there without a store", () => {
    const { scheduler } = node({ store: undefined as never });
    expect(() => scheduler.store).toThrow(expect.objectContaining({ code: "STORE_MISSING" }));
  });

  it("has to be a store", () => {
    expect(() => new Scheduler({ store: {} as never })).toThrow(/store: expected an object with load, save/);
  });

  it("saves a job that runs here and on another node, changes it and removes it", async () => {
    const [a, b] = [node(), node()];
    for (const { scheduler } of [a, b]) scheduler.define("build", ({ data }) => data).start();
    await clock.advance(0);
    await a.scheduler.store.save(job({ options: { data: "Berlin", timezone: "Europe/Berlin" } }));
    expect(a.scheduler.job("report")?.nextFireTime).toBe(START + 5 * 3_600_000);
    await clock.advance(0);
    await clock.advance(6 * 3_600_000);
    expect([a.log, b.log]).toEqual(Array(2).fill(["job:added report", "succeeded report Berlin"]));
    await b.scheduler.store.save(job({ schedule: ["0 8 * * *", "0 9 * * *"] }));
    await clock.advance(0);
    for (const { scheduler } of [a, b]) expect(scheduler.job("report")?.upcoming(2)).toHaveLength(2);
    for (const { log } of [a, b]) expect(log.slice(2)).toEqual(["job:rescheduled report", "job:updated report"]);
    expect(await a.scheduler.store.remove("report")).toBe(true);
    expect(await a.scheduler.store.remove("report")).toBe(false);
    await clock.advance(0);
    for (const { scheduler } of [a, b]) expect(scheduler.jobs()).toEqual([]);
  });

  it("tells what is stored, and since when", async () => {
    const { scheduler } = node();
    scheduler.define("build", () => {});
    await scheduler.store.save(job());
    await clock.advance(5_000);
    const command = shell("true", { env: { A: "1" } });
    await scheduler.store.save({ name: "a", schedule: new Date(START + 9_000), command, options: { retry: 2 } });
    expect(await scheduler.store.list()).toEqual([
      {
        name: "a",
        revision: 2,
        savedAtMs: START + 5_000,
        definition: { name: "a", schedule: "2026-01-01T00:00:09.000Z", command, options: { retry: 2 } },
        problem: null,
      },
      { name: "report", revision: 1, savedAtMs: START, definition: job(), problem: null },
    ]);
    expect(await scheduler.store.get("report")).toMatchObject({ name: "report" });
    expect(await scheduler.store.get("nobody")).toBeUndefined();
  });

  it("loads at the start, and stops to listen at the stop, also when told in between", async () => {
    const [a, b] = [node(), node()];
    for (const { scheduler } of [a, b]) scheduler.define("build", () => {});
    await a.scheduler.store.save(job());
    expect(b.scheduler.jobs()).toEqual([]);
    b.scheduler.start();
    await clock.advance(0);
    expect(b.scheduler.jobs()).toHaveLength(1);
    await b.scheduler.stop();
    await a.scheduler.store.save(job({ name: "second" }));
    await clock.advance(0);
    expect(b.scheduler.jobs()).toHaveLength(1);
    b.scheduler.start();
    await b.scheduler.stop();
    b.scheduler.start();
    await clock.advance(0);
    expect(b.scheduler.jobs().map(({ name }) => name)).toEqual(["report", "second"]);
    expect(b.log).toEqual(["job:added report", "job:added second"]);
  });
});

it("gives everything else its turn while it applies many", async () => {
  for (let index = 0; index < 500; index++) {
    await store.save({ name: `job-${index}`, savedAtMs: 0, text: '{"schedule":"@daily","command":"build"}' });
  }
  const { scheduler } = node();
  scheduler.define("build", () => {}).start();
  const counts = new Set<number>();
  while (scheduler.jobs().length < 500) {
    counts.add(scheduler.jobs().length);
    await new Promise((resolve) => void setImmediate(resolve));
  }
  expect(counts.size).toBeGreaterThan(10);
  expect(Math.max(...counts)).toBeLessThan(500);
  // A save waits until all of them are there.
  await scheduler.store.save(job());
  expect(scheduler.jobs()).toHaveLength(501);
});

describe("a definition", () => {
  const own: readonly [string, unknown, string, string?][] = [
    ["no object", 5, "definition"],
    ["without a name", { schedule: "@daily", command: "build" }, "name"],
    ["with a blank at the end of its name", job({ name: "a " }), "name"],
    ["with half a character in its name", job({ name: "a\ud800" }), "name"],
    ["with a long name", job({ name: "x".repeat(256) }), "name"],
    ["with what is not known", { ...job(), when: "@daily" }, "when"],
    ["with an unknown option", job({ options: { timeot: "5m" } as never }), "timeot"],
    ["with a name in its options", job({ options: { name: "b" } as never }), "options.name"],
    ["with a function", job({ options: { retry: { retryIf: () => true } as never } }), "options.retry.retryIf"],
    ["with a Date in its data", job({ options: { data: { at: new Date(0) } } }), "options.data.at"],
    ["with NaN in its data", job({ options: { data: [1, Number.NaN] } }), "options.data[1]"],
    ["with a function as command", job({ command: (() => {}) as never }), "command"],
    ["with an unknown command", job({ command: "build-it" }), "command", "UNKNOWN_COMMAND"],
    ["with no command", job({ command: { kind: "mail" } as never }), "command"],
    ["with a bad shell command", job({ command: { kind: "shell", command: "" } as never }), "command"],
    ["with a bad url", job({ command: { ...http("http://a.test/"), url: "ftp://a" } as never }), "url"],
    ["with more in a worker", job({ command: { kind: "worker", url: "/a", exportName: "a", b: 1 } as never }), "b"],
    ["without a schedule", job({ schedule: undefined as never }), "schedule"],
    ["with a schedule object", job({ schedule: { next: () => 5 } as never }), "schedule"],
    ["with an empty list", job({ schedule: [] }), "schedule"],
    ["with a bad schedule", job({ schedule: "0 0 31 2 *" }), "", "INVALID_SCHEDULE"],
    ["with a zone that is none", job({ options: { timezone: "Europe/Berlino" } }), "timezone", "INVALID_TIMEZONE"],
    ["with a group that is none", job({ options: { group: "g" } }), "group"],
    ["that is too large", job({ options: { data: "x".repeat(70_000) } }), "definition"],
    ["that is distributed where nothing is", job({ distributed: {} }), "distributed"],
  ];
  it.each(own)("%s is refused at once, and nothing is stored", async (_what, given, path, code = "INVALID_OPTION") => {
    const { scheduler, log } = node();
    scheduler.define("build", () => {});
    const error = await refusal(() => scheduler.store.save(given as StoredJobDefinition));
    expect(error).toMatchObject(
      path === "" ? { code } : { code, path: expect.toSatisfy((at: string) => at.endsWith(path)) },
    );
    expect(await store.load()).toEqual({ revision: 0, rows: [] });
    expect(log).toEqual([]);
  });

  it("that goes round is refused", async () => {
    const data: unknown[] = [];
    data.push(data);
    const { scheduler } = node();
    scheduler.define("build", () => {});
    expect(await refusal(() => scheduler.store.save(job({ options: { data } })))).toMatchObject({
      code: "INVALID_OPTION",
    });
  });

  it("says of a function that what is stored is data", async () => {
    const { scheduler } = node();
    const given = job({ options: { retry: { retryIf: () => true } as never } });
    expect((await refusal(() => scheduler.store.save(given))).message).toContain("is data, also in options");
  });

  it("that is distributed has the options of addDistributedCron", async () => {
    const distributed = new MemoryDistributed({ clock });
    const [a, b] = [node({ distributed, appId: "a" }), node({ distributed, appId: "b" })];
    for (const { scheduler } of [a, b]) scheduler.define("build", () => {}).start();
    for (const wrong of [
      { distributed: { holdtime: 1 } as never },
      { distributed: {}, options: { holdTime: 1 } as never },
      { distributed: {}, options: { maxRuns: 1 } },
      { distributed: "soon" },
    ]) {
      expect(await refusal(() => a.scheduler.store.save(job(wrong)))).toBeInstanceOf(PunctualError);
    }
    await a.scheduler.store.save(job({ schedule: "@every 10s", distributed: "30s", options: { tags: ["x"] } }));
    await clock.advance(20_000);
    expect([...a.log, ...b.log].filter((line) => line.startsWith("succeeded"))).toHaveLength(2);
    expect((await a.scheduler.store.get("report"))?.definition?.distributed).toEqual({ holdTime: "30s" });
  });

  it("of a name that the program has is refused where that is known, and left out where it is not", async () => {
    const [a, b] = [node(), node()];
    for (const { scheduler } of [a, b]) scheduler.define("build", () => {}).start();
    const own = b.scheduler.addCronCommand("@hourly", () => {}, { name: "report" });
    expect(await refusal(() => b.scheduler.store.save(job()))).toMatchObject({ code: "DUPLICATE_NAME", path: "name" });
    await a.scheduler.store.save(job());
    await a.scheduler.store.save(job({ name: "other" }));
    await clock.advance(0);
    expect(b.scheduler.job("report")).toBe(own);
    expect(b.log.filter((line) => line.startsWith("STORED"))).toEqual([
      expect.stringMatching(/^STORED_JOB_INVALID stored job "report" is left out: name: expected/),
    ]);
    expect(() => a.scheduler.addCronCommand("@hourly", () => {}, { name: "report" })).toThrow(PunctualError);
    own.remove();
    await a.scheduler.store.save(job({ name: "third" }));
    await clock.advance(0);
    expect(b.scheduler.jobs().map(({ name }) => name)).toEqual(["other", "report", "third"]);
  });
});

describe("a change", () => {
  it("leaves unchanged jobs alone, and those that were saved again as they were", async () => {
    const { scheduler, log } = node();
    scheduler.define("build", () => {}).start();
    await scheduler.store.save(job({ schedule: "@every 10s", options: { timeout: "5m", data: { a: 1, b: 2 } } }));
    const report = scheduler.job("report");
    await clock.advance(4_000);
    await scheduler.store.save(job({ name: "other" }));
    await scheduler.store.save(job({ schedule: "@every 10s", options: { timeout: "5m", data: { a: 1, b: 2 } } }));
    await scheduler.store.save(job({ schedule: "@every 10s", options: { data: { b: 2, a: 1 }, timeout: "5m" } }));
    await scheduler.store.remove("other");
    await clock.advance(0);
    expect(scheduler.job("report")).toBe(report);
    expect(report?.nextFireTime).toBe(START + 10_000);
    expect(log.filter((line) => line.includes("report"))).toEqual(["job:added report"]);
  });

  it("of options that no schedule depends on keeps the next fire time, and takes back what is no longer said", async () => {
    const { scheduler, log } = node();
    scheduler.define("build", () => {}).start();
    await scheduler.store.save(job({ schedule: "@every 10s", options: { tags: ["x"], data: 1, timeout: "1s" } }));
    await clock.advance(4_000);
    const report = scheduler.job("report");
    await scheduler.store.save(job({ schedule: "@every 10s", options: { description: "new" } }));
    expect(report).toMatchObject({ nextFireTime: START + 10_000, tags: [], description: "new" });
    expect(scheduler.job("report")).toBe(report);
    await clock.advance(6_000);
    expect(log).toEqual(["job:added report", "job:updated report", "succeeded report"]);
  });

  it("of the zone or the schedule gives the job other fire times, and what runs goes on", async () => {
    const { scheduler, log } = node();
    const ends: (() => void)[] = [];
    scheduler.define("build", () => new Promise<void>((resolve) => void ends.push(resolve))).start();
    await scheduler.store.save(job());
    await clock.advance(6 * 3_600_000);
    const report = scheduler.job("report");
    await scheduler.store.save(job({ options: { timezone: "Asia/Tokyo" } }));
    expect(report?.nextFireTime).toBe(START + 21 * 3_600_000);
    await scheduler.store.save(job({ schedule: "0 8 * * *" }));
    expect(report?.nextFireTime).toBe(START + 8 * 3_600_000);
    expect([scheduler.job("report"), report?.running]).toEqual([report, 1]);
    ends[0]?.();
    await clock.advance(0);
    expect(log.at(-1)).toBe("succeeded report");
  });

  it("of the command makes another job of it, and what runs goes on, and can be killed", async () => {
    const { scheduler, log } = node();
    const hang = ({ signal }: { readonly signal: AbortSignal }): Promise<void> =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    scheduler
      .define("build", hang)
      .define("other", () => {})
      .start();
    await scheduler.store.save(job({ schedule: "@every 10s" }));
    await clock.advance(10_000);
    const before = scheduler.job("report");
    await scheduler.store.save(job({ schedule: "@every 10s", command: "other" }));
    expect(scheduler.job("report")).not.toBe(before);
    expect(before?.running).toBe(1);
    await clock.advance(10_000);
    expect(await scheduler.store.kill("report", "enough")).toBe(1);
    await clock.advance(0);
    expect(log).toEqual([
      ...["job:added report", "job:removed report", "job:added report"],
      ...["succeeded report", "killed report"],
    ]);
  });

  it("of enabled pauses and resumes, unless it was paused by hand", async () => {
    const { scheduler } = node();
    scheduler.define("build", () => {});
    await scheduler.store.save(job({ options: { enabled: false } }));
    expect(scheduler.job("report")?.paused).toBe(true);
    await scheduler.store.save(job({ options: { enabled: true } }));
    expect(scheduler.job("report")?.paused).toBe(false);
    await scheduler.store.save(job({ options: { enabled: false } }));
    await scheduler.store.save(job());
    expect(scheduler.job("report")?.paused).toBe(false);
    scheduler.job("report")?.pause("by hand");
    await scheduler.store.save(job({ options: { tags: ["x"] } }));
    expect(scheduler.job("report")?.paused).toBe(true);
  });

  it("of a job that has ended begins it anew", async () => {
    const { scheduler, log } = node();
    scheduler.define("build", () => {}).start();
    await scheduler.store.save(job({ schedule: new Date(START + 1_000) }));
    await clock.advance(2_000);
    expect(scheduler.jobs()).toEqual([]);
    await scheduler.store.save(job({ name: "other" }));
    expect(scheduler.jobs()).toHaveLength(1);
    await scheduler.store.save(job({ schedule: new Date(START + 3_000) }));
    await clock.advance(2_000);
    expect(log.filter((line) => line === "succeeded report")).toHaveLength(2);
  });
});

describe("what cannot be used", () => {
  it("is told of once for each revision, and hides no other", async () => {
    const texts = ["{", "5", '{"schedule":"@daily"}', '{"schedule":"@daily","command":"build","colour":"red"}'];
    for (const [index, text] of texts.entries()) await store.save({ name: `bad-${index}`, savedAtMs: 0, text });
    const { scheduler, log } = node();
    scheduler.define("build", () => {});
    await node()
      .scheduler.define("build", () => {})
      .store.save(job({ name: "good" }));
    scheduler.start();
    await clock.advance(0);
    expect(scheduler.jobs().map(({ name }) => name)).toEqual(["good"]);
    expect(log.map((line) => line.split(" is left")[0])).toEqual([
      ...[0, 1, 2, 3].map((index) => `STORED_JOB_INVALID stored job "bad-${index}"`),
      "job:added good",
    ]);
    await store.save({ name: "other", savedAtMs: 0, text: '{"schedule":"@daily","command":"build"}' });
    await clock.advance(0);
    expect(log.slice(5)).toEqual(["job:added other"]);
    await store.save({ name: "bad-0", savedAtMs: 0, text: "{" });
    await clock.advance(0);
    expect(log.slice(6)).toEqual([expect.stringContaining("bad-0")]);
    const listed = await scheduler.store.list();
    expect(listed.map(({ name, problem }) => [name, problem === null])).toEqual([
      ...[0, 1, 2, 3].map((index) => [`bad-${index}`, false]),
      ...["good", "other"].map((name) => [name, true]),
    ]);
  });

  it("is used when its command is defined", async () => {
    const [a, b] = [node(), node()];
    a.scheduler.define("build", () => {});
    await a.scheduler.store.save(job());
    b.scheduler.start();
    await clock.advance(0);
    expect(b.log).toEqual([expect.stringMatching(/^STORED_JOB_INVALID.*the name of a defined command/)]);
    b.scheduler.define("build", () => {});
    expect(b.scheduler.job("report")?.nextFireTime).toBe(START + 6 * 3_600_000);
  });

  it("takes the place of what could: that does not go on as it was", async () => {
    const [a, b] = [node(), node()];
    a.scheduler.define("build", () => {}).define("new", () => {});
    b.scheduler.define("build", () => {}).start();
    await a.scheduler.store.save(job());
    await clock.advance(0);
    await a.scheduler.store.save(job({ command: "new" }));
    await clock.advance(0);
    expect(b.log).toEqual(["job:added report", "job:removed report", expect.stringContaining("STORED_JOB_INVALID")]);
  });
});

describe("a store that fails", () => {
  /** Fails as long as it is told to. */
  class Flaky extends MemoryJobStore {
    down = true;
    loads = 0;
    override async load(): ReturnType<MemoryJobStore["load"]> {
      this.loads++;
      if (this.down) throw new Error("down");
      return await super.load();
    }
    override async save(row: Parameters<MemoryJobStore["save"]>[0]): Promise<number> {
      if (this.down) throw new Error("down");
      return await super.save(row);
    }
  }

  it("is tried again with growing pauses, and told of once; jobs in code run", async () => {
    const flaky = new Flaky();
    const { scheduler, log } = node({ store: flaky });
    scheduler.define("build", () => {});
    scheduler.addCronCommand("@every 10s", () => {}, { name: "own" });
    scheduler.start();
    await clock.advance(60_000);
    expect(log.filter((line) => line.startsWith("STORE"))).toEqual([
      "STORE_FAILED the store of jobs cannot be reached, and is tried again: down",
    ]);
    expect(log.filter((line) => line === "succeeded own")).toHaveLength(6);
    // After 0.1, 0.3, 0.7, 1.5, 3.1 and 6.3 s, and then each 5 s.
    expect(flaky.loads).toBe(1 + 6 + 10);
    flaky.down = false;
    await flaky.save({ name: "report", savedAtMs: 0, text: '{"schedule":"@daily","command":"build"}' });
    await clock.advance(5_000);
    expect(scheduler.job("report")).toBeDefined();
  });

  it("does not hold up a stop, and is left alone after it", async () => {
    const flaky = new Flaky();
    const { scheduler } = node({ store: flaky });
    scheduler.start();
    await clock.advance(1_000);
    await scheduler.stop();
    const { loads } = flaky;
    await clock.advance(60_000);
    expect([flaky.loads, clock.pendingTimers]).toEqual([loads, 0]);
  });

  it("rejects what is asked of it, and nothing changes here", async () => {
    const flaky = new Flaky();
    const { scheduler } = node({ store: flaky });
    scheduler.define("build", () => {});
    expect(await refusal(() => scheduler.store.save(job()))).toMatchObject({ code: "STORE_FAILED" });
    expect(await refusal(() => scheduler.store.list())).toMatchObject({ code: "STORE_FAILED" });
    expect(scheduler.jobs()).toEqual([]);
  });
});

describe("store.kill", () => {
  it("ends the runs of a job on every node, stored or not, and those of no other", async () => {
    const nodes = [node(), node()];
    const hang = ({ signal }: { readonly signal: AbortSignal }): Promise<void> =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    for (const { scheduler } of nodes) {
      scheduler.define("hang", hang).start();
      scheduler.addCronCommand("@every 10s", hang, { name: "own" });
    }
    await nodes[0]?.scheduler.store.save(job({ schedule: "@every 10s", command: "hang" }));
    await clock.advance(10_000);
    expect(await nodes[0]?.scheduler.store.kill("report")).toBe(1);
    await clock.advance(0);
    for (const { log } of nodes) expect(log.slice(-1)).toEqual(["killed report"]);
    expect(await nodes[1]?.scheduler.store.kill("own", "why not")).toBe(1);
    await clock.advance(0);
    for (const { log } of nodes) expect(log.slice(-1)).toEqual(["killed own"]);
    expect(await nodes[1]?.scheduler.store.kill("nobody")).toBe(0);
  });

  it("ends no run that begins after it in the process that asks", async () => {
    const { scheduler, log } = node();
    scheduler.define("quick", () => {}).start();
    await scheduler.store.save(job({ command: "quick" }));
    const killing = scheduler.store.kill("report");
    const run = scheduler.job("report")?.runNow();
    await killing;
    await clock.advance(0);
    expect((await run)?.outcome).toBe("succeeded");
    expect(log).toContain("succeeded report");
  });

  it("and has lost what it knew takes no job away until somebody says so, and tells of it", async () => {
    /** Another one behind it, from some instant on. */
    let behind = new MemoryJobStore();
    let changed = (_revision: number | null): void => {};
    const swapped = {
      load: () => behind.load(),
      save: (row: Parameters<MemoryJobStore["save"]>[0]) => behind.save(row),
      remove: (name: string) => behind.remove(name),
      kill: () => Promise.resolve(),
      watch: async (watcher: Parameters<MemoryJobStore["watch"]>[0]) => {
        changed = (revision) => watcher.changed(revision);
        return { end: async () => {} };
      },
      close: () => Promise.resolve(),
    };
    const { scheduler, log } = node({ store: swapped });
    scheduler.define("build", () => {});
    scheduler.start();
    for (const name of ["a", "b", "c"]) await scheduler.store.save(job({ name }));
    await clock.advance(0);
    behind = new MemoryJobStore();
    await behind.save({ name: "a", savedAtMs: 0, text: '{"schedule":"@hourly","command":"build"}' });
    changed(null);
    await clock.advance(0);
    expect(scheduler.jobs().map(({ name, nextFireTime }) => [name, nextFireTime])).toEqual([
      ["a", START + 3_600_000],
      ["b", START + 6 * 3_600_000],
      ["c", START + 6 * 3_600_000],
    ]);
    expect(log.filter((line) => line.startsWith("STORE"))).toEqual([
      "STORE_FAILED the store of jobs has gone back from revision 3 to 1: 2 jobs that it does not know any more stay until they are saved or removed",
    ]);
    // Nor later; what is saved again is the store's, and what is removed goes.
    await scheduler.store.save(job({ name: "b" }));
    await scheduler.store.remove("c");
    await behind.remove("b");
    changed(null);
    await clock.advance(0);
    expect(scheduler.jobs().map(({ name }) => name)).toEqual(["a"]);
  });
});

describe("a stored job that came due while no process was there", () => {
  const instant = { schedule: "2026-01-01T00:10:00Z", command: "build" };

  it("and has never fired is made up for, from when it was saved, and once", async () => {
    const disk = new Disk();
    const first = node({ history: new RememberingHistory(disk) });
    first.scheduler.define("build", () => {}).start();
    await clock.advance(0);
    await first.scheduler.store.save({ name: "once", ...instant });
    await first.scheduler.stop();
    await clock.advance(20 * 60_000);
    const second = node({ history: new RememberingHistory(disk) });
    second.scheduler.define("build", (run) => run.fireTime).start();
    await clock.advance(1_000);
    expect(second.log).toEqual(["job:added once", `succeeded once ${START + 600_000}`, "job:removed once"]);
    await second.scheduler.stop();
    const third = node({ history: new RememberingHistory(disk) });
    third.scheduler.define("build", () => {}).start();
    await clock.advance(1_000);
    expect(third.log).toEqual(["job:added once"]);
  });
});
