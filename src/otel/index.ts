export { traceContextOf, traced } from "./run-context.js";
export { traceRuns } from "./trace-runs.js";
export type { TraceRunsOptions } from "./trace-runs.js";
