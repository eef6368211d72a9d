/**
 * The oracle: fire times by walking over what a wall clock shows, as docs/cron.md words it. Slow and plain on purpose, and
 * independent of src.
 */
import type { PlainExpression } from "./expression.js";
import type { ShownMinute, Span, WallClock } from "./wall-clock.js";

export type Policy = "vixie" | "skip" | "both";
export const POLICIES: readonly Policy[] = ["vixie", "skip", "both"];

export interface PlainSchedule {
  readonly expression: PlainExpression;
  readonly policy: Policy;
}

/** The first fire time strictly after `afterMs` in the window, epoch milliseconds; `null` when the window has none. */
export function nextIn(clock: WallClock, schedule: PlainSchedule, afterMs: number): number | null {
  const first = Math.max(Math.floor(afterMs / 1_000) + 1, clock.from);
  for (let index = clock.indexAt(first); index < clock.minutes.length; index++) {
    for (const fire of firesIn(clock.minutes[index], schedule)) if (fire >= first) return fire * 1_000;
  }
  return null;
}

/** The last fire time strictly before `beforeMs` in the window; `null` when the window has none. */
export function previousIn(clock: WallClock, schedule: PlainSchedule, beforeMs: number): number | null {
  const last = Math.min(Math.ceil(beforeMs / 1_000), clock.to) - 1;
  for (let index = clock.indexAt(last); index >= 0; index--) {
    const fires = firesIn(clock.minutes[index], schedule).filter((fire) => fire <= last && fire >= clock.from);
    const fire = fires.at(-1);
    if (fire !== undefined) return fire * 1_000;
  }
  return null;
}

/** Whether the second that contains the instant is a fire time. */
export function firesAt(clock: WallClock, schedule: PlainSchedule, instantMs: number): boolean {
  const second = Math.floor(instantMs / 1_000);
  return firesIn(clock.minutes[clock.indexAt(second)], schedule).includes(second);
}

/** Every fire time of the window, in order. */
export function firesOf(clock: WallClock, schedule: PlainSchedule): number[] {
  const fires = clock.minutes.flatMap((minute) => firesIn(minute, schedule));
  return fires.filter((fire) => fire >= clock.from).map((fire) => fire * 1_000);
}

const NONE: readonly number[] = [];

/** The seconds of one shown minute at which the schedule fires. */
function firesIn(shown: ShownMinute | undefined, { expression, policy }: PlainSchedule): readonly number[] {
  if (shown === undefined) return NONE;
  const { reading, from, to, span } = shown;
  const atGapsEnd = from === span.from && endsGap(span, expression, policy);
  const wanted = expression.matchesTime(shown.hour, shown.minute) && expression.matchesDay(shown.dayNumber);
  if (!wanted && !atGapsEnd) return NONE;
  const seconds: number[] = [];
  for (let second = from; second < to; second++) {
    const shows = second + span.offset;
    const comesTwice = shows <= span.shown;
    const counts = !comesTwice || !expression.fixed || policy === "both";
    if (wanted && counts && expression.matchesSecond(shows - reading)) seconds.push(second);
    else if (atGapsEnd && second === from) seconds.push(second);
  }
  return seconds;
}

/** Whether a fixed time fires at the begin of the span because the gap before it held one of its readings. */
function endsGap(span: Span, expression: PlainExpression, policy: Policy): boolean {
  if (!expression.fixed || policy === "skip" || span.shown === Number.NEGATIVE_INFINITY) return false;
  const end = span.from + span.offset;
  for (let reading = span.shown + 1; reading < end; reading++) {
    if (expression.matches(reading)) return true;
    // Seconds matter only in a minute that matches.
    if (!expression.matchesMinute(reading)) reading = Math.floor(reading / 60) * 60 + 59;
  }
  return false;
}
