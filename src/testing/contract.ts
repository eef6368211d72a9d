import { InvalidOptionError } from "../errors.js";

/** One demand of a contract. */
export interface ContractCase {
  readonly name: string;
  /** Why the case is not run, if it is not. */
  readonly skipped: string | null;
  /** Rejects with an `AssertionError` when the demand is not met. Does nothing when the case is skipped. */
  run(): Promise<void>;
}

/** Cases that are not run, by name, and why. */
export interface SkippedCases {
  readonly reason: string;
  readonly cases: readonly string[];
}

/** Binds the cases of a contract to what is tested; prints why any of them is not run. @throws InvalidOptionError */
export function bindCases<Case extends { readonly name: string }>(
  name: string,
  cases: readonly Case[],
  skip: readonly SkippedCases[],
  run: (each: Case) => Promise<void>,
): readonly ContractCase[] {
  const reasons = skipReasons(cases, skip);
  return cases.map((each) => {
    const skipped = reasons.get(each.name) ?? null;
    const title = `${name} ${each.name}`;
    // Where a skip is not seen, it is forgotten.
    if (skipped !== null) process.stdout.write(`not run: ${title}: ${skipped}\n`);
    return { name: title, skipped, run: () => (skipped === null ? run(each) : Promise.resolve()) };
  });
}

function skipReasons(
  known: readonly { readonly name: string }[],
  skip: readonly SkippedCases[],
): ReadonlyMap<string, string> {
  const names = known.map((each) => each.name);
  const reasons = new Map<string, string>();
  for (const [index, { reason, cases }] of skip.entries()) {
    if (typeof reason !== "string" || reason.trim() === "") {
      throw new InvalidOptionError(`skip[${index}].reason`, "a text that is not blank", reason);
    }
    for (const name of cases) {
      if (!names.includes(name)) {
        const there = names.map((each) => JSON.stringify(each)).join(", ");
        throw new InvalidOptionError(`skip[${index}].cases`, `names of cases (there are ${there})`, name);
      }
      reasons.set(name, reason);
    }
  }
  return reasons;
}
