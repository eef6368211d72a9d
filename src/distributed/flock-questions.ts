import type { ClaimRequest, RefusedClaim, RefusedLease } from "./distributed.js";
import type { Question } from "./flock-services.js";
import { appIdOf } from "./flock-services.js";
import type { Circumstances, ServiceState } from "./service-state.js";
import { afterRefusal, decideClaim, decideLease, decideSelect, released, renewed } from "./service-state.js";

/** The answer to a claim, but for its lease. */
export type ClaimDecision = { readonly granted: true; readonly token: number; readonly attempt: number } | RefusedClaim;

/** The answer to an asking for a lease, but for that. */
export type LeaseDecision = { readonly granted: true; readonly token: number } | RefusedLease;

/** In all of them who asks is written as an owner (`ownerOf`), and answers name nodes by their `appId` only. */
export function selectQuestion(owner: string, holdTimeMs: number): Question<string> {
  return {
    survivesLoss: () => false,
    decide: (old, at) => {
      const known = withHolderAs(owner, old, at);
      const state = decideSelect(known, owner, holdTimeMs, at);
      return { answer: appIdOf(state.holder ?? owner), state: state === known ? old : state };
    },
  };
}

export function claimQuestion(request: ClaimRequest): Question<ClaimDecision> {
  return {
    survivesLoss: (nowMs) => request.fireTime > nowMs,
    decide: (old, at) => {
      const known = withHolderAs(request.appId, old, at);
      const decision = decideClaim(known, request, at);
      if (!decision.granted) {
        const state = afterRefusal(known, request, decision, at);
        return { answer: { ...decision, holder: shown(decision.holder) }, state: state === known ? old : state };
      }
      const { state, ...answer } = decision;
      return { answer, state: state === known ? old : state };
    },
  };
}

export function leaseQuestion(owner: string, leaseMs: number): Question<LeaseDecision> {
  return {
    survivesLoss: () => false,
    decide: (old, at) => {
      const decision = decideLease(old, { appId: owner, leaseMs }, at);
      const { granted } = decision;
      if (granted) return { answer: { granted, token: decision.token }, state: decision.state };
      const retryAfterMs = decision.retryAfterMs ?? 0;
      return { answer: { granted, holder: shown(decision.holder), retryAfterMs }, state: old };
    },
  };
}

/** What the node has seen last tells of its own lease, also when the file is lost. */
export function renewQuestion(token: number, leaseMs: number): Question<boolean> {
  return {
    survivesLoss: () => true,
    decide: (old, { nowMs }) => {
      const state = renewed(old, token, leaseMs, nowMs);
      return { answer: state !== null, state: state ?? old };
    },
  };
}

export function releaseQuestion(token: number, finished: boolean): Question<void> {
  return {
    survivesLoss: () => true,
    decide: (old, { nowMs }) => ({ answer: undefined, state: released(old, token, finished, nowMs) }),
  };
}

/** A node is who has its `appId`: what another living one of that name holds is its own. */
function withHolderAs(owner: string, state: ServiceState, { nowMs, isDead }: Circumstances): ServiceState {
  const { holder, heldUntilMs } = state;
  if (holder === null || holder === owner || heldUntilMs <= nowMs || appIdOf(holder) !== appIdOf(owner)) return state;
  return isDead(holder) ? state : { ...state, holder: owner };
}

function shown(owner: string | null): string | null {
  return owner === null ? null : appIdOf(owner);
}
