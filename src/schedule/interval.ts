import { InvalidOptionError } from "../errors.js";
import type { Duration } from "./duration.js";
import { durationText, parseDuration } from "./duration.js";
import { PureSchedule } from "./pure-schedule.js";
import type { Schedule, ScheduleOwner } from "./schedule.js";

/** From where an interval counts: `registration` of its job, the Unix `epoch`, or a given instant. */
export type IntervalAnchor = "registration" | "epoch" | Date | number;

/** Options of `every`. */
export interface IntervalOptions {
  /** @default "registration"; asked before any job has it, such an interval counts from the epoch */
  readonly anchor?: IntervalAnchor;
}

/** Fires at its anchor plus every whole multiple of its period, to the millisecond, whatever the wall clock shows. */
export class IntervalSchedule extends PureSchedule {
  readonly everyMs: number;
  /** Epoch milliseconds, or `null` until a job's registration gives it. */
  readonly anchorMs: number | null;
  readonly #fromRegistration: boolean;

  constructor(everyMs: number, anchorMs: number | null, fromRegistration: boolean = anchorMs === null) {
    super();
    this.everyMs = everyMs;
    this.anchorMs = anchorMs;
    this.#fromRegistration = fromRegistration;
  }

  next(afterMs: number): number | null {
    const anchor = this.anchorMs ?? 0;
    const next = anchor + (Math.floor((afterMs - anchor) / this.everyMs) + 1) * this.everyMs;
    return Number.isFinite(next) ? next : null;
  }

  override bind(owner: ScheduleOwner): Schedule {
    return this.anchorMs === null ? new IntervalSchedule(this.everyMs, owner.registeredAtMs, true) : this;
  }

  /** Two that count from their jobs' registrations are equal whenever those were. */
  equals(other: Schedule): boolean {
    if (!(other instanceof IntervalSchedule) || other.everyMs !== this.everyMs) return false;
    return this.#fromRegistration
      ? other.#fromRegistration
      : !other.#fromRegistration && other.anchorMs === this.anchorMs;
  }

  toString(): string {
    return `@every ${durationText(this.everyMs)}`;
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
