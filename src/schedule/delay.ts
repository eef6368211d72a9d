import { InvalidOptionError } from "../errors.js";
import type { Duration } from "./duration.js";
import { durationText, parseDuration } from "./duration.js";
import type { Schedule } from "./schedule.js";

/** Fires so long after the end of the run before, and the first time so long after its job's registration or start. */
export class DelaySchedule implements Schedule {
  readonly delayMs: number;
  readonly afterRun = true;

  constructor(delayMs: number) {
    this.delayMs = delayMs;
  }

  /** `runEndMs` plus the delay; not a sequence of its own, as the fire times depend on the runs. */
  next(runEndMs: number): number | null {
    return runEndMs + this.delayMs;
  }

  equals(other: Schedule): boolean {
    return other instanceof DelaySchedule && other.delayMs === this.delayMs;
  }

  toString(): string {
    return `@after ${durationText(this.delayMs)}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/**
 * A schedule that fires a fixed delay after the end of the job's run before, at least one millisecond.
 * @throws InvalidOptionError with code `INVALID_DURATION`
 */
export function after(delay: Duration): DelaySchedule {
  const delayMs = parseDuration(delay, "after");
  if (!(delayMs >= 1)) throw new InvalidOptionError("after", "at least 1 ms", delay, "INVALID_DURATION");
  return new DelaySchedule(Math.round(delayMs));
}
