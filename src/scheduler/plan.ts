import { PunctualError } from "../errors.js";
import type { Schedule } from "../schedule/schedule.js";
import { jitterOf } from "./jitter.js";

/** What becomes of fire times that were missed: dropped, made up for once (as of the latest), or each made up for. */
export type MisfirePolicy = "skip" | "fireOnce" | "fireAll";

/** The settings that a plan follows. */
export interface PlanSettings {
  readonly misfire: MisfirePolicy;
  /** How late a fire may start and still count as on time. */
  readonly graceMs: number;
  /** How far back missed fire times are looked for. */
  readonly catchUpWindowMs: number;
  /** How many missed fire times `fireAll` makes up for; the latest count. */
  readonly maxCaughtUp: number;
  readonly jitterMs: number;
}

/** A job, as far as a plan needs to know it. */
export interface PlannedJob {
  readonly name: string;
  readonly schedule: Schedule;
  readonly settings: PlanSettings;
}

/** What to do about an entry that has come due. */
export interface Plan {
  /** Fire times to start, oldest first. */
  readonly fires: readonly number[];
  /** Fire times found later than the grace, oldest first; those that the policy makes up for stand in `fires` too. */
  readonly missed: readonly number[];
  /** Missed, too long ago to be listed: the first of them, or `null`. */
  readonly missedBefore: number | null;
  /** The first fire time that is not yet to start, or `null` when the schedule has ended. */
  readonly next: number | null;
  /** When that one is to start: later by its jitter. */
  readonly nextStart: number | null;
}

const NOTHING: readonly number[] = [];

/** Decides, for an entry whose fire time `due` has come, what fires, what was missed, and what is next. */
export function planFires(due: number, job: PlannedJob, now: number): Plan {
  const { schedule, settings } = job;
  if (schedule.afterRun === true) return planDelayed(due, job, now);
  const afterDue = nextOf(schedule, due);
  const lateBy = now - startOf(job, due, afterDue);
  if (lateBy <= settings.graceMs && (afterDue === null || afterDue > now)) {
    return { fires: [due], missed: NOTHING, missedBefore: null, ...upcoming(job, afterDue) };
  }
  const onTime: number[] = [];
  const missed: number[] = [];
  const windowStart = windowStartOf(settings, now);
  let time: number | null = due < windowStart ? nextOf(schedule, windowStart - 1) : due;
  while (time !== null && time <= now) {
    const following = nextOf(schedule, time);
    const start = startOf(job, time, following);
    if (start > now) break;
    (now - start <= settings.graceMs ? onTime : missed).push(time);
    time = following;
  }
  const missedBefore = due < windowStart ? due : null;
  return { fires: caughtUp(missed, onTime, settings), missed, missedBefore, ...upcoming(job, time) };
}

/** From when on missed fire times are looked at; never less than what counts as on time. */
export function windowStartOf({ catchUpWindowMs, graceMs }: PlanSettings, now: number): number {
  return now - Math.max(catchUpWindowMs, graceMs);
}

/** When a fire is to start, given the fire time after it. */
function startOf({ name, settings }: PlannedJob, fireTime: number, following: number | null): number {
  return settings.jitterMs === 0 ? fireTime : fireTime + jitterOf(name, fireTime, following, settings.jitterMs);
}

/** A fire time and when it is to start. */
export function upcoming(job: PlannedJob, next: number | null): Pick<Plan, "next" | "nextStart"> {
  if (next === null || job.settings.jitterMs === 0) return { next, nextStart: next };
  const following = job.schedule.afterRun === true ? null : nextOf(job.schedule, next);
  return { next, nextStart: startOf(job, next, following) };
}

/** One fire at most, whatever has passed: the next one is known when its run has ended. */
function planDelayed(due: number, job: PlannedJob, now: number): Plan {
  const { misfire, graceMs, catchUpWindowMs } = job.settings;
  const lateBy = now - startOf(job, due, null);
  const late = lateBy > graceMs;
  const forgotten = lateBy > Math.max(catchUpWindowMs, graceMs);
  const fires = forgotten || (late && misfire === "skip") ? NOTHING : [due];
  const missed = late && !forgotten ? [due] : NOTHING;
  const next = fires.length > 0 ? null : nextOf(job.schedule, now);
  return { fires, missed, missedBefore: forgotten ? due : null, ...upcoming(job, next) };
}

function caughtUp(missed: readonly number[], onTime: readonly number[], settings: PlanSettings): readonly number[] {
  const { misfire, maxCaughtUp } = settings;
  if (misfire === "fireAll") return [...missed.slice(-maxCaughtUp), ...onTime];
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
