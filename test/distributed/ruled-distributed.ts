/** The reference again, but with parts that a test can take out and put a wrong one in. */
import type { ClaimAnswer, ClaimRequest, Distributed, Lease, LeaseAnswer, LeaseRequest } from "punctual";
import type { ManualClock } from "punctual/testing";
import { checkClaim, checkLease, checkSelect } from "../../src/distributed/checks.js";
import type { Circumstances, Decision, ServiceState } from "../../src/distributed/service-state.js";
import {
  afterRefusal,
  decideClaim,
  decideLease,
  decideSelect,
  NEW_SERVICE,
  released,
  renewed,
} from "../../src/distributed/service-state.js";
import type { LeaseCalls } from "../../src/distributed/state-lease.js";
import { StateLease } from "../../src/distributed/state-lease.js";

export const RIGHT = {
  decideClaim,
  afterRefusal,
  decideLease,
  decideSelect,
  renewed,
  released,
  checks: true,
  maxClockSkewMs: 2_000,
  /** What comes between reading the state and writing it. */
  gap: null as (() => Promise<void>) | null,
  /** Which state is that of a service or node. */
  nameOf: (name: string): string => name,
  handle: (token: number, calls: LeaseCalls): Lease => new StateLease(token, calls),
};
export type Parts = typeof RIGHT;

export class RuledDistributed implements Distributed {
  readonly #services = new Map<string, ServiceState>();
  readonly #clock: ManualClock;
  readonly #parts: Parts;

  constructor(clock: ManualClock, parts: Partial<Parts>) {
    this.#clock = clock;
    this.#parts = { ...RIGHT, ...parts };
  }

  async select(serviceName: string, appId: string, holdTimeMs: number): Promise<string> {
    const { checks, decideSelect: decide } = this.#parts;
    if (checks) checkSelect(serviceName, appId, holdTimeMs);
    return await this.#step(serviceName, (state) => {
      const next = decide(state, appId, holdTimeMs, this.#at());
      return [next, next.holder as string];
    });
  }

  async claim(request: ClaimRequest): Promise<ClaimAnswer> {
    const { checks, decideClaim: decide } = this.#parts;
    if (checks) checkClaim(request);
    const { serviceName, leaseMs } = request;
    const decision = await this.#decide(serviceName, request, (state) => decide(state, request, this.#at()));
    if (!decision.granted) return decision;
    const { token, attempt } = decision;
    return { granted: true, token, attempt, lease: leaseMs > 0 ? this.#leaseOf(serviceName, token) : null };
  }

  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    const { checks, decideLease: decide } = this.#parts;
    if (checks) checkLease(request);
    const { serviceName } = request;
    const decision = await this.#decide(serviceName, null, (state) => decide(state, request, this.#at()));
    if (!decision.granted) return { granted: false, holder: decision.holder, retryAfterMs: decision.retryAfterMs ?? 0 };
    return { granted: true, token: decision.token, lease: this.#leaseOf(serviceName, decision.token) };
  }

  async close(): Promise<void> {
    this.#services.clear();
  }

  #decide(
    serviceName: string,
    claim: ClaimRequest | null,
    decide: (state: ServiceState) => Decision,
  ): Promise<Decision> {
    const { afterRefusal: after } = this.#parts;
    return this.#step(serviceName, (known) => {
      const decision = decide(known);
      // A wrong rule may change the state by a refusal, too.
      const { state = known } = decision as { readonly state?: ServiceState };
      return [decision.granted || claim === null ? state : after(state, claim, decision, this.#at()), decision];
    });
  }

  async #step<Answer>(service: string, decide: (state: ServiceState) => [ServiceState, Answer]): Promise<Answer> {
    const { gap, nameOf } = this.#parts;
    const name = nameOf(service);
    const before = this.#services.get(name) ?? NEW_SERVICE;
    if (gap !== null) await gap();
    const [state, answer] = decide(before);
    this.#services.set(name, state);
    return answer;
  }

  #at(): Circumstances {
    return { nowMs: this.#clock.now(), maxClockSkewMs: this.#parts.maxClockSkewMs, isDead: () => false };
  }

  #leaseOf(serviceName: string, token: number): Lease {
    const { renewed: renew, released: release, handle } = this.#parts;
    return handle(token, {
      renew: (leaseMs) =>
        this.#step(serviceName, (state) => {
          const next = renew(state, token, leaseMs, this.#clock.now());
          return [next ?? state, next !== null];
        }),
      release: (finished) =>
        this.#step(serviceName, (state) => [release(state, token, finished, this.#clock.now()), undefined]),
    });
  }
}
