import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SpanKind, SpanStatusCode, TraceFlags, context, trace } from "@opentelemetry/api";
import type { RunContext, SchedulerOptions } from "punctual";
import { InvalidOptionError, MemoryDistributed, Scheduler, currentRun, http, shell, worker } from "punctual";
import { ManualClock } from "punctual/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { traceContextOf, traceRuns, traced } from "../../src/otel/index.js";
import type { KeptSpan } from "./tracing.js";
import { KeptTracer, register, unregister } from "./tracing.js";

const START = Date.UTC(2026, 0, 1);
const schedulers: Scheduler[] = [];
let tracer: KeptTracer;

/** What a span is called in a request. */
function header(span: KeptSpan | undefined): string {
  return `00-${span?.spanContext().traceId}-${span?.spanContext().spanId}-01`;
}

/** A server that keeps the `traceparent` of each request. */
async function listening(): Promise<{ url: string; seen: string[]; close: () => Promise<unknown> }> {
  const seen: string[] = [];
  const server = createServer(({ headers: { traceparent } }, response) => {
    seen.push(String(traceparent));
    response.setHeader("connection", "close").end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, seen, close: () => new Promise((resolve) => server.close(resolve)) };
}

function setUp(options: SchedulerOptions = {}) {
  const clock = (options.clock as ManualClock | undefined) ?? new ManualClock(START);
  const scheduler = new Scheduler({ timezone: "UTC", clock, appId: "a", ...options });
  schedulers.push(scheduler);
  const stop = traceRuns(scheduler);
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
  return { scheduler, clock, stop, taking };
}

beforeEach(() => {
  tracer = new KeptTracer();
  register(tracer);
});

afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.stop({ grace: 0, killGrace: 0 })));
  unregister();
});

describe("traceRuns", () => {
  it("makes a span of each run, from its start to its end, the first of the run's own trace", async () => {
    const { scheduler, clock, taking } = setUp();
    const seen: RunContext[] = [];
    scheduler.on("run:started", ({ run }) => seen.push(run));
    scheduler.addCronCommand("*/10 * * * * *", taking(3), { name: "job" });
    scheduler.start();
    await clock.advance(11_000);
    const [span] = tracer.spans;
    expect(span?.ends).toBe(0);
    await clock.advance(5_000);
    expect(tracer.spans).toHaveLength(1);
    expect(span?.name).toBe("punctual.run job");
    expect(span?.options).toMatchObject({ kind: SpanKind.INTERNAL, startTime: new Date(START + 10_000) });
    expect([span?.ends, span?.endTime]).toEqual([1, new Date(START + 13_000)]);
    expect(span?.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(span?.attributes).toEqual({
      "punctual.job": "job",
      "punctual.run_id": seen[0]?.id,
      "punctual.fire_time": "2026-01-01T00:00:10.000Z",
      "punctual.lateness_ms": 0,
      "punctual.attempt": 1,
      "punctual.attempts": 1,
      "punctual.outcome": "succeeded",
      "punctual.node": "a",
    });
    expect(span?.parent).toBeUndefined();
    expect(seen[0]?.traceId).toBe(span?.spanContext().traceId);
    expect(seen[0]?.traceparent).toBe(header(span));
  });

  it("says how a run has failed, and of each attempt before", async () => {
    const { scheduler, clock } = setUp();
    const error = new TypeError("no");
    const failing = (): never => {
      throw error;
    };
    const retry = { attempts: 3, delay: "1s", jitter: "none" } as const;
    scheduler.addCronCommand("*/10 * * * * *", failing, { name: "job", retry, maxRuns: 1 });
    scheduler.start();
    await clock.advance(19_000);
    const [span, ...others] = tracer.spans;
    expect(others).toEqual([]);
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: "no" });
    expect(span?.exceptions).toEqual([error]);
    expect(span?.attributes).toMatchObject({
      "punctual.outcome": "failed",
      "punctual.attempts": 3,
      "error.type": "TypeError",
    });
    const retried = { "error.type": "TypeError", "punctual.delay_ms": 1_000 };
    expect(span?.events[0]).toEqual({ name: "punctual.retry", attributes: { ...retried, "punctual.attempt": 1 } });
    expect(span?.events.map(({ attributes }) => attributes["punctual.attempt"])).toEqual([1, 2]);
  });

  it.each([
    ["a text", "no", "string"],
    ["nothing", undefined, "undefined"],
    ["an object that cannot be a text", Object.create(null), "object"],
    ["an error with a code", Object.assign(new Error("no"), { code: "ENOENT" }), "ENOENT"],
  ])("ends the span of a run that threw %s", async (_, thrown, type) => {
    const { scheduler } = setUp();
    const errors: unknown[] = [];
    scheduler.on("error", ({ error }) => errors.push(error));
    await scheduler.runNow(
      () => {
        throw thrown;
      },
      { name: "once" },
    );
    expect(errors).toEqual([]);
    expect(tracer.spans[0]?.ends).toBe(1);
    expect(tracer.spans[0]?.status.code).toBe(SpanStatusCode.ERROR);
    expect(tracer.spans[0]?.attributes["error.type"]).toBe(type);
  });

  it("says of a timeout, a kill and a stop what they are", async () => {
    const { scheduler, clock, taking } = setUp();
    scheduler.addCronCommand("10 * * * * *", taking(30), { name: "timed", timeout: "5s" });
    const killed = scheduler.addCronCommand("20 * * * * *", taking(30), { name: "killed" });
    scheduler.addCronCommand("30 * * * * *", taking(100), { name: "stopped" });
    scheduler.start();
    await clock.advance(25_000);
    killed.kill("by hand");
    await clock.advance(10_000);
    await scheduler.stop({ grace: 0 });
    expect(tracer.spans.map(({ attributes, ends }) => [attributes["punctual.outcome"], ends])).toEqual([
      ["timedOut", 1],
      ["killed", 1],
      ["killed", 1],
    ]);
    expect(tracer.spans.map(({ attributes }) => attributes["error.type"])).toEqual([
      "RUN_TIMED_OUT",
      "RUN_KILLED",
      "SCHEDULER_STOPPED",
    ]);
  });

  it("has the token of a distributed run, and the run that a follower follows", async () => {
    const clock = new ManualClock(START);
    const { scheduler } = setUp({ clock, distributed: new MemoryDistributed({ clock }) });
    const report = scheduler.addDistributedCron("report", "*/10 * * * * *", () => {});
    scheduler.addCommand(() => {}, { name: "follower" }).after(report);
    scheduler.start();
    await clock.advance(10_001);
    const [first, second] = tracer.spans;
    expect(first?.attributes["punctual.token"]).toBeGreaterThan(0);
    expect(second?.attributes["punctual.upstream_run_id"]).toBe(first?.attributes["punctual.run_id"]);
    expect(second?.attributes).not.toHaveProperty("punctual.fire_time");
    // A trace of its own, with a link to the run before.
    expect(second?.parent).toBeUndefined();
    expect(second?.options.links).toEqual([{ context: first?.spanContext() }]);
    expect(first?.options.links).toEqual([]);
  });

  it("does not put a run into the trace of whoever set its timer", async () => {
    const { scheduler, clock } = setUp();
    const request = tracer.startSpan("request");
    context.with(trace.setSpan(context.active(), request), () => {
      scheduler.addCronCommand("*/10 * * * * *", () => {}, { name: "job" });
      scheduler.start();
    });
    await clock.advance(10_000);
    expect(tracer.spans).toHaveLength(2);
    expect(tracer.spans[1]?.spanContext().traceId).not.toBe(request.spanContext().traceId);
  });

  it("makes a run by runNow a child of the caller's span, also when it has to wait", async () => {
    const { scheduler, clock, taking } = setUp();
    const job = scheduler.addCommand(taking(5), { name: "job", overlap: "queueAll" });
    const [one, other] = [tracer.startSpan("one"), tracer.startSpan("other")];
    const runNow = (span: KeptSpan): Promise<unknown> =>
      context.with(trace.setSpan(context.active(), span), () => job.runNow());
    const runs = [runNow(one), runNow(other)];
    await clock.advance(11_000);
    await Promise.all(runs);
    expect(tracer.spans.slice(2).map(({ parent }) => parent)).toEqual([one.spanContext(), other.spanContext()]);
    await context.with(trace.setSpan(context.active(), one), () => scheduler.runNow(() => {}, { name: "once" }));
    expect(tracer.spans[4]?.parent).toBe(one.spanContext());
    expect(tracer.spans[4]?.options.links).toEqual([]);
  });

  it("links a run by runNow to the caller's span, in a trace of its own, where that is wanted", async () => {
    const scheduler = new Scheduler();
    schedulers.push(scheduler);
    traceRuns(scheduler, { runNow: "link" });
    const caller = tracer.startSpan("caller");
    await context.with(trace.setSpan(context.active(), caller), () => scheduler.runNow(() => {}, { name: "once" }));
    expect(tracer.spans[1]?.parent).toBeUndefined();
    expect(tracer.spans[1]?.options.links).toEqual([{ context: caller.spanContext() }]);
    const wrong = { runNow: "join" } as unknown as Parameters<typeof traceRuns>[1];
    expect(() => traceRuns(scheduler, wrong)).toThrow(InvalidOptionError);
  });

  it("says in the traceparent whether the run's trace is sampled", async () => {
    const scheduler = new Scheduler();
    schedulers.push(scheduler);
    traceRuns(scheduler, { tracer: new KeptTracer("cafe", TraceFlags.NONE) });
    const { result } = await scheduler.runNow(({ traceparent }) => traceparent, { name: "once" });
    expect(result).toMatch(/-00$/);
    const onThread = traceContextOf({ traceparent: result } as RunContext);
    expect(trace.getSpanContext(onThread)?.traceFlags).toBe(TraceFlags.NONE);
  });

  it("leaves a run its own name where no SDK is registered", async () => {
    unregister();
    const { scheduler } = setUp();
    const run = await scheduler.runNow(({ traceId, traceparent }) => ({ traceId, traceparent }), { name: "once" });
    expect(run.result?.traceId).toBe(run.id.replaceAll("-", ""));
    expect(run.result?.traceparent).toMatch(new RegExp(`^00-${run.result?.traceId}-[0-9a-f]{16}-01$`));
  });

  it("names one span in all attempts of a run", async () => {
    const { scheduler, clock } = setUp();
    const seen: string[] = [];
    const failing = ({ traceparent }: RunContext<undefined>): never => {
      seen.push(traceparent);
      throw new Error("no");
    };
    const retry = { attempts: 3, delay: "1s", jitter: "none" } as const;
    scheduler.addCronCommand("*/10 * * * * *", failing, { name: "job", retry, maxRuns: 1 });
    scheduler.start();
    await clock.advance(15_000);
    expect(seen).toEqual(Array(3).fill(header(tracer.spans[0])));
  });

  it("takes another tracer", async () => {
    const other = new KeptTracer();
    const scheduler = new Scheduler();
    schedulers.push(scheduler);
    traceRuns(scheduler, { tracer: other });
    await scheduler.runNow(() => {}, { name: "once" });
    expect([other.spans.length, tracer.spans.length]).toEqual([1, 0]);
  });

  it("begins no spans when it has been stopped, and ends those that it has begun", async () => {
    const { scheduler, clock, stop, taking } = setUp();
    scheduler.addCronCommand("*/10 * * * * *", taking(5), { name: "job", overlap: "allow" });
    scheduler.start();
    await clock.advance(11_000);
    stop();
    expect(tracer.spans[0]?.ends).toBe(0);
    await clock.advance(30_000);
    expect(tracer.spans.map(({ ends }) => ends)).toEqual([1]);
  });

  it("does not stop the scheduler with a tracer that throws: that is an error event", async () => {
    const { scheduler, clock } = setUp();
    tracer.startSpan = () => {
      throw new Error("no tracing");
    };
    const messages: string[] = [];
    scheduler.on("error", ({ error }) => messages.push(error.message));
    let runs = 0;
    scheduler.addCronCommand("*/10 * * * * *", () => void runs++, { name: "job" });
    scheduler.start();
    await clock.advance(20_000);
    expect(runs).toBe(2);
    expect(messages).toEqual(Array(2).fill("an observer's runStarting failed: Error: no tracing"));
  });
});

describe("what a run calls", () => {
  it("is a child of the run's span: the request of an http command", async () => {
    const { url, seen, close } = await listening();
    const { scheduler } = setUp();
    const run = await scheduler.runNow(http(url));
    await close();
    expect(run.outcome).toBe("succeeded");
    expect(seen).toEqual([header(tracer.spans[0])]);
  });

  it("is a child of the run's span: the process of a shell command", async () => {
    const { scheduler } = setUp();
    const script = "process.stdout.write(String(process.env.TRACEPARENT))";
    const run = await scheduler.runNow(shell([process.execPath, "-e", script]));
    expect(run.result?.stdout).toBe(header(tracer.spans[0]));
  });

  it("has the run's span as its parent, below a traced function and its awaits", async () => {
    const { scheduler } = setUp();
    const command = traced(async function nightly(run: RunContext<undefined>) {
      await Promise.resolve();
      tracer.startSpan("query").end();
      return run.jobName;
    });
    const run = await scheduler.runNow(command);
    expect(run.result).toBe("nightly");
    expect(tracer.spans.map(({ name }) => name)).toEqual(["punctual.run nightly", "query"]);
    expect(tracer.spans[1]?.parent).toBe(tracer.spans[0]?.spanContext());
  });

  it("has it where the context is asked for, by the run itself or by currentRun", async () => {
    const { scheduler } = setUp();
    await scheduler.runNow(
      () => {
        const run = currentRun() as RunContext;
        context.with(traceContextOf(run), () => tracer.startSpan("query").end());
      },
      { name: "once" },
    );
    expect(tracer.spans[1]?.parent).toBe(tracer.spans[0]?.spanContext());
  });

  it("is one trace: caller, run, span of its worker thread, request that is made there", async () => {
    const { url, seen, close } = await listening();
    const scheduler = new Scheduler({ workers: { maxThreads: 1 } });
    schedulers.push(scheduler);
    traceRuns(scheduler);
    const module = new URL("./fixtures/traced-job.ts", import.meta.url);
    const ask = worker<typeof import("./fixtures/traced-job.js"), "ask">(module, "ask");
    const caller = tracer.startSpan("caller");
    const run = await context.with(trace.setSpan(context.active(), caller), () => scheduler.runNow(ask, { data: url }));
    await close();
    expect(run.error).toBeUndefined();
    const [, ofRun] = tracer.spans;
    const { traceId } = caller.spanContext();
    expect(ofRun?.parent).toBe(caller.spanContext());
    expect(ofRun?.spanContext().traceId).toBe(traceId);
    expect(run.result?.parent).toEqual({ ...ofRun?.spanContext(), isRemote: true });
    expect(run.result).toMatchObject({ traceparent: header(ofRun), runTraceId: traceId, span: { traceId } });
    expect(run.result?.span.spanId).not.toBe(ofRun?.spanContext().spanId);
    expect(seen).toEqual([`00-${traceId}-${run.result?.span.spanId}-01`]);
  });

  it("is in the run's own trace on a worker thread, where nobody records the run", async () => {
    const scheduler = new Scheduler({ workers: { maxThreads: 1 } });
    schedulers.push(scheduler);
    const module = new URL("./fixtures/traced-job.ts", import.meta.url);
    const report = worker<typeof import("./fixtures/traced-job.js"), "report">(module, "report");
    const { id, result } = await scheduler.runNow(report);
    expect(result?.traceId).toBe(id.replaceAll("-", ""));
    expect(`00-${result?.parent?.traceId}-${result?.parent?.spanId}-01`).toBe(result?.traceparent);
  });

  it("fails and succeeds as it did, traced or not", async () => {
    const scheduler = new Scheduler();
    schedulers.push(scheduler);
    const error = new Error("no");
    const failing = traced(() => {
      throw error;
    });
    expect((await scheduler.runNow(failing, { name: "failing" })).error).toBe(error);
    expect(
      (
        await scheduler.runNow(
          traced((run: RunContext<number>) => run.data + 1),
          { name: "n", data: 1 },
        )
      ).result,
    ).toBe(2);
  });
});
