import type { ClaimAnswer, ClaimRequest, Distributed, Lease, LeaseAnswer, LeaseRequest } from "punctual";
import { MemoryDistributed } from "punctual";
import type { Ledger } from "./ledger.js";
import type { Life } from "./life.js";
import type { TrueTime } from "./true-time.js";

/** What a lease is at the store, behind the handle that a node has. */
export interface StoreLease {
  renew(leaseMs: number): Promise<boolean>;
  release(finished: boolean): Promise<void>;
}

/** The store that all nodes share: the reference driver on the true clock, and a witness of what it grants. */
export class Store {
  /** Which start of it this is; it knows nothing of earlier ones. */
  generation = 0;
  readonly #ledger: Ledger;
  readonly #time: TrueTime;
  readonly #origin: number;
  #memory: Distributed;

  constructor(time: TrueTime, ledger: Ledger, origin: number) {
    this.#time = time;
    this.#ledger = ledger;
    this.#origin = origin;
    this.#memory = this.#empty();
  }

  restartEmpty(): void {
    this.generation++;
    this.#memory = this.#empty();
  }

  select(serviceName: string, appId: string, holdTimeMs: number): Promise<string> {
    return this.#memory.select(serviceName, appId, holdTimeMs);
  }

  async claim(life: Life, request: ClaimRequest): Promise<ClaimAnswer> {
    const answer = await this.#memory.claim(request);
    if (answer.granted) this.#ledger.granted(life, request, answer);
    else this.#ledger.refused(life, request, answer);
    return answer;
  }

  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    return await this.#memory.lease(request);
  }

  /** What the store does for the handle of a lease: an earlier start's leases it does not know. */
  leaseOf(lease: Lease): StoreLease {
    const { generation } = this;
    return {
      renew: async (leaseMs) => {
        // A renewal may come after the release that was sent after it.
        const renewed = this.generation === generation && (await lease.renew(leaseMs).catch(() => false));
        if (renewed) this.#ledger.renewed(lease.token, leaseMs);
        return renewed;
      },
      release: async (finished) => {
        if (this.generation !== generation) return;
        await lease.release({ finished });
        this.#ledger.released(lease.token, finished);
      },
    };
  }

  #empty(): Distributed {
    const time = this.#time;
    const now = (): number => this.#origin + time.now;
    return new MemoryDistributed({
      clock: { now, monotonic: () => time.now, setTimer: (delayMs, ring) => time.after(delayMs, ring) },
    });
  }
}
