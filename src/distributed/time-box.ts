import type { Clock } from "../clock/clock.js";
import { DistributedUnavailableError } from "../errors.js";

/**
 * Waits for an answer so long and no longer. What comes late is handed to `late`, so that nothing that was granted is lost.
 * @throws DistributedUnavailableError when no answer came in time, or a failure did, whatever it was
 */
export function timeBoxed<Answer>(
  ask: () => Promise<Answer>,
  {
    clock,
    limitMs,
    late,
  }: { readonly clock: Clock; readonly limitMs: number; readonly late?: (answer: Answer) => void },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let over = false;
    const timer = clock.setTimer(limitMs, () => {
      over = true;
      reject(new DistributedUnavailableError(`there was no answer within ${limitMs} ms`));
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
          reject(cause instanceof DistributedUnavailableError ? cause : unavailable(cause));
        },
      );
  });
}

function unavailable(cause: unknown): DistributedUnavailableError {
  return new DistributedUnavailableError(String(cause), { cause });
}
