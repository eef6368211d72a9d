import { type RunContext, Scheduler, cron } from "punctual";
import { ManualClock } from "punctual/testing";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type Expected, PLACES, type Place, expectedAt } from "../support/oracle/places.js";

const HOURS = 2;
const MINUTE_MS = 60_000;
let restarts = 0;

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly all: readonly Expected[];
}

function stretchOf(place: Place): Stretch {
  const from = place.transition.at - HOURS * 3_600;
  const to = place.transition.at + HOURS * 3_600;
  return { fromMs: from * 1_000, toMs: to * 1_000, all: expectedAt(place, from, to) };
}

/** What an uninterrupted run fires after the begin, the end included. */
function uninterrupted({ fires }: Expected, { fromMs, toMs }: Stretch): number[] {
  return fires.filter((fire) => fire > fromMs && fire <= toMs);
}

/** Starts anew every `everyMs`, and keeps what falls before the next start. */
function restarted(text: string, timezone: string, { fromMs, toMs }: Stretch, everyMs: number): number[] {
  const fires: number[] = [];
  for (let start = fromMs; start < toMs; start += everyMs) {
    restarts++;
    const end = Math.min(start + everyMs, toMs);
    const schedule = cron(text, { timezone });
    for (let fire = schedule.next(start); fire !== null && fire <= end; fire = schedule.next(fire)) fires.push(fire);
  }
  return fires;
}

const started: Scheduler[] = [];

/** Fires with a scheduler's jobs, one for each text; `fired` says, by text, when. */
function schedulerAt(
  clock: ManualClock,
  texts: readonly string[],
  zone: string,
  fired: Map<string, number[]>,
): Scheduler {
  const scheduler = new Scheduler({ clock, timezone: zone });
  started.push(scheduler);
  for (const text of texts) {
    const times = fired.get(text) ?? [];
    fired.set(text, times);
    scheduler.addCronCommand(text, (run: RunContext) => void times.push(run.fireTime ?? Number.NaN), { name: text });
  }
  return scheduler.start();
}

type Way = (
  clock: ManualClock,
  texts: readonly string[],
  zone: string,
  minutes: number,
) => Promise<Map<string, number[]>>;

const WAYS: Readonly<Record<string, Way>> = {
  "never stopped": async (clock, texts, zone, minutes) => {
    const fired = new Map<string, number[]>();
    const scheduler = schedulerAt(clock, texts, zone, fired);
    await clock.advance(minutes * MINUTE_MS);
    await scheduler.stop();
    return fired;
  },
  "a new one each minute": async (clock, texts, zone, minutes) => {
    const fired = new Map<string, number[]>();
    for (let minute = 0; minute < minutes; minute++) {
      const scheduler = schedulerAt(clock, texts, zone, fired);
      await clock.advance(MINUTE_MS);
      await scheduler.stop();
    }
    return fired;
  },
  "stopped and started each minute": async (clock, texts, zone, minutes) => {
    const fired = new Map<string, number[]>();
    const scheduler = schedulerAt(clock, texts, zone, fired);
    for (let minute = 0; minute < minutes; minute++) {
      await clock.advance(MINUTE_MS);
      await scheduler.stop();
      scheduler.start();
    }
    await scheduler.stop();
    return fired;
  },
};

afterEach(async () => {
  await Promise.all(started.splice(0).map((scheduler) => scheduler.stop({ grace: 0, killGrace: 0 })));
});

afterAll(() => console.log(`restart: ${restarts} restarts of a schedule`));

describe("a schedule that is asked anew", () => {
  it.each(PLACES)("each minute, $zone, $date", (place) => {
    const stretch = stretchOf(place);
    for (const expected of stretch.all) {
      const { text, zone } = expected;
      const whole = { text, zone, fires: uninterrupted(expected, stretch) };
      for (const everyMs of [MINUTE_MS, 61_500]) {
        expect({ text, zone, fires: restarted(text, zone, stretch, everyMs) }).toEqual(whole);
      }
    }
  });
});

describe("a scheduler", () => {
  it.each(PLACES.flatMap((place) => Object.entries(WAYS).map(([way, run]) => ({ ...place, way, run }))))(
    "$way, $zone, $date",
    async ({ way: _, run, ...place }) => {
      const stretch = stretchOf(place);
      const clock = new ManualClock(stretch.fromMs);
      const fired = await run(
        clock,
        stretch.all.map(({ text }) => text),
        place.zone,
        HOURS * 120,
      );
      for (const expected of stretch.all) {
        const fires = fired.get(expected.text);
        expect({ text: expected.text, fires }).toEqual({
          text: expected.text,
          fires: uninterrupted(expected, stretch),
        });
      }
    },
  );
});
