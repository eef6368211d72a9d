import { FIRST_DAY } from "./civil.js";
import type { Schedule, ScheduleOwner } from "./schedule.js";

/** No schedule of this package fires before it: the year 1 on every wall clock, in epoch milliseconds. */
const FIRST_MS = (FIRST_DAY - 2) * 86_400_000;

/** What every schedule of this package offers; all of it follows from `next` alone, so that nothing can contradict it. */
export abstract class PureSchedule implements Schedule {
  /** The first fire time strictly after `afterMs`, or `null`; epoch milliseconds. */
  abstract next(afterMs: number): number | null;

  /** Whether the other one has the same fire times by definition. */
  abstract equals(other: Schedule): boolean;

  /** The text that `parseSchedule` reads as this schedule, if it came from one. */
  abstract toString(): string;

  /** The schedule as one job has it; itself, where nothing depends on the job. */
  bind(_owner: ScheduleOwner): Schedule {
    return this;
  }

  /** The last fire time strictly before `beforeMs`, or `null`; epoch milliseconds. */
  previous(beforeMs: number): number | null {
    return previousFireTime(this, beforeMs);
  }

  /** The fire times strictly after `fromMs`, one after the other; often without end. */
  *upcoming(fromMs: number): Generator<number, void, undefined> {
    for (let time = this.next(fromMs); time !== null; time = this.next(time)) yield time;
  }

  /** Whether it fires at that instant (epoch milliseconds or a Date). */
  matches(instant: number | Date): boolean {
    const ms = Number(instant);
    return this.next(ms - 1) === ms;
  }

  toJSON(): unknown {
    return this.toString();
  }
}

/**
 * The last fire time strictly before an instant. `next` never goes back when its argument goes on, so this can be found
 * by asking it from further and further back, and then by halving what is left.
 */
function previousFireTime(schedule: Schedule, beforeMs: number): number | null {
  const nextBefore = (fromMs: number): number | null => {
    const time = schedule.next(fromMs);
    return time !== null && time < beforeMs ? time : null;
  };
  let found: number | null = null;
  for (let back = 1_000; found === null; back *= 4) {
    const from = beforeMs - back;
    if (!(from > FIRST_MS)) return lastIn(nextBefore, nextBefore(FIRST_MS), beforeMs);
    found = nextBefore(from);
  }
  return lastIn(nextBefore, found, beforeMs);
}

/** The last one of the fire times from `found` on. */
function lastIn(nextBefore: (fromMs: number) => number | null, found: number | null, endMs: number): number | null {
  let last = found;
  let end = endMs;
  for (let time = found; time !== null; time = nextBefore(last as number)) {
    last = time;
    const middle = Math.floor((last + end) / 2);
    const later = middle > last ? nextBefore(middle) : null;
    if (later === null) end = middle;
    else last = later;
  }
  return last;
}
