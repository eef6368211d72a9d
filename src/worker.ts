/**
 * For modules that run on worker threads: what they need of the package, and none of its weight.
 * @module punctual/worker
 */
export { transfer } from "./command/transfer.js";
export type { Transfer } from "./command/transfer.js";
export { currentRun } from "./command/current-run.js";
export type { Logger } from "./command/logger.js";
export type { RunContext, UpstreamRun } from "./command/command.js";
