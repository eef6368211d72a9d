import type { Attributes, Context, Link, Span, SpanContext, Tracer } from "@opentelemetry/api";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, context, isSpanContextValid, trace } from "@opentelemetry/api";
import type { RunContext } from "../command/command.js";
import { InvalidOptionError, show } from "../errors.js";
import type { SchedulerEvents } from "../scheduler/events.js";
import type { RunStart } from "../scheduler/observers.js";
import type { Run } from "../scheduler/run-record.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import { keepContext, headerOf } from "./run-context.js";

/** Where spans come from. */
export interface TraceRunsOptions {
  /** @default that of the registered tracer provider, by the name `punctual` */
  readonly tracer?: Tracer;
  /**
   * What the span of a run by `runNow` is to the span that was active where that was called: its `child`, in its trace; or
   * the first of a trace of its own, with a `link` to it. @default "child"
   */
  readonly runNow?: "child" | "link";
}

/**
 * Makes a span of each run, which the run's `traceparent` names: what its worker thread, its process or the server that its
 * http command asks begins below that header is the span's child. Returns what ends it: runs that go on get their spans'
 * ends still.
 * @throws InvalidOptionError
 */
export function traceRuns(scheduler: Scheduler, options: TraceRunsOptions = {}): () => void {
  const { tracer = trace.getTracer("punctual"), runNow = "child" } = options;
  if (runNow !== "child" && runNow !== "link") throw new InvalidOptionError("runNow", '"child" or "link"', runNow);
  const spans = new RunSpans(scheduler, tracer, runNow === "child");
  return () => spans.stop();
}

/** Of each finished run that others may follow, its span. */
const endedSpans = new WeakMap<object, SpanContext>();

/** The spans of the runs that go on. */
class RunSpans {
  readonly #scheduler: Scheduler;
  readonly #tracer: Tracer;
  readonly #joinsCaller: boolean;
  readonly #unobserve: () => void;
  readonly #open = new Map<string, Span>();
  #stopped = false;

  constructor(scheduler: Scheduler, tracer: Tracer, joinsCaller: boolean) {
    this.#scheduler = scheduler;
    this.#tracer = tracer;
    this.#joinsCaller = joinsCaller;
    this.#unobserve = scheduler.observe({ runStarting: (start) => this.#starting(start) });
    scheduler.on("run:retrying", this.#retrying);
    scheduler.on("lease:lost", this.#leaseLost);
    scheduler.on("run:finished", this.#finished);
  }

  stop(): void {
    this.#stopped = true;
    this.#unobserve();
    this.#offWhenDone();
  }

  /** Begins the run's span; returns its name, for what the run calls. */
  #starting({ run, inCallersContext }: RunStart): string | undefined {
    // Elsewhere, the active context is that of whoever set the timer, which may be any request.
    const caller = inCallersContext ? context.active() : ROOT_CONTEXT;
    const parent = this.#joinsCaller ? caller : ROOT_CONTEXT;
    const span = this.#tracer.startSpan(
      `punctual.run ${run.jobName}`,
      {
        kind: SpanKind.INTERNAL,
        startTime: new Date(run.startedAt),
        attributes: { ...startAttributes(run), "punctual.node": this.#scheduler.appId },
        links: links(run, this.#joinsCaller ? ROOT_CONTEXT : caller),
      },
      parent,
    );
    this.#open.set(run.id, span);
    // Without an SDK there is none.
    if (!isSpanContextValid(span.spanContext())) return undefined;
    keepContext(run, trace.setSpan(parent, span));
    return headerOf(span.spanContext());
  }

  readonly #retrying = ({ run, error, delayMs }: SchedulerEvents["run:retrying"]): void => {
    const attributes = { "punctual.attempt": run.attempt, "punctual.delay_ms": delayMs, ...errorAttributes(error) };
    this.#open.get(run.id)?.addEvent("punctual.retry", attributes);
  };

  readonly #leaseLost = ({ run }: SchedulerEvents["lease:lost"]): void => {
    this.#open.get(run.id)?.addEvent("punctual.lease_lost");
  };

  readonly #finished = ({ run }: SchedulerEvents["run:finished"]): void => {
    const span = this.#open.get(run.id);
    // One that began before anybody listened has none.
    if (span === undefined) return;
    this.#open.delete(run.id);
    endedSpans.set(run, span.spanContext());
    endSpan(span, run);
    if (this.#stopped) this.#offWhenDone();
  };

  #offWhenDone(): void {
    if (this.#open.size > 0) return;
    this.#scheduler.off("run:retrying", this.#retrying);
    this.#scheduler.off("lease:lost", this.#leaseLost);
    this.#scheduler.off("run:finished", this.#finished);
  }
}

function endSpan(span: Span, run: Run): void {
  span.setAttributes({ "punctual.outcome": run.outcome, "punctual.attempts": run.attempts.length });
  // The status of a success stays unset, as OpenTelemetry wants it of libraries: `OK` is for the program to say.
  if (run.outcome !== "succeeded") {
    const { error } = run;
    span.setAttributes(errorAttributes(error));
    span.recordException(error instanceof Error ? error : messageOf(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
  }
  span.end(new Date(run.endedAt));
}

/** To the run before in a chain, and to the caller of one that is not the child of that. */
function links({ upstream }: RunContext, caller: Context): Link[] {
  const linked = [upstream === null ? undefined : endedSpans.get(upstream), trace.getSpanContext(caller)];
  return linked
    .filter((one) => one !== undefined && isSpanContextValid(one))
    .map((one) => ({ context: one as SpanContext }));
}

function startAttributes({ jobName, id, fireTime, latenessMs, attempt, token, upstream }: RunContext): Attributes {
  return {
    "punctual.job": jobName,
    "punctual.run_id": id,
    "punctual.attempt": attempt,
    "punctual.lateness_ms": latenessMs,
    ...(fireTime !== null && { "punctual.fire_time": new Date(fireTime).toISOString() }),
    ...(token !== null && { "punctual.token": token }),
    ...(upstream !== null && { "punctual.upstream_run_id": upstream.id }),
  };
}

/** By the code where there is one: it is the most telling name of few values. */
function errorAttributes(error: unknown): Attributes {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  const told = [code, name].find((value) => typeof value === "string" || typeof value === "number");
  return { "error.type": String(told ?? typeof error) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : show(error);
}
