/** Nodes that ask one service at random, and what must hold whatever they ask, kept apart from the rule's own state. */
import { expect } from "vitest";
import type { ClaimRequest } from "punctual";
import type { Circumstances, Decision, ServiceState } from "../../src/distributed/service-state.js";
import { NEW_SERVICE } from "../../src/distributed/service-state.js";
import type { Parts } from "./ruled-distributed.js";
import { RIGHT } from "./ruled-distributed.js";

export type Step =
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "die"; readonly node: number }
  | { readonly kind: "select"; readonly node: number; readonly holdTimeMs: number }
  | { readonly kind: "lease"; readonly node: number; readonly leaseMs: number }
  | { readonly kind: "renew"; readonly which: number; readonly leaseMs: number }
  | { readonly kind: "release"; readonly which: number; readonly finished: boolean }
  | {
      readonly kind: "claim";
      readonly node: number;
      /** Fire times are 50 ms apart; the two next ones are -1 and -2. */
      readonly firesAgo: number;
      readonly holdTimeMs: number;
      readonly leaseMs: number;
      readonly maxAttempts: number;
      /** Which of the earlier askings is repeated, if any. */
      readonly again: number | null;
      readonly unlessFinished: number | null;
    };

/** What the model knows of one grant. */
interface Grant {
  readonly token: number;
  readonly appId: string;
  readonly fireTime: number | null;
  readonly attempt: number;
  readonly leased: boolean;
  untilMs: number;
  finished: boolean;
}

const SKEW_MS = 50;

export class RuleModel {
  state: ServiceState = NEW_SERVICE;
  nowMs = 1_000;
  readonly grants: Grant[] = [];
  readonly #asked: ClaimRequest[] = [];
  readonly #byClaim = new Map<string, Grant>();
  readonly #dead = new Set<string>();
  #hold = { appId: "", untilMs: 0 };
  readonly #rule: Parts;

  constructor(rule: Partial<Parts> = {}) {
    this.#rule = { ...RIGHT, ...rule };
  }

  take(step: Step): void {
    if (step.kind === "wait") this.nowMs += step.ms;
    else if (step.kind === "die") this.#dead.add(`node-${step.node}`);
    else if (step.kind === "renew") this.#renew(step.which, step.leaseMs);
    else if (step.kind === "release") this.#release(step.which, step.finished);
    else if (!this.#dead.has(`node-${step.node}`)) this.#ask(step);
    deepFreeze(this.state);
  }

  /** Asks until the answer is final, as it was told to; the number of questions. */
  askUntilFinal(request: ClaimRequest): number {
    // Each that is owed comes first, in all its attempts, and has a lease each time.
    const most = 20 + 6 * this.state.owed.length;
    for (let asked = 1; ; asked++) {
      const decision = this.claim({ ...request, claimId: `${request.claimId}-${asked}` });
      if (decision.granted || decision.retryAfterMs === null) return asked;
      expect(asked).toBeLessThan(most);
      if (decision.unfinished !== null) {
        const first = { ...request, fireTime: decision.unfinished, leaseMs: 10, holdTimeMs: 0 };
        this.askUntilFinal({ ...first, claimId: `${request.claimId}-${asked}-first`, unlessFinished: null });
      }
      this.nowMs += decision.retryAfterMs;
    }
  }

  claim(request: ClaimRequest): Decision {
    const before = this.state;
    const first = this.#byClaim.get(request.claimId);
    const decision = this.#rule.decideClaim(before, request, this.#at());
    if (!decision.granted) {
      // It says nothing of a state, so it can change none.
      expect(Object.keys(decision)).not.toContain("state");
      this.#checkRefusal(request, decision);
      this.state = this.#rule.afterRefusal(before, request, decision, this.#at());
      expect({ ...this.state, owed: before.owed }).toEqual(before);
      return decision;
    }
    const { token, attempt } = decision;
    this.state = decision.state;
    if (first?.token === token) {
      expect(attempt).toBe(first.attempt);
      // Who asks again trusts it from now on.
      if (!first.finished && first.leased) first.untilMs = Math.max(first.untilMs, this.nowMs + request.leaseMs);
      return decision;
    }
    this.#checkGrant(request, attempt);
    const { appId, fireTime, leaseMs, holdTimeMs } = request;
    this.#hold = { appId, untilMs: this.nowMs + holdTimeMs };
    const grant = {
      token,
      appId,
      fireTime,
      attempt,
      leased: leaseMs > 0,
      untilMs: this.nowMs + leaseMs,
      finished: false,
    };
    this.#keep(grant);
    this.#byClaim.set(request.claimId, grant);
    return decision;
  }

  #ask(step: Extract<Step, { readonly node: number }>): void {
    const appId = `node-${step.node}`;
    if (step.kind === "select") this.#select(appId, step.holdTimeMs);
    else if (step.kind === "lease") this.#lease(appId, step.leaseMs);
    else if (step.kind === "claim") {
      const { kind: _kind, node: _node, again, firesAgo, unlessFinished: which, ...rest } = step;
      const fireTime = (Math.floor(this.nowMs / 50) - firesAgo) * 50;
      const claimId = `claim-${this.#asked.length}`;
      const unlessFinished = which === null ? null : (this.#pick(which)?.token ?? null);
      const names = { serviceName: "service", appId, claimId };
      const earlier = again === null ? undefined : this.#asked[again % Math.max(1, this.#asked.length)];
      // The dead do not ask again.
      const request =
        earlier !== undefined && !this.#dead.has(earlier.appId)
          ? earlier
          : { ...names, ...rest, fireTime, unlessFinished };
      this.#asked.push(request);
      this.claim(request);
    }
  }

  #select(appId: string, holdTimeMs: number): void {
    const { markMs, token, run, left } = this.state;
    this.state = this.#rule.decideSelect(this.state, appId, holdTimeMs, this.#at());
    expect(this.state).toMatchObject({ markMs, token, run, left });
    const isHeld = this.#isHeld();
    const changes = !isHeld || (this.#hold.appId === appId && holdTimeMs === 0);
    if (changes) this.#hold = { appId, untilMs: this.nowMs + holdTimeMs };
    expect(this.state).toMatchObject({ holder: this.#hold.appId, heldUntilMs: this.#hold.untilMs });
  }

  #lease(appId: string, leaseMs: number): void {
    const { markMs } = this.state;
    const decision = this.#rule.decideLease(this.state, { appId, leaseMs }, this.#at());
    if (!decision.granted) {
      expect(this.#live()).toBeDefined();
      return;
    }
    expect(this.#live()).toBeUndefined();
    this.state = decision.state;
    expect(this.state.markMs).toBe(markMs);
    const { token } = decision;
    this.#keep({
      token,
      appId,
      fireTime: null,
      attempt: 1,
      leased: true,
      untilMs: this.nowMs + leaseMs,
      finished: false,
    });
  }

  #renew(which: number, leaseMs: number): void {
    const grant = this.#pick(which);
    if (grant === undefined) return;
    const state = this.#rule.renewed(this.state, grant.token, leaseMs, this.nowMs);
    const isLast = grant === this.grants.at(-1);
    expect(state !== null).toBe(isLast && grant.leased && !grant.finished && grant.untilMs > this.nowMs);
    if (state === null) return;
    this.state = state;
    grant.untilMs = this.nowMs + leaseMs;
  }

  #release(which: number, finished: boolean): void {
    const grant = this.#pick(which);
    if (grant === undefined) return;
    const before = this.state;
    this.state = this.#rule.released(before, grant.token, finished, this.nowMs);
    if (grant !== this.grants.at(-1) || !grant.leased) expect(this.state).toBe(before);
    else if (finished) grant.finished = true;
    else if (!grant.finished) grant.untilMs = Math.min(grant.untilMs, this.nowMs);
  }

  #checkGrant(request: ClaimRequest, attempt: number): void {
    const { fireTime, maxAttempts, appId } = request;
    expect(this.#live()).toBeUndefined();
    expect(this.#isHeld() && this.#hold.appId !== appId).toBe(false);
    const before = this.grants.filter((grant) => grant.fireTime === fireTime);
    const last = before.at(-1);
    // Started once; again only after an attempt that was left unfinished, and as the next one.
    expect(attempt).toBe((last?.attempt ?? 0) + 1);
    if (last !== undefined) {
      expect(last).toMatchObject({ leased: true, finished: false });
      expect(attempt).toBeLessThanOrEqual(maxAttempts);
    } else {
      for (const grant of this.grants) expect(fireTime).toBeGreaterThan(grant.fireTime ?? Number.NEGATIVE_INFINITY);
      expect(fireTime).toBeLessThanOrEqual(this.nowMs + SKEW_MS);
    }
    expect(this.state.holder).toBe(appId);
  }

  #checkRefusal(
    { fireTime }: ClaimRequest,
    { reason, retryAfterMs }: { reason: string; retryAfterMs: number | null },
  ): void {
    if (retryAfterMs !== null) expect(retryAfterMs).toBeGreaterThanOrEqual(0);
    const claimed = this.grants.some((grant) => grant.fireTime !== null && grant.fireTime >= fireTime);
    if (reason === "claimed") expect(claimed).toBe(true);
    if (reason === "skew") expect(fireTime).toBeGreaterThan(this.nowMs + SKEW_MS);
  }

  #keep(grant: Grant): void {
    for (const { token } of this.grants) expect(grant.token).toBeGreaterThan(token);
    this.grants.push(grant);
  }

  /** The grant whose lease goes on. */
  #live(): Grant | undefined {
    return this.grants.find(
      ({ leased, finished, untilMs, appId }) => leased && !finished && untilMs > this.nowMs && !this.#dead.has(appId),
    );
  }

  #isHeld(): boolean {
    const { appId, untilMs } = this.#hold;
    const last = this.grants.at(-1);
    // A node whose run was cut holds nothing any more.
    const cut = last?.appId === appId && last.leased && !last.finished && this.#live() === undefined;
    return untilMs > this.nowMs && !this.#dead.has(appId) && !cut;
  }

  #pick(which: number): Grant | undefined {
    return this.grants[which % Math.max(1, this.grants.length)];
  }

  #at(): Circumstances {
    return { nowMs: this.nowMs, maxClockSkewMs: SKEW_MS, isDead: (appId) => this.#dead.has(appId) };
  }
}

function deepFreeze(value: object): void {
  for (const each of Object.values(value)) if (typeof each === "object" && each !== null) deepFreeze(each);
  Object.freeze(value);
}
