import { InvalidScheduleError, cron } from "punctual";
import { describe, expect, it } from "vitest";
import { civilDay, civilTime, dayNumber, readingOf } from "../support/oracle/civil.js";
import { type PlainExpression, readExpression } from "../support/oracle/expression.js";
import { hasDate } from "../support/oracle/far.js";
import { focusAround } from "../support/oracle/focus.js";
import { POLICIES, type Policy, firesOf } from "../support/oracle/oracle.js";
import { PLACES } from "../support/oracle/places.js";
import { ExpressionMaker } from "../support/oracle/random-expression.js";
import { Random, SEED } from "../support/oracle/random.js";
import type { Transition } from "../support/oracle/transitions.js";
import { WallClock, offsetReader } from "../support/oracle/wall-clock.js";

const EXPRESSIONS = 60;
const DAY = 86_400;
/** A schedule of every second is walked over elsewhere. */
const MOST_FIRES = 10_000;

/** A midnight of the zone's wall clock. */
function midnight(zone: string, year: number, month: number, day: number): { zone: string; transition: Transition } {
  const reading = readingOf(year, month, day);
  const offset = offsetReader(zone)(reading);
  return { zone, transition: { at: reading - offset, offsetBefore: offset, offsetAfter: offset } };
}

/** Where clocks change, where they do not, New Year, which is no change at all, and the first and the last year. */
const WINDOWS = [
  ...PLACES,
  midnight("UTC", 2027, 1, 1),
  midnight("Asia/Kolkata", 2026, 6, 2),
  midnight("Pacific/Auckland", 2027, 1, 1),
  midnight("America/Los_Angeles", 2028, 2, 29),
  midnight("Europe/London", 1970, 1, 1),
  ...["UTC", "America/New_York", "Pacific/Kiritimati"].flatMap((zone) => [
    midnight(zone, 1, 1, 1),
    midnight(zone, 10_000, 1, 1),
  ]),
].map((window) => ({ ...window, when: new Date(window.transition.at * 1_000).toISOString() }));

interface Subject {
  readonly label: string;
  readonly expression: PlainExpression;
  readonly policy: Policy;
  readonly schedule: ReturnType<typeof cron>;
}

function subjectOf(maker: ExpressionMaker, zone: string, random: Random): Subject | null {
  const text = maker.expression();
  const expression = readExpression(text);
  const policy = random.pick(POLICIES);
  const label = `${JSON.stringify(text)} in ${zone}, policy ${policy}, seed ${SEED}`;
  if (hasDate(expression)) return { label, expression, policy, schedule: cron(text, { timezone: zone, dst: policy }) };
  expect(() => cron(text, { timezone: zone }), label).toThrow(InvalidScheduleError);
  return null;
}

function chain(step: (from: number) => number | null, begin: number, inside: (time: number) => boolean): number[] {
  const times: number[] = [];
  for (let time = step(begin); time !== null && inside(time); time = step(time)) times.push(time);
  return times;
}

describe("every fire time of three days, one from the other", () => {
  it.each(WINDOWS)("in $zone about $when", ({ zone, transition }) => {
    const random = new Random(SEED + transition.at);
    const clock = new WallClock(zone, transition.at - 1.5 * DAY, transition.at + 1.5 * DAY);
    const [from, to] = [clock.from * 1_000, clock.to * 1_000];
    const maker = new ExpressionMaker(random, focusAround(transition, random));
    for (let count = 0; count < EXPRESSIONS; ) {
      const subject = subjectOf(maker, zone, random);
      if (subject === null) continue;
      const { label, schedule } = subject;
      const fires = firesOf(clock, subject);
      if (fires.length > MOST_FIRES) continue;
      count++;
      const onwards = chain(
        (at) => schedule.next(at),
        from - 1,
        (time) => time < to,
      );
      expect({ label, fires: onwards }).toEqual({ label, fires });
      const back = chain(
        (at) => schedule.previous(at),
        to,
        (time) => time >= from,
      );
      expect({ label, fires: back.reverse() }).toEqual({ label, fires });
    }
  });
});

/** The readings at and beside the two ends of what the clock leaves out, or shows twice. */
function edgesOf({ at, offsetBefore, offsetAfter }: Transition): number[] {
  const low = at + Math.min(offsetBefore, offsetAfter);
  const high = at + Math.max(offsetBefore, offsetAfter);
  return [low - 1, low, low + 1, high - 1, high, high + 1];
}

/** The expression of one reading alone. */
function textOf(reading: number): string {
  const { hour, minute, second } = civilTime(reading);
  const { day, month, year } = civilDay(dayNumber(reading));
  return `${second} ${minute} ${hour} ${day} ${month} ? ${year}`;
}

describe("a single reading at the very edge of a gap or an overlap", () => {
  it.each(PLACES)("in $zone, $date", ({ zone, transition }) => {
    const clock = new WallClock(zone, transition.at - 2 * DAY, transition.at + 2 * DAY);
    for (const text of edgesOf(transition).map(textOf)) {
      for (const policy of POLICIES) {
        const schedule = cron(text, { timezone: zone, dst: policy });
        const fires = firesOf(clock, { expression: readExpression(text), policy });
        expect({ text, policy, fires: [...schedule.upcoming(clock.from * 1_000)] }).toEqual({ text, policy, fires });
      }
    }
  });
});

describe("next", () => {
  it.each(WINDOWS)("is the same from anywhere before it, in $zone about $when", ({ zone, transition }) => {
    const random = new Random(SEED - transition.at);
    const maker = new ExpressionMaker(random, focusAround(transition, random));
    for (let count = 0; count < EXPRESSIONS; count++) {
      const subject = subjectOf(maker, zone, random);
      const after = (transition.at + random.integer(-2 * DAY, 2 * DAY)) * 1_000;
      const next = subject?.schedule.next(after) ?? null;
      if (subject === null || next === null) continue;
      const { label, schedule } = subject;
      const asked = [after + random.fraction() * (next - after), (after + next) / 2, next - 1].map(Math.floor);
      expect({ label, next: asked.map((at) => schedule.next(at)) }).toEqual({ label, next: asked.map(() => next) });
    }
  });
});
