import type { Context, SpanContext } from "@opentelemetry/api";
import { ROOT_CONTEXT, context, trace } from "@opentelemetry/api";
import type { CommandFunction, RunContext } from "../command/command.js";

/** Of each run that has a span in this thread, the context with that span. */
const contexts = new WeakMap<object, Context>();

/** Has `traceContextOf` find a run's span. */
export function keepContext(run: RunContext, made: Context): void {
  contexts.set(run, made);
}

/** A span as a `traceparent` header's value. */
export function headerOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, "0")}`;
}

/** The run as its `traceparent` names it: a span that was begun elsewhere. */
function remoteParent({ traceparent }: Pick<RunContext, "traceparent">): Context {
  const [, traceId = "", spanId = "", flags = ""] = traceparent.split("-");
  const parent: SpanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  // Not the active context: that of a timer belongs to whoever set it, which may be any request.
  return trace.setSpanContext(ROOT_CONTEXT, parent);
}

/**
 * The OpenTelemetry context of a run, for `context.with`: that of its span. On a worker thread, too, where spans begun in it
 * are that span's children; where nobody records the run, they belong to the trace that its `traceparent` names.
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
