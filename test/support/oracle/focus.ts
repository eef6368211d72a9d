import { civilDay, civilTime, dayNumber } from "./civil.js";
import type { Focus } from "./random-expression.js";
import type { Random } from "./random.js";
import type { Transition } from "./transitions.js";

/** Readings about which an expression may speak to meet a change of the clock: its edges, and some inside and beside it. */
export function focusAround({ at, offsetBefore, offsetAfter }: Transition, random: Random): Focus[] {
  const edges = [at + offsetBefore, at + offsetAfter];
  const low = Math.min(...edges);
  const high = Math.max(...edges);
  const inside = Array.from({ length: 6 }, () => random.integer(low, high));
  const beside = Array.from({ length: 3 }, () => random.integer(low - 7_200, high + 7_200));
  return [...edges, low - 1, high - 1, high + 1, ...inside, ...beside].map(focus);
}

function focus(reading: number): Focus {
  return { ...civilDay(dayNumber(reading)), ...civilTime(reading) };
}
