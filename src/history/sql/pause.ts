import { SystemClock } from "../../clock/system-clock.js";

// Not a clock of the caller's: one that only moves when it is told to would never let a piece of work go on.
const clock = new SystemClock();

/** Lets everything else of the process have its turn, for so long at least. */
export function pause(ms = 0): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(ms, resolve);
  });
}
