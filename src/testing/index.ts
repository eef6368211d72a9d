export { ManualClock } from "./manual-clock.js";
export type { ContractCase, SkippedCases } from "./contract.js";
export { historyContract } from "./history-contract.js";
export type { HistoryContractOptions } from "./history-contract.js";
export { distributedContract } from "./distributed-contract.js";
export type {
  DistributedCapabilities,
  DistributedContractOptions,
  DistributedStore,
} from "./distributed-contract.js";
export { jobStoreContract } from "./job-store-contract.js";
export type { JobStoreContractOptions, JobStorePlace } from "./job-store-contract.js";
export { simulate } from "./simulate.js";
export type { Simulation } from "./simulation.js";
export type {
  SimulatedDuration,
  SimulatedFailure,
  SimulatedJob,
  SimulatedWork,
  SimulateOptions,
  WorkFunction,
} from "./simulation-options.js";
export type {
  SimulatedBucket,
  SimulatedCounts,
  SimulatedError,
  SimulatedFire,
  SimulatedJobCounts,
  SimulatedMiss,
  SimulatedOverlap,
  SimulatedPeak,
  SimulatedRun,
  SimulatedRush,
  SimulatedSkip,
} from "./simulation-records.js";
