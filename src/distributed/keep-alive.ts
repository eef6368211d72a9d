import type { Clock, ClockTimer } from "../clock/clock.js";
import { PunctualError } from "../errors.js";
import type { Lease } from "./distributed.js";
import { renewAfterMs, trustedUntil } from "./trust.js";

/** What is to be kept alive, and who is told when that fails. */
export interface KeepAliveOptions {
  readonly lease: Lease;
  readonly leaseMs: number;
  /** When the lease was asked for, by the monotonic clock. */
  readonly askedAtMs: number;
  readonly clock: Clock;
  /** Called once, at the latest when trust ends: before the lease does, so that there is time left to end the run in. */
  readonly lost: (error: PunctualError) => void;
}

/** A function that never ends, and that a stop has given up, must not keep the process alive by its lease. */
const UNREF = { ref: false } as const;

/** Renews a lease while a run goes on, and tells when it can be trusted no more. */
export class KeepAlive {
  readonly #options: KeepAliveOptions;
  #trustedUntil = 0;
  #trustTimer: ClockTimer | null = null;
  #renewTimer: ClockTimer | null = null;
  #over = false;

  constructor(options: KeepAliveOptions) {
    this.#options = options;
    this.#trust(options.askedAtMs);
    this.#renewLater(options.askedAtMs);
  }

  get token(): number {
    return this.#options.lease.token;
  }

  /** Gives the lease back; `finished: false` when others may go on with what was begun. */
  async release(finished: boolean): Promise<void> {
    this.#end();
    await this.#options.lease.release({ finished });
  }

  #trust(askedAtMs: number): void {
    const { clock, leaseMs } = this.#options;
    // An answer to an earlier question may come after that to a later one.
    this.#trustedUntil = Math.max(this.#trustedUntil, trustedUntil(askedAtMs, leaseMs));
    this.#trustTimer?.cancel();
    this.#trustTimer = clock.setTimer(this.#trustedUntil - clock.monotonic(), () => this.#look(), UNREF);
  }

  #look(): void {
    const leftMs = this.#trustedUntil - this.#options.clock.monotonic();
    // A timer may ring a little early.
    if (leftMs > 0) this.#trustTimer = this.#options.clock.setTimer(leftMs, () => this.#look(), UNREF);
    else this.#lost("it could not be renewed in time");
  }

  #renewLater(askedAtMs: number): void {
    const { clock, leaseMs } = this.#options;
    const delayMs = askedAtMs + renewAfterMs(leaseMs) - clock.monotonic();
    this.#renewTimer = clock.setTimer(Math.max(1, delayMs), () => this.#renew(), UNREF);
  }

  /** Does not wait for its answer before it asks again: an answer may never come. */
  #renew(): void {
    const { clock, lease, leaseMs } = this.#options;
    const askedAtMs = clock.monotonic();
    this.#renewLater(askedAtMs);
    lease.renew(leaseMs).then(
      (renewed) => {
        if (this.#over) return;
        if (renewed) this.#trust(askedAtMs);
        else this.#lost("it had ended");
      },
      // Trust ends by itself, unless a later question is answered.
      () => {},
    );
  }

  #lost(why: string): void {
    if (this.#over) return;
    this.#end();
    this.#options.lost(new PunctualError("LEASE_LOST", `the lease of token ${this.token} was lost: ${why}`));
  }

  #end(): void {
    this.#over = true;
    this.#trustTimer?.cancel();
    this.#renewTimer?.cancel();
  }
}
