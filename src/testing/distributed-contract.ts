import type { Distributed } from "../distributed/distributed.js";
import type { ContractCase, SkippedCases } from "./contract.js";
import { bindCases } from "./contract.js";
import { CLAIM_CASES } from "./distributed-claim-cases.js";
import { HOLD_CASES } from "./distributed-hold-cases.js";
import { INPUT_CASES } from "./distributed-input-cases.js";
import { LEASE_CASES } from "./distributed-lease-cases.js";
import { OUTAGE_CASES } from "./distributed-outage-cases.js";
import { RECOVERY_CASES } from "./distributed-recovery-cases.js";
import { STANDBY_CASES } from "./distributed-standby-cases.js";

/** What nodes agree at, for one case: a server, a folder, an object. */
export interface DistributedStore {
  /** One more node's connection, with the default `maxClockSkew` of 2 s. The contract closes it. */
  open(): Promise<Distributed>;
  /** Lets so many milliseconds of the store's time pass: the `advance` of a `ManualClock`, or it really waits. */
  wait(ms: number): Promise<void>;
  /** The store's wall clock, epoch milliseconds, to within half a second. */
  now(): number;
  /** Breaks the store: it refuses connections (`down`), or takes them and never answers. Returns what mends it. */
  fault?(kind: "down" | "hangs"): Promise<() => Promise<void>>;
  /** Frees the store, after all connections were closed. */
  close(): Promise<void>;
}

/** What a store can do, and so what is demanded of it. */
export interface DistributedCapabilities {
  /** `fault` is there. */
  readonly outage: boolean;
  /** What is agreed outlives the connections, and is seen by other processes. */
  readonly crossProcess: boolean;
}

/** What `distributedContract` needs. */
export interface DistributedContractOptions {
  /** Begins the name of each case. */
  readonly name: string;
  /** Makes an empty store, for one case; the case closes it. */
  create(): Promise<DistributedStore>;
  readonly capabilities: DistributedCapabilities;
  /** Cases that are not run, by name, and why; every reason is printed. @default none */
  readonly skip?: readonly SkippedCases[];
}

/** A case before it is bound to a store. */
export interface DistributedCase {
  readonly name: string;
  /** What the store has to be able to do for it. */
  readonly needs?: keyof DistributedCapabilities;
  check(store: DistributedStore): Promise<void>;
}

const CASES: readonly DistributedCase[] = [
  ...CLAIM_CASES,
  ...HOLD_CASES,
  ...LEASE_CASES,
  ...RECOVERY_CASES,
  ...STANDBY_CASES,
  ...INPUT_CASES,
  ...OUTAGE_CASES,
];

/**
 * What every `Distributed` has to do, as cases for any test runner: `for (const each of distributedContract({ name, create,
 * capabilities })) test(each.name, () => each.run())`. A case that needs a capability which is not there is skipped, and
 * that is printed. On a store that really waits all of them take about 15 seconds.
 *
 * @throws InvalidOptionError when `skip` names no case, or says no reason
 */
export function distributedContract(options: DistributedContractOptions): readonly ContractCase[] {
  const { name, create, capabilities, skip = [] } = options;
  const lacking = CASES.flatMap(({ name: each, needs }) =>
    needs === undefined || capabilities[needs] ? [] : [{ reason: `the store has not: ${needs}`, cases: [each] }],
  );
  return bindCases(name, CASES, [...skip, ...lacking], (each) => runCase(each, create));
}

async function runCase({ check }: DistributedCase, create: DistributedContractOptions["create"]): Promise<void> {
  const store = await create();
  const opened: Distributed[] = [];
  const open = async (): Promise<Distributed> => {
    const connection = await store.open();
    opened.push(connection);
    return connection;
  };
  try {
    const fault = store.fault?.bind(store);
    const wait = store.wait.bind(store);
    await check({ open, wait, now: () => store.now(), close: async () => {}, ...(fault && { fault }) });
  } finally {
    await Promise.allSettled(opened.map((connection) => connection.close()));
    await store.close();
  }
}
