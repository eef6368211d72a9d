import { PunctualError } from "../errors.js";
import { checkLeaseMs } from "./checks.js";
import type { Lease, ReleaseOptions } from "./distributed.js";

/** What a driver does about one acquisition at its store. */
export interface LeaseCalls {
  /** Whether the lease was still there, and now lasts that long. */
  renew(leaseMs: number): Promise<boolean>;
  release(finished: boolean): Promise<void>;
}

/** The handle of one acquisition, for every driver: given back once, and then of no more use. */
export class StateLease implements Lease {
  readonly token: number;
  readonly #calls: LeaseCalls;
  #released = false;
  #known = false;

  constructor(token: number, calls: LeaseCalls) {
    this.token = token;
    this.#calls = calls;
  }

  async renew(leaseMs: number): Promise<boolean> {
    checkLeaseMs(leaseMs);
    if (this.#released) throw new PunctualError("LEASE_RELEASED", "a lease that was given back cannot be renewed");
    return await this.#calls.renew(leaseMs);
  }

  async release({ finished = true }: ReleaseOptions = {}): Promise<void> {
    if (this.#known) return;
    this.#released = true;
    // When this fails, giving back may be tried again.
    await this.#calls.release(finished);
    this.#known = true;
  }
}
