// For modules that run on worker threads: what they need of the package, and none of its weight.
export { transfer } from "./command/transfer.js";
export type { Transfer } from "./command/transfer.js";
export type { RunContext } from "./command/command.js";
