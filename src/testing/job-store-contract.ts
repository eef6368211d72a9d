import type { JobStore } from "../store/job-store.js";
import type { ContractCase, SkippedCases } from "./contract.js";
import { bindCases } from "./contract.js";
import { STORE_KEEPING_CASES } from "./job-store-keeping-cases.js";
import { STORE_OUTAGE_CASES } from "./job-store-outage-cases.js";
import { STORE_WATCHING_CASES } from "./job-store-watching-cases.js";

/** What a case works with: an empty place for definitions, and connections to it. */
export interface JobStorePlace {
  /** Opens one more connection, as another process would. */
  open(): JobStore | Promise<JobStore>;
  /** Takes the place away, with what it keeps; resolves with what gives it back. Needed for the cases of an outage. */
  breakDown?(): Promise<() => Promise<void>>;
  /** Called last. */
  close(): void | Promise<void>;
}

/** What `jobStoreContract` needs. */
export interface JobStoreContractOptions {
  /** Begins the name of each case. */
  readonly name: string;
  /** Makes an empty place, for one case. */
  create(): JobStorePlace | Promise<JobStorePlace>;
  /** Cases that are not run, by name, and why; every reason is printed. @default none */
  readonly skip?: readonly SkippedCases[];
}

/** A case before it is bound to a place. */
export interface JobStoreCase {
  readonly name: string;
  check(place: JobStorePlace): Promise<void>;
}

const CASES: readonly JobStoreCase[] = [...STORE_KEEPING_CASES, ...STORE_WATCHING_CASES, ...STORE_OUTAGE_CASES];

/**
 * What every `JobStore` has to do, as cases for any test runner: `for (const each of jobStoreContract({ name, create }))
 * test(each.name, () => each.run())`.
 *
 * @throws InvalidOptionError when `skip` names no case, or says no reason
 */
export function jobStoreContract({ name, create, skip = [] }: JobStoreContractOptions): readonly ContractCase[] {
  return bindCases(name, CASES, skip, (each) => runCase(each, create));
}

async function runCase({ check }: JobStoreCase, create: JobStoreContractOptions["create"]): Promise<void> {
  const place = await create();
  const opened: JobStore[] = [];
  const open = async (): Promise<JobStore> => {
    const store = await place.open();
    opened.push(store);
    return store;
  };
  try {
    const breakDown = place.breakDown?.bind(place);
    await check({ open, close: () => {}, ...(breakDown && { breakDown }) });
  } finally {
    await Promise.allSettled(opened.map((store) => store.close()));
    await place.close();
  }
}
