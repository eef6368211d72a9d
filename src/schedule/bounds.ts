import { InvalidOptionError } from "../errors.js";
import { PureSchedule } from "./pure-schedule.js";
import type { Schedule, ScheduleOwner } from "./schedule.js";
import { sameSchedule } from "./schedule.js";

/** The fire times of a schedule from one instant on and before another. */
export class BetweenSchedule extends PureSchedule {
  readonly source: Schedule;
  readonly fromMs: number;
  readonly toMs: number;
  readonly atStart: boolean;
  readonly afterRun: boolean;

  constructor(source: Schedule, fromMs: number, toMs: number) {
    super();
    this.source = source;
    this.atStart = source.atStart === true;
    this.afterRun = source.afterRun === true;
    this.fromMs = fromMs;
    this.toMs = toMs;
  }

  next(afterMs: number): number | null {
    const time = this.source.next(Math.max(afterMs, this.fromMs - 1));
    return time !== null && time < this.toMs ? time : null;
  }

  override bind(owner: ScheduleOwner): Schedule {
    return new BetweenSchedule(this.source.bind?.(owner) ?? this.source, this.fromMs, this.toMs);
  }

  equals(other: Schedule): boolean {
    if (!(other instanceof BetweenSchedule) || !sameSchedule(this.source, other.source)) return false;
    return other.fromMs === this.fromMs && other.toMs === this.toMs;
  }

  toString(): string {
    return `between(${this.source}, ${new Date(this.fromMs).toISOString()}, ${new Date(this.toMs).toISOString()})`;
  }
}

/** The first so many fire times of a schedule after an instant, or after its job's registration. */
export class LimitedSchedule extends PureSchedule {
  readonly source: Schedule;
  readonly count: number;
  readonly fromMs: number | null;
  #lastMs: number | null = null;

  constructor(source: Schedule, count: number, fromMs: number | null) {
    super();
    this.source = source;
    this.count = count;
    this.fromMs = fromMs;
  }

  /** @throws InvalidOptionError when it has neither an instant to count from nor a job */
  next(afterMs: number): number | null {
    if (this.fromMs === null)
      throw new InvalidOptionError("limit.from", "an instant to count from, outside a job", null);
    this.#lastMs ??= this.#last(this.fromMs);
    const time = this.source.next(Math.max(afterMs, this.fromMs));
    return time !== null && time <= this.#lastMs ? time : null;
  }

  /** The last of the counted fire times. */
  #last(fromMs: number): number {
    let last = fromMs;
    for (let n = 0; n < this.count; n++) {
      const time = this.source.next(last);
      if (time === null) break;
      last = time;
    }
    return last;
  }

  override bind(owner: ScheduleOwner): Schedule {
    const source = this.source.bind?.(owner) ?? this.source;
    return new LimitedSchedule(source, this.count, this.fromMs ?? owner.registeredAtMs);
  }

  equals(other: Schedule): boolean {
    if (!(other instanceof LimitedSchedule) || !sameSchedule(this.source, other.source)) return false;
    return other.count === this.count && other.fromMs === this.fromMs;
  }

  toString(): string {
    return `limit(${this.source}, ${this.count})`;
  }
}
