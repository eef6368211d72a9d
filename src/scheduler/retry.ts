/** How a failed attempt is followed by another one, complete. */
export interface RetrySettings {
  /** How many attempts a run has at most, the first included. */
  readonly attempts: number;
  readonly backoff: "fixed" | "exponential";
  /** The wait before the second attempt; `exponential` doubles it for each one after that. */
  readonly delayMs: number;
  /** The longest wait. */
  readonly maxDelayMs: number;
  /** Whether a wait is spread at random over zero to its whole length, so that a crowd does not come back at once. */
  readonly jitter: "full" | "none";
  /** Whether an error is worth another attempt. */
  readonly retryIf: ((error: unknown) => boolean) | null;
  /** Whether an attempt may begin after the job's next fire time. */
  readonly pastNextFire: boolean;
}

/** What a decision about a failed attempt goes by. */
export interface FailedAttempt {
  /** Its number, from 1 on. */
  readonly attempt: number;
  readonly error: unknown;
  readonly now: number;
  /** The job's next fire time, or `null`. */
  readonly nextFireTime: number | null;
  /** A number from 0 to 1, for the jitter. */
  readonly random: number;
}

/**
 * How long to wait before the next attempt, or `null` to give up. Full jitter as in Marc Brooker, "Exponential Backoff And
 * Jitter" (AWS Architecture Blog, 2015). A `retryIf` that throws gives up: its error is the caller's to report.
 */
export function retryDelay(settings: RetrySettings, failed: FailedAttempt): number | null {
  const { attempts, backoff, delayMs, maxDelayMs, jitter, retryIf, pastNextFire } = settings;
  if (failed.attempt >= attempts) return null;
  if (retryIf !== null && !retryIf(failed.error)) return null;
  // Beyond some thirty attempts the power would be Infinity, and Infinity times 0 is not a number.
  const factor = backoff === "exponential" ? 2 ** Math.min(failed.attempt - 1, 52) : 1;
  const longest = Math.min(delayMs * factor, maxDelayMs);
  const delay = jitter === "full" ? Math.round(longest * failed.random) : longest;
  const tooLate = !pastNextFire && failed.nextFireTime !== null && failed.now + delay >= failed.nextFireTime;
  return tooLate ? null : delay;
}
