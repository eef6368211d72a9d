export { explain } from "./explain.js";
export type { ExplainedFireTime, ExplainOptions, Explanation } from "./explain.js";
export { lint } from "./lint.js";
export type { LintOptions, ScheduleWarning, WarningCode } from "./lint.js";
