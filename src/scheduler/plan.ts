import { PunctualError } from "../errors.js";
import type { Schedule } from "../schedule/schedule.js";

/** What becomes of fire times that were missed: dropped, made up for once (as of the latest), or each made up for. */
export type MisfirePolicy = "skip" | "fireOnce" | "fireAll";

/** The settings that a plan follows. */
export interface PlanSettings {
  readonly misfire: MisfirePolicy;
  /** How late a fire may start and still count as on time. */
  readonly graceMs: number;
  /** How far back missed fire times are looked for. */
  readonly catchUpWindowMs: number;
}

/** What to do about an entry that has come due. */
export interface Plan {
  /** Fire times to start, oldest first. */
  readonly fires: readonly number[];
  /** Fire times found later than the grace, oldest first; those that the policy makes up for stand in `fires` too. */
  readonly missed: readonly number[];
  /** Missed, too long ago to be listed: the first of them, or `null`. */
  readonly missedBefore: number | null;
  /** The first fire time after now, or `null` when the schedule has ended. */
  readonly next: number | null;
}

/** How many missed fire times `fireAll` makes up for at most; the latest count. */
export const MOST_CAUGHT_UP = 100;
const NOTHING: readonly number[] = [];

/** Decides, for an entry whose fire time `due` has come, what fires, what was missed, and what is next. */
export function planFires(due: number, schedule: Schedule, now: number, settings: PlanSettings): Plan {
  if (schedule.afterRun === true) return planDelayed(due, schedule, now, settings);
  const afterDue = nextOf(schedule, due);
  if (now - due <= settings.graceMs && (afterDue === null || afterDue > now)) {
    return { fires: [due], missed: NOTHING, missedBefore: null, next: afterDue };
  }
  const onTime: number[] = [];
  const missed: number[] = [];
  const windowStart = now - Math.max(settings.catchUpWindowMs, settings.graceMs);
  let time: number | null = due < windowStart ? nextOf(schedule, windowStart - 1) : due;
  while (time !== null && time <= now) {
    (now - time <= settings.graceMs ? onTime : missed).push(time);
    time = nextOf(schedule, time);
  }
  const missedBefore = due < windowStart ? due : null;
  return { fires: caughtUp(missed, onTime, settings.misfire), missed, missedBefore, next: time };
}

/** One fire at most, whatever has passed: the next one is known when its run has ended. */
function planDelayed(due: number, schedule: Schedule, now: number, settings: PlanSettings): Plan {
  const late = now - due > settings.graceMs;
  const forgotten = now - due > Math.max(settings.catchUpWindowMs, settings.graceMs);
  const fires = forgotten || (late && settings.misfire === "skip") ? NOTHING : [due];
  return {
    fires,
    missed: late && !forgotten ? [due] : NOTHING,
    missedBefore: forgotten ? due : null,
    next: fires.length > 0 ? null : nextOf(schedule, now),
  };
}

function caughtUp(missed: readonly number[], onTime: readonly number[], misfire: MisfirePolicy): readonly number[] {
  if (misfire === "fireAll") return [...missed.slice(-MOST_CAUGHT_UP), ...onTime];
  // One fire that is on time makes up for the missed ones as well: the latest counts.
  if (misfire === "fireOnce" && onTime.length === 0) return missed.slice(-1);
  return onTime;
}

/**
 * The schedule's next fire time, checked: a schedule of the user's that stands still would fire for ever.
 * @throws PunctualError with code `SCHEDULE_FAILED`, also when the schedule throws
 */
export function nextOf(schedule: Schedule, after: number): number | null {
  let next: number | null;
  try {
    next = schedule.next(after);
  } catch (cause) {
    throw new PunctualError("SCHEDULE_FAILED", `schedule.next(${after}) threw: ${String(cause)}`, { cause });
  }
  if (next === null || (Number.isFinite(next) && next > after)) return next;
  const message = `schedule.next(${after}): expected a later time or null, given ${String(next)}`;
  throw new PunctualError("SCHEDULE_FAILED", message);
}
