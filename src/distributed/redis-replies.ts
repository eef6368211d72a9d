import type { ClaimAnswer, GrantedClaim, RefusalReason } from "./distributed.js";
import type { SeenState } from "./redis-seen.js";

/** Begins a reply of a script that asks: 1 for yes, 0 for no, -1 for state that is lost. */
type Verdict = 1 | 0 | -1;

/** A reply of a script that asks. */
export interface ScriptAnswer {
  readonly verdict: Verdict;
  readonly state: SeenState;
  /** What comes after the state. */
  readonly rest: readonly unknown[];
}

/** Reads verdict, token, mark, heldUntil, and what else there is. */
export function readAnswer(reply: unknown): ScriptAnswer {
  const [verdict, token, mark, heldUntil, ...rest] = reply as readonly unknown[];
  const state = { token: Number(token), markMs: numberOf(mark), heldUntilMs: numberOf(heldUntil) };
  return { verdict: Number(verdict) as Verdict, state, rest };
}

/** The answer to a claim; `leaseOf` makes the lease of a token. */
export function claimAnswer(
  { verdict, state, rest }: ScriptAnswer,
  leaseOf: (token: number) => GrantedClaim["lease"],
): ClaimAnswer {
  const { token } = state;
  if (verdict === 1) return { granted: true, token, attempt: Number(rest[0]), lease: leaseOf(token) };
  const [reason, holder, retryAfterMs, runToken, unfinished] = rest;
  return {
    granted: false,
    reason: reason as RefusalReason,
    holder: textOf(holder),
    retryAfterMs: numberOf(retryAfterMs),
    runToken: numberOf(runToken),
    unfinished: numberOf(unfinished),
  };
}

/** Lua's false comes as null. */
export function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

export function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
