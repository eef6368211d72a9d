/**
 * A `traceparent` header's value (W3C Trace Context, version 00, sampled) for one attempt of a run. The attempt is a span of
 * the run's trace: its id is the trace's second half, which is random, with the attempt's number at the end.
 */
export function traceparent(traceId: string, attempt: number): string {
  return `00-${traceId}-${traceId.slice(20)}${(attempt & 0xffff).toString(16).padStart(4, "0")}-01`;
}
