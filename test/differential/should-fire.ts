import type { PlainExpression } from "./plain-reader.js";
import type { WallClock } from "./wall-clock.js";

/** Whether docs/cron.md has an expression fire at an instant (policy `vixie`), told from that instant's wall clock alone. */
export function shouldFire(expression: PlainExpression, clock: WallClock, instant: number): boolean {
  const wall = clock.read(instant);
  if (!expression.fixedTime) return expression.matches(wall);
  const latest = clock.latestBefore(instant);
  if (wall > latest && expression.matches(wall)) return true;
  for (let swallowed = latest + 1_000; swallowed < wall; swallowed += 1_000) {
    if (expression.matches(swallowed)) return true;
  }
  return false;
}
