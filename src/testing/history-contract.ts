import type { History } from "../history/history.js";
import type { ContractCase, SkippedCases } from "./contract.js";
import { bindCases } from "./contract.js";
import type { JournalCase } from "./history-journal-cases.js";
import { JOURNAL_CASES } from "./history-journal-cases.js";
import { KEEPING_CASES } from "./history-keeping-cases.js";
import { PAGING_CASES } from "./history-paging-cases.js";
import { QUERY_CASES } from "./history-query-cases.js";

/** What `historyContract` needs. */
export interface HistoryContractOptions {
  /** Begins the name of each case. */
  readonly name: string;
  /** Makes an empty history, for one case; the case closes it. It has to have room for 20,000 records. */
  create(): History | Promise<History>;
  /**
   * Opens what a process finds that comes after the one with `history` was killed; the case closes both. For a history with
   * a `journal`. @default the cases of the journal are not run, and that is printed
   */
  afterKill?(history: History): History | Promise<History>;
  /** Cases that are not run, by name, and why; every reason is printed. @default none */
  readonly skip?: readonly SkippedCases[];
}

/** A case before it is bound to a history. */
export interface HistoryCase {
  readonly name: string;
  check(history: History): Promise<void>;
}

const CASES: readonly JournalCase[] = [...KEEPING_CASES, ...QUERY_CASES, ...PAGING_CASES, ...JOURNAL_CASES];
const NO_JOURNAL = "there is no afterKill: it is a history that does not outlive its process";

/**
 * What every `History` has to do, as cases for any test runner: `for (const each of historyContract({ name, create }))
 * test(each.name, () => each.run())`.
 *
 * @throws InvalidOptionError when `skip` names no case, or says no reason
 */
export function historyContract(options: HistoryContractOptions): readonly ContractCase[] {
  const { name, skip = [], afterKill } = options;
  const journal = { reason: NO_JOURNAL, cases: JOURNAL_CASES.map((each) => each.name) };
  return bindCases(name, CASES, afterKill === undefined ? [...skip, journal] : skip, (each) => runCase(each, options));
}

async function runCase({ check }: JournalCase, options: HistoryContractOptions): Promise<void> {
  const opened = [await options.create()];
  try {
    await check(opened[0] as History, async (history) => {
      const next = await options.afterKill?.(history);
      if (next === undefined) throw new Error(NO_JOURNAL);
      opened.push(next);
      return next;
    });
  } finally {
    for (const history of opened) await history.close();
  }
}
