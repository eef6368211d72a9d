import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { SystemClock } from "../clock/system-clock.js";
import type {
  ClaimAnswer,
  ClaimRequest,
  Distributed,
  GrantedClaim,
  GrantedLease,
  Lease,
  LeaseAnswer,
  LeaseRequest,
  RefusalReason,
  RefusedClaim,
  RefusedLease,
} from "../distributed/distributed.js";
import type { DistributedStore } from "./distributed-contract.js";

/** Longer than any case takes. */
export const LONG_MS = 60_000;
/** A lease or hold that is to end, and a wait after which it has, also on a busy machine. */
export const SHORT_MS = 300;
export const AFTER_SHORT_MS = 500;
/** A lease of which something is asked before it ends. */
export const MEDIUM_MS = 1_000;
/** By how much longer than told is waited before asking again: timers may ring early. */
export const SLACK_MS = 50;

/** A node that asks with the service `service`, no hold, no lease and one attempt, unless told otherwise. */
export class AskingNode {
  readonly appId: string;
  readonly distributed: Distributed;

  constructor(appId: string, distributed: Distributed) {
    this.appId = appId;
    this.distributed = distributed;
  }

  select(holdTimeMs: number, serviceName = "service"): Promise<string> {
    return this.distributed.select(serviceName, this.appId, holdTimeMs);
  }

  claim(fireTime: number, more: Partial<ClaimRequest> = {}): Promise<ClaimAnswer> {
    const names = { serviceName: "service", appId: this.appId, claimId: randomUUID() };
    const conditions = { holdTimeMs: 0, leaseMs: 0, maxAttempts: 1, unlessFinished: null };
    return this.distributed.claim({ ...names, ...conditions, fireTime, ...more });
  }

  lease(leaseMs: number, more: Partial<LeaseRequest> = {}): Promise<LeaseAnswer> {
    return this.distributed.lease({ serviceName: "service", appId: this.appId, leaseMs, ...more });
  }
}

/** So many nodes, each with a connection of its own. */
export async function openNodes(store: DistributedStore, count: number): Promise<readonly AskingNode[]> {
  const appIds = Array.from({ length: count }, (_, index) => `node-${index}`);
  return await Promise.all(appIds.map(async (appId) => new AskingNode(appId, await store.open())));
}

export async function openTwo(store: DistributedStore): Promise<readonly [a: AskingNode, b: AskingNode]> {
  return [new AskingNode("a", await store.open()), new AskingNode("b", await store.open())];
}

/** The answer, which has to be a grant. */
export function granted(answer: ClaimAnswer): GrantedClaim {
  ok(answer.granted, `refused: ${JSON.stringify(answer)}`);
  return answer;
}

/** The lease that a claim was granted with. */
export function leaseOf(answer: ClaimAnswer): Lease {
  const { lease, token } = granted(answer);
  ok(lease !== null, "granted without the lease that was asked for");
  strictEqual(lease.token, token);
  return lease;
}

/** The answer, which has to be a refusal for this reason, with values that such an answer may have. */
export function refused(answer: ClaimAnswer, reason: RefusalReason): RefusedClaim {
  ok(!answer.granted, "granted");
  strictEqual(answer.reason, reason);
  const { holder, retryAfterMs, runToken, unfinished } = answer;
  ok(holder === null || typeof holder === "string");
  for (const value of [retryAfterMs, runToken, unfinished]) ok(value === null || Number.isFinite(value), String(value));
  return answer;
}

export function grantedLease(answer: LeaseAnswer): GrantedLease {
  ok(answer.granted, `refused: ${JSON.stringify(answer)}`);
  strictEqual(answer.lease.token, answer.token);
  return answer;
}

export function refusedLease(answer: LeaseAnswer): RefusedLease {
  ok(!answer.granted, "granted");
  return answer;
}

/** That what is left of a time is more than nothing and at most all of it, however slow the machine. */
export function isLeftOf(wholeMs: number, leftMs: number | null): void {
  ok(leftMs !== null && leftMs > 0 && leftMs <= wholeMs, `${leftMs} ms left of ${wholeMs} ms`);
}

/** That each is a whole number greater than the one before. */
export function growsStrictly(tokens: readonly number[]): void {
  for (const token of tokens) ok(Number.isSafeInteger(token) && token > 0, `the token ${token}`);
  const sorted = [...new Set(tokens)].sort((a, b) => a - b);
  deepStrictEqual(tokens, sorted, "tokens that do not grow");
}

/** Real time, also where the store's is not. */
export async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    new SystemClock().setTimer(ms, resolve);
  });
}
