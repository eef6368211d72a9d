/** What part of a lease is left to end a run in: its holder stops trusting it so much before its end. */
const MARGIN = 1 / 5;
/** A lease is renewed so many times in its length: two renewals may fail. */
const RENEWALS = 3;

/** How long before a lease's end its holder stops acting on it: the time that ending a run may take. */
export function marginMs(leaseMs: number): number {
  return leaseMs * MARGIN;
}

/**
 * Until when its holder may act on a lease, by the holder's monotonic clock. Counted from before the question was sent: the
 * store began to count later, however late the answer came.
 */
export function trustedUntil(askedAtMs: number, leaseMs: number): number {
  return askedAtMs + leaseMs - marginMs(leaseMs);
}

/** How long after one question for renewal the next one is due. */
export function renewAfterMs(leaseMs: number): number {
  return leaseMs / RENEWALS;
}
