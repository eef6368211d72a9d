/**
 * What a schedule means, in words, and what its author may not have meant; needs cronstrue.
 * @module punctual/explain
 */
export { explain } from "./explain.js";
export type { ExplainedFireTime, ExplainOptions, Explanation } from "./explain.js";
export { lint } from "./lint.js";
export type { LintOptions, ScheduleWarning, WarningCode } from "./lint.js";
