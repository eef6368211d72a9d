import type { Clock } from "../clock/clock.js";
import { readBootId } from "../machine/boot-id.js";

/** A clock that all processes of one machine read alike, from one start of the machine to the next. */
export interface BootClock {
  /** Names this start of the machine: times of another one say nothing. */
  readonly bootId: string;
  /** Milliseconds from an origin that is the same for all processes; not set by anybody, and it never goes back. */
  nowMs(): number;
}

/** The machine's. Where it does not say when it was started, the wall clock has to do. */
export function machineBootClock(clock: Clock): BootClock {
  const bootId = readBootId();
  if (bootId === null) return { bootId: "wall-clock", nowMs: () => clock.now() };
  // Node reads the system's monotonic clock here, as it is: `performance.now` counts from the start of the process.
  return { bootId, nowMs: () => Number(process.hrtime.bigint()) / 1e6 };
}
