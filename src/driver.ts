/**
 * For those who write a driver of the port `Distributed`: the rule that every one follows (docs/writing-a-driver.md).
 * @module punctual/driver
 */
export {
  afterRefusal,
  decideClaim,
  decideLease,
  decideSelect,
  NEW_SERVICE,
  released,
  renewed,
} from "./distributed/service-state.js";
export type {
  Circumstances,
  Decision,
  LeftFire,
  Refusal,
  RunEntry,
  ServiceState,
} from "./distributed/service-state.js";
export { StateLease } from "./distributed/state-lease.js";
export type { LeaseCalls } from "./distributed/state-lease.js";
export { checkClaim, checkLease, checkSelect } from "./distributed/checks.js";
