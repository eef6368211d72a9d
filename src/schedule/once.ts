import { InvalidOptionError } from "../errors.js";
import { PureSchedule } from "./pure-schedule.js";
import type { Schedule } from "./schedule.js";

/** The furthest instant that a Date can hold, in epoch milliseconds. */
export const MAX_INSTANT_MS = 8.64e15;

/** Fires at one instant and never again. */
export class OnceSchedule extends PureSchedule {
  readonly atMs: number;

  constructor(atMs: number) {
    super();
    this.atMs = atMs;
  }

  next(afterMs: number): number | null {
    return afterMs < this.atMs ? this.atMs : null;
  }

  equals(other: Schedule): boolean {
    return other instanceof OnceSchedule && other.atMs === this.atMs;
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
  return new OnceSchedule(instantMs(instant, "at"));
}

/** Epoch milliseconds of an instant. @throws InvalidOptionError when it is not a time */
export function instantMs(instant: Date | number, path: string): number {
  const ms = instant instanceof Date || typeof instant === "number" ? Number(instant) : Number.NaN;
  if (Math.abs(ms) <= MAX_INSTANT_MS) return ms;
  throw new InvalidOptionError(path, "a valid Date or epoch milliseconds", instant);
}
