/**
 * The port: how nodes (schedulers, each with an `appId`) agree on which of them starts what. Every answer is about one
 * service: a distributed job's name, the same on all nodes.
 *
 * A method that cannot tell (the store is down, too slow, or has lost what it knew) rejects with a
 * `DistributedUnavailableError`; it never passes that off as "somebody else has it".
 */
export interface Distributed {
  /**
   * Elects a node for a service: the first that asks, for `holdTimeMs` from then on. Everybody who asks meanwhile, the
   * elected one included, gets the elected one's `appId`. With a hold time of 0 the elected node gives its office up.
   */
  select(serviceName: string, appId: string, holdTimeMs: number): Promise<string>;

  /**
   * Asks for the right to start one fire, in one atomic step. Granted, it raises the service's high-water mark to the fire
   * time, holds the service for the node, begins a lease, and gives the next token. Nothing is ever granted at or below the
   * mark, but for what a dead node has left unfinished (`maxAttempts`).
   */
  claim(request: ClaimRequest): Promise<ClaimAnswer>;

  /** Asks for a lease on a service without a fire: refused while anybody has one. */
  lease(request: LeaseRequest): Promise<LeaseAnswer>;

  /** Frees what the driver itself has opened. Doing it twice is harmless. */
  close(): Promise<void>;
}

/** Who asks to start what. Times without a unit in their name are epoch milliseconds. */
export interface ClaimRequest {
  readonly serviceName: string;
  readonly appId: string;
  readonly fireTime: number;
  /**
   * Names this asking: when an answer did not come, asking again by the same name gets the answer that was given, and is
   * never granted twice.
   */
  readonly claimId: string;
  /** For how long after this claim other nodes are refused; 0 for not at all. */
  readonly holdTimeMs: number;
  /** How long the lease lasts unless it is renewed; 0 for no lease. */
  readonly leaseMs: number;
  /** How many attempts a fire may have, when nodes die in the middle of it: 1 for no recovery. */
  readonly maxAttempts: number;
  /** Refused, for good, when the run that had this token, or a later one, has finished; `null` for no such condition. */
  readonly unlessFinished: number | null;
}

/** The fire may be started. */
export interface GrantedClaim {
  readonly granted: true;
  /** The fencing number: greater than all that were given for the service before. */
  readonly token: number;
  /** 1, or more when it goes on with what a dead node has left unfinished. */
  readonly attempt: number;
  /** `null` where none was asked for. */
  readonly lease: Lease | null;
}

/** Why a claim is refused. */
export type RefusalReason =
  /** This fire, or a later one, was claimed before. */
  | "claimed"
  /** Another node holds the service, or a run of it goes on. This fire is not claimed by that. */
  | "held"
  /** The fire lies ahead of the store's clock by more than is allowed. This fire is not claimed by that. */
  | "skew";

/** The fire may not be started, or not now. */
export interface RefusedClaim {
  readonly granted: false;
  readonly reason: RefusalReason;
  /** The node that is in the way, where that is known. */
  readonly holder: string | null;
  /** After which time asking again may be answered differently; `null` for never. */
  readonly retryAfterMs: number | null;
  /** The token of the run that is in the way; `null` where it is none. */
  readonly runToken: number | null;
  /**
   * A fire that has to be claimed before this one: a dead node has left it unfinished, or a hold has kept another node from
   * starting it; `null` for none.
   */
  readonly unfinished: number | null;
}

export type ClaimAnswer = GrantedClaim | RefusedClaim;

/** Who asks for a lease on what. */
export interface LeaseRequest {
  readonly serviceName: string;
  readonly appId: string;
  readonly leaseMs: number;
}

/** The lease was given. */
export interface GrantedLease {
  readonly granted: true;
  readonly token: number;
  readonly lease: Lease;
}

/** Somebody else has it. */
export interface RefusedLease {
  readonly granted: false;
  readonly holder: string | null;
  readonly retryAfterMs: number;
}

export type LeaseAnswer = GrantedLease | RefusedLease;

/** A right that ends by itself: for one acquisition, whoever has the service afterwards, even under the same `appId`. */
export interface Lease {
  readonly token: number;
  /** Makes it last `leaseMs` from now on; `false` when it had ended, and then it changes nothing. Throws after `release`. */
  renew(leaseMs: number): Promise<boolean>;
  /**
   * Gives it back; when it had ended, or was given back before, it changes nothing. `finished: false` leaves the fire to
   * those who recover it.
   */
  release(options?: ReleaseOptions): Promise<void>;
}

/** Options of `lease.release`. */
export interface ReleaseOptions {
  /** Whether the run has come to its end, well or not. @default true */
  readonly finished?: boolean;
}
