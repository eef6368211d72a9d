import type { History } from "../history/history.js";
import type { ContractCase, SkippedCases } from "./contract.js";
import { bindCases } from "./contract.js";
import { KEEPING_CASES } from "./history-keeping-cases.js";
import { PAGING_CASES } from "./history-paging-cases.js";
import { QUERY_CASES } from "./history-query-cases.js";

/** What `historyContract` needs. */
export interface HistoryContractOptions {
  /** Begins the name of each case. */
  readonly name: string;
  /** Makes an empty history, for one case; the case closes it. It has to have room for 20,000 records. */
  create(): History | Promise<History>;
  /** Cases that are not run, by name, and why; every reason is printed. @default none */
  readonly skip?: readonly SkippedCases[];
}

/** A case before it is bound to a history. */
export interface HistoryCase {
  readonly name: string;
  check(history: History): Promise<void>;
}

const CASES: readonly HistoryCase[] = [...KEEPING_CASES, ...QUERY_CASES, ...PAGING_CASES];

/**
 * What every `History` has to do, as cases for any test runner: `for (const each of historyContract({ name, create }))
 * test(each.name, () => each.run())`.
 *
 * @throws InvalidOptionError when `skip` names no case, or says no reason
 */
export function historyContract({ name, create, skip = [] }: HistoryContractOptions): readonly ContractCase[] {
  return bindCases(name, CASES, skip, (each) => runCase(each, create));
}

async function runCase({ check }: HistoryCase, create: HistoryContractOptions["create"]): Promise<void> {
  const history = await create();
  try {
    await check(history);
  } finally {
    await history.close();
  }
}
