import type { Clock } from "../clock/clock.js";
import { SystemClock } from "../clock/system-clock.js";
import { DistributedUnavailableError } from "../errors.js";
import { checkClaim, checkLease, checkSelect, skewMs } from "./checks.js";
import type { ClaimAnswer, ClaimRequest, Distributed, Lease, LeaseAnswer, LeaseRequest } from "./distributed.js";
import { StateLease } from "./state-lease.js";
import type { Circumstances, ServiceState } from "./service-state.js";
import {
  afterRefusal,
  decideClaim,
  decideLease,
  decideSelect,
  NEW_SERVICE,
  released,
  renewed,
} from "./service-state.js";
import type { Duration } from "../schedule/duration.js";

/** Options of `MemoryDistributed`. */
export interface MemoryDistributedOptions {
  /** The store's clock: that of no node. @default the system's clock */
  readonly clock?: Clock;
  /** How far ahead of the store's clock a fire may lie. @default "2s" */
  readonly maxClockSkew?: Duration;
}

/**
 * Agreement between schedulers of one process that share the object: for tests, and the reference of what every other
 * driver does. What it knows is gone with the process.
 */
export class MemoryDistributed implements Distributed {
  readonly #services = new Map<string, ServiceState>();
  readonly #clock: Clock;
  readonly #maxClockSkewMs: number;
  #closed = false;

  /** @throws InvalidOptionError */
  constructor({ clock = new SystemClock(), maxClockSkew }: MemoryDistributedOptions = {}) {
    this.#clock = clock;
    this.#maxClockSkewMs = skewMs(maxClockSkew);
  }

  async select(serviceName: string, appId: string, holdTimeMs: number): Promise<string> {
    checkSelect(serviceName, appId, holdTimeMs);
    const state = decideSelect(this.#stateOf(serviceName), appId, holdTimeMs, this.#circumstances());
    this.#services.set(serviceName, state);
    return state.holder as string;
  }

  async claim(request: ClaimRequest): Promise<ClaimAnswer> {
    checkClaim(request);
    const { serviceName, leaseMs } = request;
    const known = this.#stateOf(serviceName);
    const at = this.#circumstances();
    const decision = decideClaim(known, request, at);
    if (!decision.granted) {
      this.#services.set(serviceName, afterRefusal(known, request, decision, at));
      return decision;
    }
    const { token, attempt, state } = decision;
    this.#services.set(serviceName, state);
    return { granted: true, token, attempt, lease: leaseMs > 0 ? this.#leaseOf(serviceName, token) : null };
  }

  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    checkLease(request);
    const { serviceName } = request;
    const decision = decideLease(this.#stateOf(serviceName), request, this.#circumstances());
    if (!decision.granted) return { granted: false, holder: decision.holder, retryAfterMs: decision.retryAfterMs ?? 0 };
    this.#services.set(serviceName, decision.state);
    return { granted: true, token: decision.token, lease: this.#leaseOf(serviceName, decision.token) };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #stateOf(serviceName: string): ServiceState {
    if (this.#closed) throw new DistributedUnavailableError("it was closed");
    return this.#services.get(serviceName) ?? NEW_SERVICE;
  }

  #circumstances(): Circumstances {
    return { nowMs: this.#clock.now(), maxClockSkewMs: this.#maxClockSkewMs, isDead: () => false };
  }

  #leaseOf(serviceName: string, token: number): Lease {
    return new StateLease(token, {
      renew: async (leaseMs) => {
        const state = renewed(this.#stateOf(serviceName), token, leaseMs, this.#clock.now());
        if (state !== null) this.#services.set(serviceName, state);
        return state !== null;
      },
      release: async (finished) => {
        this.#services.set(serviceName, released(this.#stateOf(serviceName), token, finished, this.#clock.now()));
      },
    });
  }
}
