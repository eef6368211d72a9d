/** A store for the contract whose nodes share one object of this process, and one clock that stands still. */
import type {
  ClaimAnswer,
  ClaimRequest,
  Distributed,
  Lease,
  LeaseAnswer,
  LeaseRequest,
  ReleaseOptions,
} from "punctual";
import { DistributedUnavailableError, MemoryDistributed } from "punctual";
import type { DistributedStore } from "punctual/testing";
import { ManualClock } from "punctual/testing";

/** What a node's connection knows of its way to the shared object. */
export interface Way {
  broken: boolean;
}

/** What a store is made of; a test of the contract puts something wrong there. */
export interface StoreParts {
  /** What the nodes share. */
  readonly share?: (clock: ManualClock) => Distributed;
  /** One node's connection to it. */
  readonly connect?: (shared: Distributed, way: Way) => Distributed;
}

export async function memoryStore({ share, connect }: StoreParts = {}): Promise<DistributedStore> {
  const clock = new ManualClock();
  const shared = share?.(clock) ?? new MemoryDistributed({ clock });
  const way: Way = { broken: false };
  return {
    open: async () => connect?.(shared, way) ?? new Connection(shared, way),
    wait: (ms) => clock.advance(ms),
    now: () => clock.now(),
    fault: async () => {
      way.broken = true;
      return async () => {
        way.broken = false;
      };
    },
    close: () => shared.close(),
  };
}

/** One node's way to the shared object, with an end of its own; while the way is broken nothing comes through. */
export class Connection implements Distributed {
  readonly shared: Distributed;
  readonly #way: Way;
  #closed = false;

  constructor(shared: Distributed, way: Way) {
    this.shared = shared;
    this.#way = way;
  }

  async select(serviceName: string, appId: string, holdTimeMs: number): Promise<string> {
    return await this.#through(() => this.shared.select(serviceName, appId, holdTimeMs));
  }

  async claim(request: ClaimRequest): Promise<ClaimAnswer> {
    const answer = await this.#through(() => this.shared.claim(request));
    return answer.granted && answer.lease !== null ? { ...answer, lease: this.#leaseOf(answer.lease) } : answer;
  }

  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    const answer = await this.#through(() => this.shared.lease(request));
    return answer.granted ? { ...answer, lease: this.#leaseOf(answer.lease) } : answer;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #leaseOf(lease: Lease): Lease {
    return {
      token: lease.token,
      renew: (leaseMs: number) => this.#through(() => lease.renew(leaseMs)),
      release: (options?: ReleaseOptions) => this.#through(() => lease.release(options)),
    };
  }

  async #through<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    if (this.#closed) throw new DistributedUnavailableError("it was closed");
    if (this.#way.broken) throw new DistributedUnavailableError("it is broken", { cause: new Error("no way through") });
    return await ask();
  }
}
