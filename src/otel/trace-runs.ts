import type { Attributes, Span, Tracer } from "@opentelemetry/api";
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { RunContext } from "../command/command.js";
import { show } from "../errors.js";
import type { SchedulerEvents } from "../scheduler/events.js";
import type { Run } from "../scheduler/run-record.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import { keepContext, remoteParent } from "./run-context.js";

/** Where spans come from. */
export interface TraceRunsOptions {
  /** @default that of the registered tracer provider, by the name `punctual` */
  readonly tracer?: Tracer;
}

/**
 * Makes a span of each run, in the trace that the run's `traceparent` names, so that what its worker thread or its http
 * command makes of that header is in the same trace. Returns what ends it: runs that go on get their spans' ends still.
 */
export function traceRuns(scheduler: Scheduler, options: TraceRunsOptions = {}): () => void {
  const spans = new RunSpans(scheduler, options.tracer ?? trace.getTracer("punctual"));
  return () => spans.stop();
}

/** The spans of the runs that go on. */
class RunSpans {
  readonly #scheduler: Scheduler;
  readonly #tracer: Tracer;
  readonly #open = new Map<string, Span>();
  #stopped = false;

  constructor(scheduler: Scheduler, tracer: Tracer) {
    this.#scheduler = scheduler;
    this.#tracer = tracer;
    scheduler.on("run:started", this.#started);
    scheduler.on("run:retrying", this.#retrying);
    scheduler.on("lease:lost", this.#leaseLost);
    scheduler.on("run:finished", this.#finished);
  }

  stop(): void {
    this.#stopped = true;
    this.#scheduler.off("run:started", this.#started);
    this.#offWhenDone();
  }

  readonly #started = ({ run }: SchedulerEvents["run:started"]): void => {
    const parent = remoteParent(run);
    const span = this.#tracer.startSpan(
      `punctual.run ${run.jobName}`,
      {
        kind: SpanKind.INTERNAL,
        startTime: new Date(run.startedAt),
        attributes: { ...startAttributes(run), "punctual.node": this.#scheduler.appId },
      },
      parent,
    );
    this.#open.set(run.id, span);
    keepContext(run, trace.setSpan(parent, span));
  };

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
