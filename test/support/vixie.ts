import { parseExpression } from "./plain-cron.js";

/**
 * An independent reference for fire times: walks every minute of a window, reads the wall clock from Intl each time, and
 * applies vixie's rule as its manual words it. Slow and plain on purpose; shares nothing with src.
 */
export class WallClockWindow {
  readonly #minutes: { readonly instant: number; readonly wall: number }[] = [];

  constructor(timeZone: string, from: number, to: number) {
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      dateStyle: "short",
      timeStyle: "medium",
    });
    // Two days more before it: a reading may repeat one of the day before.
    for (let instant = from - 2 * 86_400_000; instant < to; instant += 60_000) {
      const [day, month, year, hour, minute] = format.format(instant).split(/\D+/).map(Number);
      const wall = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute);
      this.#minutes.push({ instant, wall });
    }
    this.from = from;
  }

  readonly from: number;

  /** The fire times of a 5-field expression within the window, at or after its begin. */
  fireTimes(expression: string): number[] {
    const { matches, fixed } = parseExpression(expression);
    const fires: number[] = [];
    let latest = Number.NEGATIVE_INFINITY;
    for (const { instant, wall } of this.#minutes) {
      const swallowed = fixed && latest > Number.NEGATIVE_INFINITY && anyBetween(latest, wall, matches);
      const shown = wall > latest || !fixed;
      if (instant >= this.from && (swallowed || (shown && matches(wall)))) fires.push(instant);
      latest = Math.max(latest, wall);
    }
    return fires;
  }
}

/** Whether a reading strictly between two matches: those that a gap swallowed. */
function anyBetween(after: number, before: number, matches: (wall: number) => boolean): boolean {
  for (let wall = after + 60_000; wall < before; wall += 60_000) if (matches(wall)) return true;
  return false;
}
