import type { Context, SpanContext } from "@opentelemetry/api";
import { ROOT_CONTEXT, TraceFlags, context, trace } from "@opentelemetry/api";
import type { CommandFunction, RunContext } from "../command/command.js";

/** Of each run that has a span in this thread, the context with that span. */
const contexts = new WeakMap<object, Context>();

/** Has `traceContextOf` find a run's span. */
export function keepContext(run: RunContext, made: Context): void {
  contexts.set(run, made);
}

/** The run as its `traceparent` names it: a span of the run's trace that nobody has recorded here. */
export function remoteParent({ traceparent }: Pick<RunContext, "traceparent">): Context {
  const [, traceId = "", spanId = ""] = traceparent.split("-");
  const parent: SpanContext = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  // Not the active context: that of a timer belongs to whoever set it, which may be any request.
  return trace.setSpanContext(ROOT_CONTEXT, parent);
}

/**
 * The OpenTelemetry context of a run, for `context.with`: that of its span where `traceRuns` has begun one in this
 * thread, else (on a worker thread) one whose spans belong to the run's trace.
 */
export function traceContextOf(run: RunContext): Context {
  return contexts.get(run) ?? remoteParent(run);
}

/**
 * Makes a command during which the run's span is the active one, so that spans begun below it are its children. Its name
 * stays, and with it the name of its job. In a worker module it is wrapped around the exported function.
 */
export function traced<Data, Result>(command: CommandFunction<Data, Result>): CommandFunction<Data, Result> {
  const wrapped: CommandFunction<Data, Result> = (run) => context.with(traceContextOf(run), command, undefined, run);
  return Object.defineProperty(wrapped, "name", { value: command.name, configurable: true });
}
