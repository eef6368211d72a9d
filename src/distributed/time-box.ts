import type { Clock } from "../clock/clock.js";
import { DistributedUnavailableError, PunctualError } from "../errors.js";

/** How long an answer is waited for. */
export interface TimeBox<Answer> {
  readonly clock: Clock;
  readonly limitMs: number;
  readonly late?: (answer: Answer) => void;
  /** What is thrown. @default a DistributedUnavailableError */
  readonly failure?: (message: string, cause?: unknown) => PunctualError;
}

/**
 * Waits for an answer so long and no longer. What comes late is handed to `late`, so that nothing that was granted is lost.
 * @throws PunctualError when no answer came in time, or a failure did, whatever it was
 */
export function timeBoxed<Answer>(
  ask: () => Promise<Answer>,
  { clock, limitMs, late, failure = unavailable }: TimeBox<Answer>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let over = false;
    const timer = clock.setTimer(limitMs, () => {
      over = true;
      reject(failure(`there was no answer within ${limitMs} ms`));
    });
    // A driver may throw at once.
    Promise.resolve()
      .then(ask)
      .then(
        (value) => {
          timer.cancel();
          if (over) late?.(value);
          else resolve(value);
        },
        (cause: unknown) => {
          timer.cancel();
          reject(
            cause instanceof PunctualError && cause.code === failure("").code ? cause : failure(String(cause), cause),
          );
        },
      );
  });
}

function unavailable(message: string, cause?: unknown): PunctualError {
  return new DistributedUnavailableError(message, cause === undefined ? {} : { cause });
}
