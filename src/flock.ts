/**
 * Distributed jobs for the processes of one machine.
 * @module punctual/flock
 */
export type { BootClock } from "./distributed/flock-boot-clock.js";
export type { FlockDistributedOptions } from "./distributed/flock-distributed.js";
export { FlockDistributed } from "./distributed/flock-distributed.js";
export type { FlockKind } from "./distributed/flock-lock.js";
