import { expect, it } from "vitest";
import { Checker } from "../support/oracle/checker.js";
import { Random, SEED } from "../support/oracle/random.js";
import { type Transition, someInstant, transitionsOf, yearsWithTransitions } from "../support/oracle/transitions.js";

const CASES = 1_000_000;
const WINDOWS = 20;
const INSTANTS = 8;
const zones = Intl.supportedValuesOf("timeZone");
const expressions = Math.ceil(CASES / zones.length / WINDOWS / INSTANTS);

/** A change of the clock in one of the years, or any instant of a year that has none. */
function inYear(zone: string, year: number, random: Random): Transition {
  const transitions = transitionsOf(zone, year);
  return transitions.length > 0 ? random.pick(transitions) : someInstant(zone, year, random);
}

/** Years in which the zone's clock changes, most of them before 2100; and some of all that can be, changes or not. */
function someYears(zone: string, random: Random): number[] {
  const known = [...yearsWithTransitions(zone, 1_850, 1_850, 2_100)];
  return Array.from({ length: WINDOWS }, () =>
    random.weighted<number>([
      [7, () => (known.length > 0 ? random.pick(known) : random.integer(1_850, 2_100))],
      [2, () => random.integer(2_100, 9_998)],
      [1, () => random.integer(2, 1_900)],
    ]),
  );
}

it("next, previous and matches agree with a walk over the wall clock, a million times", () => {
  const random = new Random(SEED);
  const checker = new Checker(random, 0.02);
  for (const zone of zones) {
    for (const year of someYears(zone, random)) checker.check(zone, inYear(zone, year, random), expressions, INSTANTS);
  }
  console.log(`oracle, long: ${checker.summary()}`);
  expect(checker.cases).toBeGreaterThanOrEqual(CASES);
});
