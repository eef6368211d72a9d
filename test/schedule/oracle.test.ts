import { expect, it } from "vitest";
import { Checker } from "../support/oracle/checker.js";
import { Random, SEED } from "../support/oracle/random.js";
import { type Transition, someInstant, transitionsOf, yearsWithTransitions } from "../support/oracle/transitions.js";

const FIRST_YEAR = 1_850;
const LAST_YEAR = 2_100;
const EXPRESSIONS = 25;
const INSTANTS = 2;

/** A change of the zone's clock in the first year from a random one on that has any; else some instant. */
function someTransition(zone: string, random: Random): Transition {
  const start = random.integer(FIRST_YEAR, LAST_YEAR);
  for (const year of yearsWithTransitions(zone, start, FIRST_YEAR, LAST_YEAR)) {
    const transitions = transitionsOf(zone, year);
    if (transitions.length > 0) return random.pick(transitions);
  }
  return someInstant(zone, start, random);
}

it("next, previous and matches agree with a walk over the wall clock, in every zone", { timeout: 120_000 }, () => {
  const random = new Random(SEED);
  const checker = new Checker(random, 0.02);
  for (const zone of Intl.supportedValuesOf("timeZone")) {
    checker.check(zone, someTransition(zone, random), EXPRESSIONS, INSTANTS);
  }
  console.log(`oracle: ${checker.summary()}`);
  expect(checker.cases).toBeGreaterThanOrEqual(20_000);
});
