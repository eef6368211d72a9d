import { setImmediate as nextTurn } from "node:timers/promises";
import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { MemoryDistributed, Scheduler } from "punctual";
import { ManualClock } from "punctual/testing";
import { afterEach, describe, expect, it } from "vitest";
import type { DiagnosticsChannel } from "../../src/diagnostics/index.js";
import { publishDiagnostics } from "../../src/diagnostics/index.js";
import { CHANNELS, ERROR_CHANNEL } from "../../src/diagnostics/messages.js";

const START = Date.UTC(2026, 0, 1);
const undos: (() => unknown)[] = [];

/** Keeps the messages of channels, in order. */
function listenTo(...names: DiagnosticsChannel[]): (readonly [name: string, message: object])[] {
  const heard: (readonly [string, object])[] = [];
  const hear = (message: unknown, name: string | symbol): void =>
    void heard.push([String(name), message as object] as const);
  for (const name of names) {
    subscribe(name, hear);
    undos.push(() => unsubscribe(name, hear));
  }
  return heard;
}

function setUp() {
  const clock = new ManualClock(START);
  const distributed = new MemoryDistributed({ clock });
  const scheduler = new Scheduler({ timezone: "UTC", clock, appId: "a", distributed });
  const stop = publishDiagnostics(scheduler);
  undos.push(() => scheduler.stop({ grace: 0, killGrace: 0 }));
  return { clock, scheduler, stop };
}

afterEach(async () => {
  for (const undo of undos.splice(0)) await undo();
});

describe("publishDiagnostics", () => {
  it("publishes plain objects: a run's start, retry and end", async () => {
    const { clock, scheduler } = setUp();
    const heard = listenTo("punctual:run:start", "punctual:run:retry", "punctual:run:end");
    const error = new Error("no");
    const failing = (): never => {
      throw error;
    };
    scheduler.addCronCommand("*/10 * * * * *", failing, {
      name: "job",
      retry: { attempts: 2, delay: "1s", jitter: "none" },
      maxRuns: 1,
    });
    scheduler.start();
    await clock.advance(15_000);
    const fire = { node: "a", job: "job", runId: expect.any(String), fireTime: START + 10_000 };
    const facts = { ...fire, startedAt: START + 10_000, latenessMs: 0 };
    const goingOn = { ...facts, traceId: expect.stringMatching(/^[0-9a-f]{32}$/), attempt: 1, token: null };
    expect(heard).toStrictEqual([
      ["punctual:run:start", goingOn],
      ["punctual:run:retry", { ...goingOn, error, delayMs: 1_000 }],
      ["punctual:run:end", { ...facts, endedAt: START + 11_000, outcome: "failed", attempts: 2, error }],
    ]);
    for (const [, message] of heard) expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
    expect(new Set(heard.map(([, message]) => (message as { runId: string }).runId)).size).toBe(1);
  });

  it("publishes skips, missed fires, claims, and what becomes of jobs and the scheduler", async () => {
    const { clock, scheduler } = setUp();
    const heard = listenTo(
      ...(Object.values(CHANNELS) as DiagnosticsChannel[]).filter((name) => !/run:(start|end)|leader/.test(name)),
    );
    const job = scheduler.addCronCommand("*/10 * * * * *", () => {}, { name: "job" });
    scheduler.addDistributedCron("report", "*/30 * * * * *", () => {});
    scheduler.start();
    job.pause("by hand");
    await clock.advance(12_000);
    job.resume();
    clock.set(START + 25_000);
    await clock.advance(30_001);
    job.remove();
    await scheduler.stop();
    const missed = { missedBefore: null, policy: "fireOnce", cause: "clockJumped" };
    const ofA = (facts: object): object => ({ node: "a", ...facts });
    expect(heard).toStrictEqual([
      ["punctual:job:add", ofA({ job: "job" })],
      ["punctual:job:add", ofA({ job: "report" })],
      ["punctual:scheduler:start", ofA({})],
      ["punctual:job:pause", ofA({ job: "job", note: "by hand" })],
      ["punctual:run:skip", ofA({ job: "job", fireTime: START + 10_000, reason: "paused" })],
      ["punctual:job:resume", ofA({ job: "job" })],
      ["punctual:clock:jump", ofA({ byMs: 13_000 })],
      ["punctual:fire:missed", ofA({ ...missed, job: "job", fireTimes: [START + 20_000, START + 30_000] })],
      ["punctual:run:skip", ofA({ job: "job", fireTime: START + 20_000, reason: "misfire" })],
      ["punctual:fire:missed", ofA({ ...missed, job: "report", fireTimes: [START + 30_000] })],
      [
        "punctual:fire:claimed",
        ofA({ job: "report", fireTime: START + 30_000, token: expect.any(Number), attempt: 1, durationMs: 0 }),
      ],
      ["punctual:job:remove", ofA({ job: "job", reason: "removed" })],
      ["punctual:scheduler:stop", ofA({ drained: 0, aborted: 0, terminated: 0, abandoned: 0 })],
    ]);
  });

  it("publishes errors, which are a process warning still as long as nobody listens to them", async () => {
    const { clock, scheduler, stop } = setUp();
    const heard = listenTo("punctual:scheduler:error");
    const warnings: string[] = [];
    const warn = ({ code }: Error & { code?: string }): void => void warnings.push(String(code));
    process.on("warning", warn);
    undos.push(() => process.off("warning", warn));
    const cause = new Error("no");
    const failing = (): never => {
      throw cause;
    };
    scheduler.on("run:started", failing);
    const tick = scheduler.addCronCommand("*/10 * * * * *", () => {}, { name: "tick", retry: 1 });
    await tick.runNow();
    await nextTurn();
    const error = expect.objectContaining({ code: "LISTENER_FAILED", cause });
    expect(heard).toStrictEqual([["punctual:scheduler:error", { node: "a", job: null, error }]]);
    expect(warnings).toEqual(["LISTENER_FAILED"]);
    scheduler.off("run:started", failing);
    scheduler.addCronCommand({ next: (after) => (after < START + 1_000 ? after + 1_000 : failing()) }, () => {}, {
      name: "broken",
    });
    const listened: string[] = [];
    scheduler.on("error", ({ error: { code } }) => listened.push(code));
    scheduler.start();
    await clock.advance(3_000);
    await nextTurn();
    expect(listened).toEqual(["SCHEDULE_FAILED"]);
    expect(heard[1]?.[1]).toMatchObject({ job: "broken", error: { code: "SCHEDULE_FAILED" } });
    expect(warnings).toEqual(["LISTENER_FAILED"]);
    stop();
    scheduler.on("run:started", failing);
    await tick.runNow();
    expect(listened).toHaveLength(2);
    expect(heard).toHaveLength(2);
  });

  it("has a channel of its own for each event, by one pattern", () => {
    const names = [...Object.values(CHANNELS), ERROR_CHANNEL];
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^punctual:[a-z]+:[a-z]+$/);
  });

  it("makes no message where nobody has subscribed", async () => {
    const { clock, scheduler } = setUp();
    const heard = listenTo("punctual:run:skip");
    expect(channel("punctual:run:start").hasSubscribers).toBe(false);
    let asked = 0;
    scheduler.on("run:started", ({ run }) => {
      const { traceId } = run;
      // Whoever makes a message asks for the trace id.
      const get = (): string => {
        asked++;
        return traceId;
      };
      Object.defineProperty(run, "traceId", { get });
    });
    // Behind the listener above.
    undos.push(publishDiagnostics(scheduler));
    const tick = scheduler.addCronCommand("*/10 * * * * *", () => {}, { name: "tick" });
    scheduler.start();
    await clock.advance(10_000);
    expect([asked, heard.length]).toEqual([0, 0]);
    const starts = listenTo("punctual:run:start");
    await tick.runNow();
    expect([asked, starts.length]).toEqual([1, 2]);
  });

  it("ends when it is told to", async () => {
    const { clock, scheduler, stop } = setUp();
    const heard = listenTo("punctual:run:start", "punctual:run:end");
    scheduler.addCronCommand("*/10 * * * * *", () => {}, { name: "job" });
    scheduler.start();
    await clock.advance(10_000);
    expect(heard).toHaveLength(2);
    stop();
    await clock.advance(10_000);
    expect(heard).toHaveLength(2);
  });
});
