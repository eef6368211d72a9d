/** Version 00, and neither id all zeros. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What a run is called in traces; made of the run, unless an observer has given it a `traceparent` header's value. */
export interface RunTrace {
  readonly id: string;
  readonly attempt: number;
  readonly givenTraceparent: string | null;
}

/** Whether a text is the value of a `traceparent` header (W3C Trace Context, version 00). */
export function isTraceparent(value: unknown): value is string {
  return typeof value === "string" && TRACEPARENT.test(value);
}

export function traceIdOf({ id, givenTraceparent }: RunTrace): string {
  return givenTraceparent?.slice(3, 35) ?? id.replaceAll("-", "");
}

/**
 * A `traceparent` header's value for one attempt of a run: the given one, or else, marked as sampled, a span of the run's
 * own trace. That span's id is the trace's second half, which is random, with the attempt's number at the end.
 */
export function traceparentOf(run: RunTrace): string {
  if (run.givenTraceparent !== null) return run.givenTraceparent;
  const traceId = traceIdOf(run);
  return `00-${traceId}-${traceId.slice(20)}${(run.attempt & 0xffff).toString(16).padStart(4, "0")}-01`;
}
