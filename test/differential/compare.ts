import type { Next } from "./peers.js";
import type { Window } from "./windows.js";

/** More fire times than these of a window are not looked at: `* * * * * *` would be all there is. */
const MOST = 150;

/** An instant at which one side fires and the other does not. */
export interface Difference {
  readonly instant: number;
  readonly firing: "ours" | "theirs";
}

/** The differences of two sides within a window, in order of time. */
export function differences(ours: Next, theirs: Next, window: Window): Difference[] {
  const mine = fireTimes(ours, window);
  const other = fireTimes(theirs, window);
  // Behind the last one that was looked at, nothing can be said.
  const end = Math.min(mine.end, other.end);
  const within = (times: readonly number[]): Set<number> => new Set(times.filter((time) => time <= end));
  const [a, b] = [within(mine.times), within(other.times)];
  const only = (set: Set<number>, not: Set<number>, firing: Difference["firing"]): Difference[] =>
    [...set].filter((instant) => !not.has(instant)).map((instant) => ({ instant, firing }));
  return [...only(a, b, "ours"), ...only(b, a, "theirs")].sort((x, y) => x.instant - y.instant);
}

function fireTimes(next: Next, { from, to }: Window): { times: number[]; end: number } {
  const times: number[] = [];
  let last = from;
  for (let time = next(from); time !== null && time < to; time = next(time)) {
    if (time <= last)
      throw new Error(`${new Date(time).toISOString()} does not come after ${new Date(last).toISOString()}`);
    if (times.length === MOST) return { times, end: last };
    times.push(time);
    last = time;
  }
  return { times, end: to };
}
