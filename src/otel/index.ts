/**
 * A span for each run; needs `@opentelemetry/api`.
 * @module punctual/otel
 */
export { traceContextOf, traced } from "./run-context.js";
export { traceRuns } from "./trace-runs.js";
export type { TraceRunsOptions } from "./trace-runs.js";
