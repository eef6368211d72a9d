import { InvalidOptionError } from "../errors.js";
import type { Duration } from "./duration.js";
import { parseDuration } from "./duration.js";
import type { Schedule, ScheduleOwner } from "./schedule.js";

/** From where an interval counts: `registration` of its job, the Unix `epoch`, or a given instant. */
export type IntervalAnchor = "registration" | "epoch" | Date | number;

/** Options of `every`. */
export interface IntervalOptions {
  /** @default "registration"; asked before any job has it, such an interval counts from the epoch */
  readonly anchor?: IntervalAnchor;
}

/** Fires at its anchor plus every whole multiple of its period, to the millisecond, whatever the wall clock shows. */
export class IntervalSchedule implements Schedule {
  readonly everyMs: number;
  /** Epoch milliseconds, or `null` until a job's registration gives it. */
  readonly anchorMs: number | null;

  constructor(everyMs: number, anchorMs: number | null) {
    this.everyMs = everyMs;
    this.anchorMs = anchorMs;
  }

  next(afterMs: number): number | null {
    const anchor = this.anchorMs ?? 0;
    return anchor + (Math.floor((afterMs - anchor) / this.everyMs) + 1) * this.everyMs;
  }

  bind(owner: ScheduleOwner): Schedule {
    return this.anchorMs === null ? new IntervalSchedule(this.everyMs, owner.registeredAtMs) : this;
  }

  toString(): string {
    return `@every ${this.everyMs}ms`;
  }
}

/**
 * A schedule that fires every so often, at least one millisecond apart.
 * @throws InvalidOptionError with code `INVALID_DURATION` or `INVALID_OPTION`
 */
export function every(duration: Duration, options: IntervalOptions = {}): IntervalSchedule {
  const everyMs = parseDuration(duration, "every");
  if (!(everyMs >= 1)) throw new InvalidOptionError("every", "at least 1 ms", duration, "INVALID_DURATION");
  return new IntervalSchedule(Math.round(everyMs), anchorMsOf(options.anchor ?? "registration"));
}

function anchorMsOf(anchor: IntervalAnchor): number | null {
  if (anchor === "registration") return null;
  const ms = anchor === "epoch" ? 0 : Number(anchor);
  if (Number.isFinite(ms)) return ms;
  throw new InvalidOptionError("anchor", '"registration", "epoch", a Date or epoch milliseconds', anchor);
}
