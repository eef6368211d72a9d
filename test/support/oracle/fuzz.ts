import { InvalidOptionError, InvalidScheduleError, cron, parseSchedule } from "punctual";
import { GarbageMaker } from "./garbage.js";
import { Random, SEED } from "./random.js";

const SLOW_MS = 250;
const ASKED = [0, -1, Date.UTC(2026, 2, 8, 6, 59, 59), Date.UTC(9_999, 0, 1)];

interface Fuzzed {
  readonly texts: number;
  readonly schedules: number;
  readonly slowestMs: number;
  readonly line: string;
}

/** Gives so many texts to both readers; throws at the first that does anything but be read, or refused as it should. */
export function fuzz(texts: number): Fuzzed {
  const maker = new GarbageMaker(new Random(SEED));
  let schedules = 0;
  let slowest = { ms: 0, text: "" };
  for (let count = 0; count < texts; count++) {
    const text = maker.text();
    const options = count % 2 === 0 ? {} : { timezone: "America/New_York", jobName: "fuzz" };
    for (const read of [parseSchedule, cron]) {
      const ms = timed(() => {
        if (survives(read, text, options)) schedules++;
      }, text);
      if (ms > slowest.ms) slowest = { ms, text };
    }
  }
  const slow = `slowest ${slowest.ms.toFixed(1)} ms (${shown(slowest.text)}, ${slowest.text.length} characters)`;
  return { texts, schedules, slowestMs: slowest.ms, line: `${texts} texts, ${schedules} read, ${slow}, seed ${SEED}` };
}

/** The time of one reading; of a slow one the best of three, for the machine may have been busy elsewhere. */
function timed(act: () => void, text: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && best > SLOW_MS; tries++) {
    const start = performance.now();
    act();
    best = Math.min(best, performance.now() - start);
  }
  if (best > SLOW_MS) throw new Error(`${best.toFixed(0)} ms for ${shown(text)}, seed ${SEED}`);
  return best;
}

type Read = typeof parseSchedule | typeof cron;
type Options = NonNullable<Parameters<typeof cron>[1]>;

function survives(read: Read, text: string, options: Options): boolean {
  const schedule = readOrRefuse(read, text, options);
  if (schedule === null) return false;
  const again = parseSchedule(String(schedule), options);
  for (const instant of ASKED) {
    const [first, second] = [schedule.next(instant), again.next(instant)];
    if (first === second) continue;
    const given = `${read.name}(${shown(text)}), seed ${SEED}`;
    throw new Error(`${given}: next(${instant}) is ${first}, but ${second} of its text ${shown(String(schedule))}`);
  }
  return true;
}

function readOrRefuse(read: Read, text: string, options: Options): ReturnType<Read> | null {
  try {
    return read(text, options);
  } catch (error) {
    const given = `${read.name}(${shown(text)}), seed ${SEED}`;
    if (error instanceof InvalidOptionError) return null;
    if (!(error instanceof InvalidScheduleError)) throw new Error(`${given} threw ${error}`, { cause: error });
    const { position } = error;
    if (Number.isInteger(position) && position >= 0 && position <= text.length) return null;
    throw new Error(`${given}: position ${position} is not in the text of ${text.length} characters`, { cause: error });
  }
}

function shown(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
