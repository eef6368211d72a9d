import { AsyncLocalStorage } from "node:async_hooks";
import type { RunContext, RunStart, SchedulerObserver } from "punctual";
import { InvalidOptionError, Scheduler } from "punctual";
import { ManualClock } from "punctual/testing";
import { afterEach, describe, expect, it } from "vitest";

const START = Date.UTC(2026, 0, 1);
const TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const schedulers: Scheduler[] = [];

function setUp() {
  const clock = new ManualClock(START);
  const scheduler = new Scheduler({ timezone: "UTC", clock });
  schedulers.push(scheduler);
  return { clock, scheduler };
}

/** The process's next warning. */
function warning(): Promise<Error & { code?: string }> {
  return new Promise((resolve) => process.once("warning", resolve));
}

afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.stop({ grace: 0, killGrace: 0 })));
});

describe("scheduler.observe", () => {
  it("tells of a run before its event and its command, once, and has it be called what it is told", async () => {
    const { scheduler, clock } = setUp();
    const order: string[] = [];
    const names = ({ traceId, traceparent }: RunContext): string => `${traceId} ${traceparent}`;
    scheduler.observe({
      runStarting: ({ run, job, inCallersContext }) => {
        order.push(`${job.name} ${run.attempt} ${inCallersContext} ${run.traceId === run.id.replaceAll("-", "")}`);
        return TRACEPARENT;
      },
    });
    scheduler.on("run:started", ({ run }) => order.push(`started ${names(run)}`));
    const failing = (run: RunContext<undefined>): never => {
      order.push(`${run.attempt} ${names(run)}`);
      throw new Error("no");
    };
    const retry = { attempts: 2, delay: "1s", jitter: "none" } as const;
    scheduler.addCronCommand("*/10 * * * * *", failing, { name: "job", retry, maxRuns: 1 });
    scheduler.start();
    await clock.advance(15_000);
    const named = `${TRACEPARENT.slice(3, 35)} ${TRACEPARENT}`;
    expect(order).toEqual(["job 1 false true", `started ${named}`, `1 ${named}`, `2 ${named}`]);
  });

  it("calls it where runNow was called, also when the run has to wait", async () => {
    const { scheduler, clock } = setUp();
    const storage = new AsyncLocalStorage<string>();
    const seen: (readonly [string | undefined, boolean])[] = [];
    const runStarting = ({ inCallersContext }: RunStart): undefined => {
      seen.push([storage.getStore(), inCallersContext]);
    };
    const taking = (): Promise<void> => new Promise((resolve) => void clock.setTimer(5_000, resolve));
    const job = scheduler.addCommand(taking, { name: "job", overlap: "queueAll" });
    scheduler.observe({ runStarting });
    const runs = ["one", "two", "three"].map((name) => storage.run(name, () => job.runNow()));
    storage.run("whoever starts it", () => {
      scheduler.addCommand(() => {}, { name: "follower" }).after(job);
      scheduler.start();
    });
    await clock.advance(16_000);
    await Promise.all(runs);
    const byRunNow = seen.filter(([, inCallersContext]) => inCallersContext);
    expect(byRunNow.map(([store]) => store)).toEqual(["one", "two", "three"]);
    // And the three runs of the follower.
    expect(seen).toHaveLength(6);
  });

  it.each([
    "",
    "00-abc-def-01",
    `${TRACEPARENT}x`,
    TRACEPARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32)),
  ])("leaves the run its own traceparent, and tells of it, when it is given %j", async (wrong) => {
    const { scheduler } = setUp();
    scheduler.observe({ runStarting: () => wrong });
    const errors: (readonly [string, unknown])[] = [];
    scheduler.on("error", ({ error }) => errors.push([error.code, error.cause]));
    const run = await scheduler.runNow(({ traceId }) => traceId, { name: "once" });
    expect(run.result).toBe(run.id.replaceAll("-", ""));
    expect(errors).toEqual([["LISTENER_FAILED", expect.any(InvalidOptionError)]]);
  });

  it("takes the last traceparent of several observers, and none of one that has ended", async () => {
    const { scheduler } = setUp();
    const other = TRACEPARENT.replace("4bf9", "beef");
    scheduler.observe({ runStarting: () => other });
    const undo = scheduler.observe({ runStarting: () => TRACEPARENT });
    scheduler.observe({ runStarting: () => undefined });
    const traceparent = async (): Promise<string | undefined> =>
      (await scheduler.runNow(({ traceparent: own }) => own, { name: "once" })).result;
    expect(await traceparent()).toBe(TRACEPARENT);
    undo();
    undo();
    expect(await traceparent()).toBe(other);
  });

  it("tells of errors, which stay a process warning as long as nobody listens", async () => {
    const { scheduler } = setUp();
    const seen: string[] = [];
    scheduler.observe({ errorReported: ({ error }) => seen.push(error.message) });
    scheduler.on("run:started", () => {
      throw new Error("no");
    });
    const warned = warning();
    await scheduler.runNow(() => {}, { name: "once" });
    expect(await warned).toMatchObject({ code: "LISTENER_FAILED" });
    expect(seen).toEqual(["a listener of run:started failed: Error: no"]);
    // A listener that fails itself is one more.
    scheduler.on("error", () => {
      throw new Error("nor this");
    });
    const again = warning();
    await scheduler.runNow(() => {}, { name: "once" });
    expect((await again).message).toBe("a listener of error failed: Error: nor this");
    expect(seen.slice(1)).toEqual([seen[0], "a listener of error failed: Error: nor this"]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    [
      "rejects",
      async () => {
        throw new Error("no");
      },
    ],
  ])("is a process warning, and no more, when an observer of errors %s", async (_, errorReported) => {
    const { scheduler } = setUp();
    const codes: string[] = [];
    scheduler.observe({ errorReported });
    scheduler.on("error", ({ error }) => codes.push(error.message));
    scheduler.on("run:started", () => {
      throw new Error("a fault");
    });
    const warned = warning();
    const run = await scheduler.runNow(() => "done", { name: "once" });
    expect(run.result).toBe("done");
    expect((await warned).message).toBe("an observer's errorReported failed: Error: no");
    expect(codes).toEqual(["a listener of run:started failed: Error: a fault"]);
  });

  it.each([null, undefined, {}, { runStarting: 1 }, { errorReported: () => {}, runStarting: "no" }, () => {}])(
    "refuses %j",
    (observer) => {
      const { scheduler } = setUp();
      expect(() => scheduler.observe(observer as unknown as SchedulerObserver)).toThrow(InvalidOptionError);
    },
  );
});
