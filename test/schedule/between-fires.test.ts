import { cron } from "punctual";
import { afterAll, describe, expect, it } from "vitest";
import { type Expected, PLACES, type Place, expectedAt } from "../support/oracle/places.js";
import { Random, SEED } from "../support/oracle/random.js";

const HOURS = 1;
const SHUFFLED = 5_000;
/** Next is asked at every second; these, which cost as much again, are asked now and then. */
const HALF_SECOND_EACH = 7_000;
const PREVIOUS_EACH = 5_000;
let asked = 0;

type Schedule = ReturnType<typeof cron>;
/** Told what is to be answered: the fires after and before the instant. */
type Ask = (at: number, next: number | null, previous: number | null) => void;

function windowOf({ transition: { at } }: Place): [from: number, to: number] {
  return [at - HOURS * 3_600, at + HOURS * 3_600];
}

/** Goes along the fires as an instant passes them: from `from` to `to`, in steps; all in milliseconds. */
function eachInstant({ fires }: Expected, from: number, to: number, step: number, ask: Ask): void {
  let index = 0;
  for (let at = from; at < to; at += step) {
    while ((fires[index] ?? Number.POSITIVE_INFINITY) <= at) index++;
    const before = fires[index - 1] === at ? index - 2 : index - 1;
    ask(at, fires[index] ?? null, fires[before] ?? null);
  }
}

function askNext(schedule: Schedule, expected: Expected, at: number, next: number | null): void {
  asked++;
  const got = schedule.next(at);
  if (got !== next) fail("next", expected, at, next, got);
}

function askPrevious(schedule: Schedule, expected: Expected, at: number, previous: number | null): void {
  asked++;
  const got = schedule.previous(at);
  if (got !== previous) fail("previous", expected, at, previous, got);
}

function fail(what: string, { text, zone }: Expected, at: number, expected: number | null, got: number | null): never {
  const [instant, right, wrong] = [at, expected, got].map((ms) => (ms === null ? "null" : new Date(ms).toISOString()));
  throw new Error(`${text} in ${zone}, seed ${SEED}: ${what}(${instant})\n  expected ${right}\n  got      ${wrong}`);
}

describe(`next and previous, at every second of ${HOURS} hours before and after`, () => {
  afterAll(() => console.log(`between fires: ${asked} instants`));

  it.each(PLACES)("$zone, $date", { timeout: 60_000 }, (place) => {
    const [from, to] = windowOf(place);
    const all = expectedAt(place, from, to);
    for (const expected of all) {
      const schedule = cron(expected.text, { timezone: expected.zone });
      const next: Ask = (at, fire) => askNext(schedule, expected, at, fire);
      eachInstant(expected, from * 1_000, to * 1_000, 1_000, next);
      eachInstant(expected, from * 1_000 + 500, to * 1_000, HALF_SECOND_EACH, next);
      eachInstant(expected, from * 1_000, to * 1_000, PREVIOUS_EACH, (at, _, fire) => {
        askPrevious(schedule, expected, at, fire);
      });
    }
    expect(all.length).toBeGreaterThanOrEqual(36);
  });

  it.each(PLACES)("$zone, $date: in any order", (place) => {
    const random = new Random(SEED + place.transition.at);
    const [from, to] = windowOf(place);
    const questions: (() => void)[] = [];
    const all = expectedAt(place, from, to);
    for (const expected of all) {
      eachInstant(expected, from * 1_000, to * 1_000, 500, (at, next, previous) => {
        if (!random.chance(SHUFFLED / all.length / HOURS / 14_400)) return;
        questions.push(() => {
          // With blanks it is a text of its own, so that little is remembered of earlier questions.
          const schedule = cron(" ".repeat(random.integer(0, 3)) + expected.text, { timezone: place.zone });
          if (random.chance(0.5)) askNext(schedule, expected, at, next);
          else askPrevious(schedule, expected, at, previous);
        });
      });
    }
    for (const ask of random.shuffled(questions)) ask();
    expect(questions.length).toBeGreaterThan(SHUFFLED / 2);
  });
});
