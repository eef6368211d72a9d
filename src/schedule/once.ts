import { InvalidOptionError } from "../errors.js";
import type { Schedule } from "./schedule.js";

/** Fires at one instant and never again. */
export class OnceSchedule implements Schedule {
  readonly atMs: number;

  constructor(atMs: number) {
    this.atMs = atMs;
  }

  next(afterMs: number): number | null {
    return afterMs < this.atMs ? this.atMs : null;
  }

  toString(): string {
    return new Date(this.atMs).toISOString();
  }
}

/**
 * A schedule that fires once, at `instant` (a Date or epoch milliseconds).
 * @throws InvalidOptionError when it is not a time
 */
export function at(instant: Date | number): OnceSchedule {
  const atMs = Number(instant);
  if (Number.isFinite(atMs) && Math.abs(atMs) <= 8.64e15) return new OnceSchedule(atMs);
  throw new InvalidOptionError("at", "a valid Date or epoch milliseconds", instant);
}
