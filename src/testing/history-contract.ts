import { InvalidOptionError } from "../errors.js";
import type { History } from "../history/history.js";
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
  readonly skip?: readonly { readonly reason: string; readonly cases: readonly string[] }[];
}

/** One demand of a contract. */
export interface ContractCase {
  readonly name: string;
  /** Why the case is not run, if it is not. */
  readonly skipped: string | null;
  /** Rejects with an `AssertionError` when the demand is not met. Does nothing when the case is skipped. */
  run(): Promise<void>;
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
  const reasons = skipReasons(skip);
  return CASES.map((each) => {
    const skipped = reasons.get(each.name) ?? null;
    const title = `${name} ${each.name}`;
    // Where a skip is not seen, it is forgotten.
    if (skipped !== null) process.stdout.write(`not run: ${title}: ${skipped}\n`);
    return { name: title, skipped, run: () => (skipped === null ? runCase(each, create) : Promise.resolve()) };
  });
}

async function runCase({ check }: HistoryCase, create: HistoryContractOptions["create"]): Promise<void> {
  const history = await create();
  try {
    await check(history);
  } finally {
    await history.close();
  }
}

function skipReasons(skip: NonNullable<HistoryContractOptions["skip"]>): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const [index, { reason, cases }] of skip.entries()) {
    if (typeof reason !== "string" || reason.trim() === "") {
      throw new InvalidOptionError(`skip[${index}].reason`, "a text that is not blank", reason);
    }
    for (const name of cases) {
      if (!CASES.some((each) => each.name === name)) {
        const known = CASES.map((each) => JSON.stringify(each.name)).join(", ");
        throw new InvalidOptionError(`skip[${index}].cases`, `names of cases (there are ${known})`, name);
      }
      reasons.set(name, reason);
    }
  }
  return reasons;
}
