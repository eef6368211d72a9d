import fc from "fast-check";
import type { JobOptions, RecordedRun, RunContext, ScheduleSpec, SchedulerOptions } from "punctual";
import { MemoryDistributed, Scheduler } from "punctual";
import { ManualClock } from "punctual/testing";
import { describe, expect, it } from "vitest";
import { Disk, RememberingHistory } from "../support/remembering-history.js";

const START = Date.UTC(2026, 0, 1, 12);
const seconds = (time: number | null): number => ((time ?? Number.NaN) - START) / 1_000;

/** Everything that a process had; it is gone when nobody advances its clock any more. */
class Life {
  readonly clock: ManualClock;
  readonly scheduler: Scheduler;
  readonly started: number[] = [];
  readonly runs: RunContext[] = [];
  readonly skipped: (readonly [seconds: number, reason: string])[] = [];
  readonly missed: { readonly times: number[]; readonly cause: string; readonly before: number | null }[] = [];
  readonly abandoned: { readonly run: RecordedRun; readonly job: string | null; readonly again: boolean }[] = [];
  readonly errors: string[] = [];

  constructor(disk: Disk, atSeconds: number, options: SchedulerOptions = {}) {
    this.clock = new ManualClock(START + atSeconds * 1_000);
    const history = new RememberingHistory(disk);
    this.scheduler = new Scheduler({ timezone: "UTC", clock: this.clock, history, ...options });
    this.scheduler.on("run:skipped", ({ fireTime, reason }) => this.skipped.push([seconds(fireTime), reason]));
    this.scheduler.on("fire:missed", ({ fireTimes, cause, missedBefore }) => {
      const before = missedBefore === null ? null : seconds(missedBefore);
      this.missed.push({ times: fireTimes.map(seconds), cause, before });
    });
    this.scheduler.on("run:abandoned", ({ run, job, again }) =>
      this.abandoned.push({ run, job: job?.name ?? null, again }),
    );
    this.scheduler.on("error", ({ error }) => this.errors.push(`${error.code} ${error.message}`));
  }

  add(spec: ScheduleSpec, options: JobOptions<undefined> = {}, work: () => unknown = () => {}): this {
    const command = (run: RunContext): unknown => {
      this.started.push(seconds(run.fireTime));
      this.runs.push(run);
      return work();
    };
    this.scheduler.addCronCommand(spec, command, { name: "job", ...options });
    return this;
  }

  async live(forSeconds: number): Promise<this> {
    this.scheduler.start();
    await this.clock.advance(forSeconds * 1_000);
    return this;
  }
}

const forever = (): Promise<void> => new Promise(() => {});

describe("what was missed while no process was there", () => {
  it("is made up for once, as of the latest, and told of", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("*/10 * * * * *").live(25);
    const life = await new Life(disk, 62).add("*/10 * * * * *").live(10);
    expect(life.missed).toEqual([{ times: [30, 40, 50, 60], cause: "stopped", before: null }]);
    expect(life.started).toEqual([60, 70]);
    expect(life.skipped).toEqual([30, 40, 50].map((time) => [time, "misfire"]));
  });

  it.each([
    ["skip", [70], [30, 40, 50, 60]],
    ["fireAll", [30, 40, 50, 60, 70], []],
  ] as const)("is treated by the misfire policy %s", async (misfire, started, skipped) => {
    const disk = new Disk();
    await new Life(disk, 0).add("*/10 * * * * *").live(25);
    const life = await new Life(disk, 65).add("*/10 * * * * *", { misfire }).live(10);
    expect(life.started).toEqual(started);
    expect(life.skipped).toEqual(skipped.map((time) => [time, "misfire"]));
  });

  it("is looked for within an hour, unless told otherwise", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("0 */20 * * * *").live(1_201);
    const life = await new Life(disk, 10_000).add("0 */20 * * * *").live(1);
    expect(life.missed).toEqual([{ times: [7_200, 8_400, 9_600], cause: "stopped", before: 2_400 }]);
    const other = new Disk();
    await new Life(other, 0).add("0 */20 * * * *").live(1_201);
    const short = await new Life(other, 10_000).add("0 */20 * * * *", { catchUpWindow: "10m" }).live(1);
    expect(short.missed).toEqual([{ times: [9_600], cause: "stopped", before: 2_400 }]);
  });

  it("is nothing where the job has not fired yet, or the process was gone between its fires", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("*/10 * * * * *").live(11);
    const life = await new Life(disk, 19).add("*/10 * * * * *").add("* * * * * *", { name: "new" }).live(2);
    expect(life.missed).toEqual([]);
    expect(life.started).toEqual([20, 20, 21]);
  });

  it("is made up for in jobs that are registered after the start as well, but not in those that were removed", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("*/10 * * * * *").live(11);
    const life = await new Life(disk, 45).live(1);
    life.add("*/10 * * * * *");
    await life.clock.advance(1_000);
    expect(life.started).toEqual([40]);
    life.scheduler.job("job")?.remove();
    await life.clock.advance(30_000);
    life.add("*/10 * * * * *");
    await life.clock.advance(8_000);
    expect(life.started).toEqual([40, 80]);
  });

  it("is nothing of a schedule that the job did not have then", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("0 0 * * * *").live(11);
    await new Life(disk, 3_590).add("0 0 * * * *").live(11);
    const life = await new Life(disk, 3_660).add("0 0 * * * *").live(1);
    life.scheduler.job("job")?.reschedule("*/10 * * * * *");
    await life.clock.advance(10_000);
    expect(life.started).toEqual([3_670]);
    await life.scheduler.stop();
    life.scheduler.job("job")?.reschedule("*/20 * * * * *");
    await life.clock.advance(60_000);
    await life.live(1);
    expect(life.started).toEqual([3_670, 3_720]);
  });

  it("is also what came due between a stop and the next start", async () => {
    const disk = new Disk();
    const life = await new Life(disk, 0).add("*/10 * * * * *").live(11);
    await life.scheduler.stop();
    await life.clock.advance(30_000);
    await life.live(10);
    expect(life.missed).toEqual([{ times: [20, 30], cause: "stopped", before: null }]);
    expect(life.started).toEqual([10, 40, 50]);
  });

  it("of an interval is reckoned on from its last fire, and so are the fires after that", async () => {
    const disk = new Disk();
    await new Life(disk, 3).add("@every 1m").live(61);
    const soon = await new Life(disk, 90).add("@every 1m").live(60);
    expect([soon.missed, soon.started]).toEqual([[], [123]]);
    const late = await new Life(disk, 1_000).add("@every 1m").live(60);
    expect(late.started).toEqual([963, 1_023]);
  });

  it("is left to those who have it where nodes share the job", async () => {
    const disk = new Disk();
    const clock = new ManualClock(START);
    const distributed = new MemoryDistributed({ clock });
    const node = (atSeconds: number): Life => {
      const life = new Life(disk, atSeconds, { distributed });
      life.scheduler.addDistributedCron(
        "job",
        "*/10 * * * * *",
        (run) => void life.started.push(seconds(run.fireTime)),
      );
      return life;
    };
    const first = node(0);
    await clock.advance(11_000);
    first.scheduler.start();
    await first.clock.advance(11_000);
    await clock.advance(34_000);
    const nodes = [node(45), node(45)];
    for (const { scheduler } of nodes) scheduler.start();
    await Promise.all(nodes.map((life) => life.clock.advance(1_000)));
    expect([first.started, nodes.flatMap((life) => life.started)]).toEqual([[10], [40]]);
  });
});

describe("a start soon after the last process", () => {
  it("fires nothing a second time, though it is on time still", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("*/10 * * * * *").live(10.1);
    const life = await new Life(disk, 10.3).add("*/10 * * * * *").live(10);
    expect([life.started, life.missed]).toEqual([[20], []]);
  });

  it("and before it, by a clock that was set back, leaves out what has fired", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("*/10 * * * * *").live(41);
    const life = await new Life(disk, 15).add("*/10 * * * * *").live(50);
    expect(life.started).toEqual([50, 60]);
  });

  it("but a clock that was once far ahead silences no job", async () => {
    const disk = new Disk();
    await new Life(disk, 10 * 24 * 3_600).add("*/10 * * * * *").live(41);
    const life = await new Life(disk, 15).add("*/10 * * * * *").live(10);
    expect(life.started).toEqual([20]);
    expect(life.errors).toEqual([expect.stringMatching(/^HISTORY_FAILED .*"job" has fired 864025000 ms ahead/)]);
  });
});

describe("a history that", () => {
  it("is slow lets the first fires wait two seconds, and loses none", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("* * * * * *").live(3);
    disk.answers.push(forever, forever);
    const life = new Life(disk, 10.5).add("* * * * * *", { misfire: "fireAll" });
    await life.live(1.9);
    expect([life.started, life.errors]).toEqual([[], []]);
    await life.clock.advance(3_000);
    expect(life.started).toEqual([11, 12, 13, 14, 15]);
    expect(life.errors).toEqual([expect.stringMatching(/what was missed .* there was no answer within 2000 ms/)]);
    await life.clock.advance(5_000);
    // What was missed comes late, and nothing twice.
    expect(life.missed).toContainEqual({ times: [4, 5, 6, 7, 8, 9, 10], cause: "stopped", before: null });
    expect([...life.started].sort((a, b) => a - b)).toEqual(Array.from({ length: 17 }, (_, index) => index + 4));
  });

  it("fails is asked again, and delays nothing", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("*/10 * * * * *").live(11);
    const fails = (): Promise<void> => Promise.reject(new Error("no such host"));
    disk.answers.push(fails, fails, fails);
    const life = await new Life(disk, 39).add("*/10 * * * * *").live(2);
    expect(life.started).toEqual([40]);
    await life.clock.advance(20_000);
    expect(life.errors).toEqual([expect.stringContaining("no such host")]);
    expect(life.missed).toEqual([{ times: [20, 30], cause: "stopped", before: null }]);
    expect(life.started).toEqual([40, 30, 50, 60]);
  });

  it("answers after a stop starts nothing", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("*/10 * * * * *").live(11);
    let answer = (): void => {};
    disk.answers.push(() => new Promise((resolve) => (answer = resolve)));
    const life = await new Life(disk, 39).add("*/10 * * * * *").live(0.5);
    const stopped = life.scheduler.stop();
    answer();
    await life.clock.advance(10_000);
    await stopped;
    expect([life.started, life.clock.pendingTimers]).toEqual([[], 0]);
  });
});

describe("a run that its process has not survived", () => {
  it("is put on record as abandoned, and told of, and not done again", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("*/10 * * * * *", { tags: ["x"] }, forever).live(11);
    const life = await new Life(disk, 12).add("*/10 * * * * *").live(10);
    const run = {
      jobName: "job",
      fireTime: START + 10_000,
      outcome: "abandoned",
      tags: ["x"],
      commandKind: "function",
    };
    expect(life.abandoned).toMatchObject([{ run, job: "job", again: false }]);
    expect(life.abandoned[0]?.run.error).toMatchObject({ code: "RUN_ABANDONED" });
    expect(life.started).toEqual([20]);
    expect((await new Life(disk, 22).live(10)).abandoned).toEqual([]);
  });

  it("is done again, once, where the job says so", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("0 * * * * *", { recover: true }, forever).live(61);
    const second = await new Life(disk, 62).add("0 * * * * *", { recover: true }, forever).live(10);
    expect(second.abandoned).toMatchObject([{ job: "job", again: true }]);
    expect(second.runs).toMatchObject([{ fireTime: START + 60_000, attempt: 2 }]);
    const third = await new Life(disk, 80).add("0 * * * * *", { recover: true }, forever).live(10);
    expect(third.abandoned).toMatchObject([{ run: { attempts: [{ attempt: 2 }] }, again: false }]);
    expect(third.runs).toEqual([]);
    expect(disk.records.filter(({ kind }) => kind === "run")).toMatchObject([
      { outcome: "abandoned", fireTime: START + 60_000, attempts: [{ attempt: 1 }] },
      { outcome: "abandoned", fireTime: START + 60_000, attempts: [{ attempt: 2 }] },
    ]);
  });

  it("is done again when its job is registered after the start", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("0 * * * * *", { recover: true }, forever).live(61);
    const life = await new Life(disk, 62).live(1);
    expect(life.abandoned).toMatchObject([{ job: null, again: false }]);
    life.add("0 * * * * *", { recover: true });
    await life.clock.advance(1_000);
    expect(life.runs).toMatchObject([{ fireTime: START + 60_000, attempt: 2 }]);
    expect(disk.records.at(-1)).toMatchObject({ outcome: "succeeded", attempts: [{ attempt: 2 }] });
  });

  it("outside the schedule is not done again", async () => {
    const disk = new Disk();
    const first = await new Life(disk, 0).add("0 * * * * *", { recover: true }, forever).live(1);
    void first.scheduler.job("job")?.runNow();
    await first.clock.advance(0);
    const life = await new Life(disk, 2).add("0 * * * * *", { recover: true }).live(1);
    expect(life.abandoned).toMatchObject([{ run: { fireTime: null }, again: false }]);
    expect(life.runs).toEqual([]);
  });

  it("is found a minute later, too, when another process has died meanwhile", async () => {
    const disk = new Disk();
    const life = await new Life(disk, 0).add("0 0 * * * *", { recover: true }).live(10);
    await new Life(disk, 0).add("*/10 * * * * *", { name: "other" }, forever).live(11);
    expect(life.abandoned).toEqual([]);
    await life.clock.advance(60_000);
    expect(life.abandoned).toMatchObject([{ run: { jobName: "other" }, job: null, again: false }]);
    await life.scheduler.stop();
    expect(life.clock.pendingTimers).toBe(0);
  });

  it("does not end every process after it: what is made up for is on record before it begins", async () => {
    const disk = new Disk();
    await new Life(disk, 0).add("*/10 * * * * *").live(11);
    let kills = 0;
    for (let at = 25; at < 60; at += 1) {
      const life = new Life(disk, at).add("*/10 * * * * *", { recover: true }, () => {
        // The process is gone, in the middle of its first call: nothing that it does afterwards is written.
        kills++;
        return forever();
      });
      await life.live(0.5);
    }
    // The fire that was missed, and once again; then those of 30, 40 and 50 likewise.
    expect(kills).toBe(8);
  });
});

describe("a job that is durable", () => {
  it("begins when that is on record, and not before", async () => {
    const disk = new Disk();
    let noted = (): void => {};
    disk.noteFails = () => new Promise((resolve) => (noted = resolve));
    const life = await new Life(disk, 0).add("*/10 * * * * *", { durable: "start" }).live(13);
    expect([life.started, life.scheduler.job("job")?.running]).toEqual([[], 1]);
    noted();
    await life.clock.advance(1);
    expect(life.started).toEqual([10]);
    expect(life.runs[0]).toMatchObject({ latenessMs: 3_000, attempt: 1 });
    expect(disk.records).toMatchObject([{ kind: "run", id: life.runs[0]?.id, startedAt: START + 13_000 }]);
    expect(disk.starts.size).toBe(0);
  });

  it("is left out when that cannot be, and others go on", async () => {
    const disk = new Disk();
    disk.noteFails = () => Promise.reject(new Error("disk full"));
    const life = new Life(disk, 0).add("*/10 * * * * *", { durable: "start" }).add("*/10 * * * * *", { name: "other" });
    await life.live(11);
    expect(life.started).toEqual([10]);
    expect(life.skipped).toEqual([[10, "historyUnavailable"]]);
    expect(life.errors).toEqual([expect.stringMatching(/HISTORY_FAILED job "job" is not begun: .*disk full/)]);
    disk.noteFails = forever;
    await life.clock.advance(20_000);
    expect(life.skipped.slice(1)).toEqual([[20, "historyUnavailable"]]);
    expect(life.errors.at(-1)).toContain("there was no answer within 10000 ms");
    expect(life.scheduler.job("job")?.running).toBe(1);
  });

  it("counts as running for the overlap policy, and a stop waits for it", async () => {
    const disk = new Disk();
    let noted = (): void => {};
    disk.noteFails = () => new Promise((resolve) => (noted = resolve));
    const life = await new Life(disk, 0).add("*/5 * * * * *", { durable: "start" }).live(11);
    expect(life.skipped).toEqual([[10, "overlap"]]);
    let stopped = false;
    const stop = life.scheduler.stop({ grace: "1s" }).then(() => (stopped = true));
    await life.clock.advance(500);
    expect(stopped).toBe(false);
    noted();
    await life.clock.advance(1);
    await stop;
    // It had been let in before the stop, and a stop drains.
    expect(life.started).toEqual([5]);
    expect(disk.starts.size).toBe(0);
  });

  it("that a stop has cut off does not begin", async () => {
    const disk = new Disk();
    let noted = (): void => {};
    disk.noteFails = () => new Promise((resolve) => (noted = resolve));
    const life = await new Life(disk, 0).add("*/5 * * * * *", { durable: "start" }).live(6);
    const stop = life.scheduler.stop({ grace: 0 });
    await life.clock.advance(100);
    noted();
    await life.clock.advance(1);
    await stop;
    expect([life.started, life.skipped, disk.starts.size]).toEqual([[], [[5, "stopping"]], 0]);
  });
});

describe("bad input", () => {
  it.each(["recover", "durable"] as const)("%s is refused without a history that outlives the process", (option) => {
    const scheduler = new Scheduler();
    const value = option === "recover" ? { recover: true } : { durable: "start" as const };
    const refusal = expect.objectContaining({
      code: "INVALID_OPTION",
      message: expect.stringMatching(new RegExp(`^${option}: .*SqlHistory`)),
    });
    expect(() => scheduler.addCronCommand("* * * * *", () => {}, value)).toThrow(refusal);
    expect(() => new Scheduler(value)).toThrow(refusal);
    expect(scheduler.jobs()).toEqual([]);
    const life = new Life(new Disk(), 0);
    life.add("* * * * *", value);
    for (const bad of [5, "yes"]) {
      expect(() => life.add("* * * * *", { name: "other", [option]: bad })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
    }
  });
});

describe("lives one after another", () => {
  it("start each fire time, or put it on record as skipped, and none twice", { timeout: 60_000 }, async () => {
    const lives = fc.array(
      fc.record({ downMs: fc.integer({ min: 1, max: 40_000 }), upMs: fc.integer({ min: 1, max: 60_000 }) }),
      { maxLength: 8 },
    );
    const misfire = fc.constantFrom("skip" as const, "fireOnce" as const, "fireAll" as const);
    const durations = fc.array(fc.integer({ min: 0, max: 15_000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(lives, misfire, durations, fc.boolean(), async (all, policy, lasts, recover) => {
        const disk = new Disk();
        const starts = new Map<number, number>();
        let at = 0.5;
        let end = 0;
        for (const { downMs, upMs } of [{ downMs: 0, upMs: 11_000 }, ...all]) {
          at += downMs / 1_000;
          const life = new Life(disk, at);
          let count = 0;
          const command = async (run: RunContext): Promise<void> => {
            const key = run.fireTime as number;
            starts.set(key, (starts.get(key) ?? 0) + 1);
            await new Promise<void>(
              (resolve) => void life.clock.setTimer(lasts[count++ % lasts.length] as number, resolve),
            );
          };
          life.scheduler.addCronCommand("*/5 * * * * *", command, {
            name: "job",
            misfire: policy,
            recover,
            maxCaughtUp: 1_000,
            overlap: "queueAll",
          });
          await life.live(upMs / 1_000);
          at += upMs / 1_000;
          end = disk.lastFireTimes.get("job") ?? 0;
        }
        const skips = new Map<number, number>();
        for (const record of disk.records) {
          if (record.kind === "skip")
            skips.set(record.fireTime as number, (skips.get(record.fireTime as number) ?? 0) + 1);
        }
        for (let time = START + 5_000; time <= end; time += 5_000) {
          const began = starts.get(time) ?? 0;
          expect([began + (skips.get(time) ?? 0) >= 1, began <= (recover ? 2 : 1), skips.get(time) ?? 0]).toEqual([
            true,
            true,
            expect.any(Number),
          ]);
        }
      }),
      { numRuns: 150 },
    );
  });
});
