import fc from "fast-check";
import { cron } from "punctual";
import { expect, it } from "vitest";
import { expressions } from "../support/expressions.js";
import { WallClockWindow } from "../support/vixie.js";

const DAY = 86_400_000;
const zones = ["America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Gaza", "America/Boa_Vista", "UTC"];

it("next agrees with a walk over the wall clock, in random weeks of a century", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 36_500 }),
      fc.array(expressions, { minLength: 30, maxLength: 30 }),
      (timezone, day, all) => {
        const from = Date.UTC(1970, 0, 1) + day * DAY;
        const to = from + 7 * DAY;
        const reference = new WallClockWindow(timezone, from, to);
        for (const expression of all) {
          const schedule = cron(expression, { timezone });
          const times: number[] = [];
          for (let time = schedule.next(from - 1); time !== null && time < to; time = schedule.next(time))
            times.push(time);
          expect({ timezone, from, expression, times }).toEqual({
            timezone,
            from,
            expression,
            times: reference.fireTimes(expression),
          });
        }
      },
    ),
    { numRuns: 400 },
  );
});
