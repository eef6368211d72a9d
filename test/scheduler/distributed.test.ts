import type { DistributedCronOptions, RunContext, SchedulerOptions, ScheduleSpec } from "punctual";
import { MemoryDistributed, RunSkippedError, Scheduler } from "punctual";
import { ManualClock } from "punctual/testing";
import { afterEach, describe, expect, it } from "vitest";

const START = Date.UTC(2026, 0, 1);
const schedulers: Scheduler[] = [];

/** Nodes with one store and one clock, and a log of what becomes of fires: `second node what fire-time`. */
function setUp() {
  const clock = new ManualClock(START);
  const distributed = new MemoryDistributed({ clock });
  const log: string[] = [];
  const second = (time: number | null): string => (time === null ? "-" : String((time - START) / 1_000));
  function node(appId: string, options: SchedulerOptions = {}): Scheduler {
    const scheduler = new Scheduler({ timezone: "UTC", clock, distributed, appId, ...options });
    const note = (what: string, fireTime: number | null): void =>
      void log.push(`${second(clock.now())} ${appId} ${what} ${second(fireTime)}`);
    scheduler.on("run:started", ({ run }) => note(run.attempt === 1 ? "start" : `start${run.attempt}`, run.fireTime));
    scheduler.on("run:finished", ({ run }) => note(run.outcome, run.fireTime));
    scheduler.on("run:skipped", ({ fireTime, reason }) => note(reason, fireTime));
    schedulers.push(scheduler);
    return scheduler;
  }
  const taking =
    (seconds: number) =>
    ({ signal, token }: RunContext<undefined>): Promise<number | null> =>
      new Promise((resolve, reject) => {
        const timer = clock.setTimer(seconds * 1_000, () => resolve(token));
        signal.addEventListener("abort", () => {
          timer.cancel();
          reject(signal.reason as Error);
        });
      });
  function nodes(
    names: readonly string[],
    spec: ScheduleSpec,
    seconds: number,
    options: DistributedCronOptions<undefined>,
  ) {
    return names.map((name) => {
      const scheduler = node(name);
      scheduler.addDistributedCron("report", spec, taking(seconds), options);
      return scheduler.start();
    });
  }
  const starts = (): string[] => log.filter((line) => line.includes("start"));
  return { clock, distributed, log, starts, node, nodes, taking };
}

afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.stop({ grace: 0, killGrace: 0 })));
});

describe("a distributed job", () => {
  it("starts each fire on one of three nodes, and the others say so", async () => {
    const { clock, log, nodes } = setUp();
    nodes(["a", "b", "c"], "*/5 * * * * *", 1, {});
    await clock.advance(20_500);
    for (const fire of [5, 10, 15, 20]) {
      const of = log.filter((line) => line.endsWith(` ${fire}`));
      expect(of.filter((line) => line.includes("start"))).toHaveLength(1);
      expect(of.filter((line) => line.includes("claimedElsewhere"))).toHaveLength(2);
    }
  });

  it("stays with its leader, and goes on elsewhere when that dies, no later than its hold ends", async () => {
    const { clock, starts, nodes } = setUp();
    const [a] = nodes(["a", "b"], "*/5 * * * * *", 0.1, { holdTime: "7s" });
    await clock.advance(11_000);
    expect(starts()).toEqual(["5 a start 5", "10 a start 10"]);
    expect(a?.leaderOf("report")).toBe("a");
    // It dies: it asks for nothing any more.
    for (const job of a?.jobs() ?? []) job.remove();
    await clock.advance(20_000);
    expect(starts().slice(2)).toEqual(["17 b start 15", "20 b start 20", "25 b start 25", "30 b start 30"]);
  });

  it("is left to others at once by a node that stops", async () => {
    const { clock, starts, nodes } = setUp();
    const [a] = nodes(["a", "b"], "*/5 * * * * *", 0.1, { holdTime: "1m" });
    await clock.advance(6_000);
    await a?.stop();
    await clock.advance(5_000);
    expect(starts()).toEqual(["5 a start 5", "10 b start 10"]);
  });

  it("does not overlap with its run on another node: by the policy `skip` such a fire is left out", async () => {
    const { clock, log, nodes } = setUp();
    nodes(["a", "b"], "*/5 * * * * *", 7, { lease: "3s" });
    await clock.advance(16_000);
    expect(log.filter((line) => /start|10$/.test(line))).toEqual([
      "5 a start 5",
      "10 a overlap 10",
      "12 b heldElsewhere 10",
      "15 a start 15",
    ]);
  });

  it("by the policy `queueOne` starts such a fire afterwards", async () => {
    const { clock, starts, nodes } = setUp();
    nodes(["a", "b"], "*/5 * * * * *", 7, { lease: "3s", overlap: "queueOne" });
    await clock.advance(20_500);
    expect(starts().map((line) => line.split(" ")[0])).toEqual(["5", "12", "19"]);
    expect(starts().map((line) => line.split(" ")[3])).toEqual(["5", "10", "15"]);
  });

  it("has a token that grows, and is on record with its node", async () => {
    const { clock, nodes } = setUp();
    const [a] = nodes(["a"], "*/5 * * * * *", 1, {});
    await clock.advance(11_500);
    const page = await a?.history.list({ job: "report" });
    const tokens: number[] = [];
    for (const { id } of page?.items ?? []) {
      const record = await a?.history.get(id);
      if (record?.kind !== "run") throw new Error("no run");
      expect(record.node).toBe("a");
      expect(record.result).toBe(record.token);
      tokens.push(record.token ?? 0);
    }
    expect(tokens).toHaveLength(2);
    expect(tokens[0]).toBeGreaterThan(tokens[1] ?? 0);
  });

  it("runs now on one node at a time", async () => {
    const { clock, nodes } = setUp();
    const [a, b] = nodes(["a", "b"], "2030-01-01T00:00:00Z", 2, {});
    const first = a?.job("report")?.runNow();
    await clock.advance(1_000);
    await expect(b?.job("report")?.runNow()).rejects.toThrow(RunSkippedError);
    await clock.advance(1_500);
    expect((await first)?.outcome).toBe("succeeded");
    const second = b?.job("report")?.runNow();
    await clock.advance(3_000);
    expect((await second)?.outcome).toBe("succeeded");
  });
});
