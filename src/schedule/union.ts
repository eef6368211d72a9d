import { PureSchedule } from "./pure-schedule.js";
import type { Schedule, ScheduleOwner } from "./schedule.js";
import { sameSchedule } from "./schedule.js";

/** Fires whenever one of its parts does; once where several do. */
export class UnionSchedule extends PureSchedule {
  readonly parts: readonly Schedule[];
  readonly atStart: boolean;

  constructor(parts: readonly Schedule[]) {
    super();
    this.parts = parts;
    this.atStart = parts.some((part) => part.atStart === true);
  }

  next(afterMs: number): number | null {
    let first: number | null = null;
    for (const part of this.parts) {
      const time = part.next(afterMs);
      if (time !== null && (first === null || time < first)) first = time;
    }
    return first;
  }

  override bind(owner: ScheduleOwner): Schedule {
    return new UnionSchedule(this.parts.map((part) => part.bind?.(owner) ?? part));
  }

  equals(other: Schedule): boolean {
    if (!(other instanceof UnionSchedule) || other.parts.length !== this.parts.length) return false;
    return this.parts.every((part, index) => sameSchedule(part, other.parts[index] as Schedule));
  }

  toString(): string {
    return `union(${this.parts.map(String).join(", ")})`;
  }

  /** An array, as `addCronCommand` takes one. */
  override toJSON(): unknown {
    return this.parts;
  }
}
