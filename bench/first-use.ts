import { ZONES } from "./corpus.js";
import type { Cell, Effort, FigureOf, Measured, Question, Side, Target } from "./question.js";
import { atMost, check, leftOutFor } from "./question.js";
import type { Read } from "./readers.js";
import { NOT_ASKED, knowsZones, READERS } from "./readers.js";
import { median } from "./statistics.js";

const EXPRESSION = "0 9 * * *";
const [FIRST_ZONE = "", , SECOND_ZONE = ""] = ZONES;
const START_MS = Date.UTC(2026, 6, 1);
const YEARS = Array.from({ length: 20 }, (_, index) => 2030 + index * 7);
const FAR_YEARS = [9_000, 9_001, 9_002, 9_003, 9_004];
const LABEL = "in a fresh process";
const INTL_ITSELF = "Intl itself, ms";
const EXPRESSION_MS = "first expression, in UTC, ms";
const FIRST = "first zone, ms";
const SECOND = "second zone, ms";
const YEAR = "a further year, ms";
const FAR_YEAR = "a far year, ms";

/**
 * An expression, a zone that nobody has asked for, another one, and then years that nobody has asked for, near and far. That
 * Intl must load its data before all that is no side's own cost.
 */
async function measure(side: string, load: () => Promise<Read>): Promise<Measured> {
  const read = await load();
  const figures: Record<string, number> = { [INTL_ITSELF]: loadIntl() };
  figures[EXPRESSION_MS] = firstTime(() => read(EXPRESSION, "UTC").first(START_MS, 1), "UTC", START_MS);
  figures[FIRST] = firstTime(() => read(EXPRESSION, FIRST_ZONE).first(START_MS, 1), FIRST_ZONE, START_MS);
  figures[SECOND] = firstTime(() => read(EXPRESSION, SECOND_ZONE).first(START_MS, 1), SECOND_ZONE, START_MS);
  const schedule = read(EXPRESSION, SECOND_ZONE);
  const notes: string[] = [];
  for (const [name, years] of [
    [YEAR, YEARS],
    [FAR_YEAR, FAR_YEARS],
  ] as const) {
    try {
      const starts = years.map((year) => Date.UTC(year, 6, 1));
      figures[name] = median(starts.map((start) => firstTime(() => schedule.first(start, 1), SECOND_ZONE, start)));
    } catch (error) {
      if (side === "punctual") throw error;
      notes.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { figures, notes };
}

/** How long it takes to be told the first 9 o'clock after an instant; which is looked up in Intl afterwards. */
function firstTime(ask: () => readonly number[], timeZone: string, start: number): number {
  const { value, ms } = timed(ask);
  const [time] = value;
  check(time !== undefined, `no time in ${timeZone} after ${new Date(start).toISOString()}`);
  const shown = new Intl.DateTimeFormat("en-GB", { timeZone, timeStyle: "medium" }).format(time);
  check(shown === "09:00:00" && time > start && time <= start + 25 * 3_600_000, `${shown} in ${timeZone}`);
  return ms;
}

function loadIntl(): number {
  return timed(() => new Intl.DateTimeFormat("en-US").format(START_MS)).ms;
}

/** What Intl alone takes to make a format of a zone and use it once. */
function limit(): Measured {
  const intl = loadIntl();
  const format = (timeZone: string): string =>
    new Intl.DateTimeFormat("en-US", { timeZone, hour: "numeric", year: "numeric" }).format(START_MS);
  const first = timed(() => format(FIRST_ZONE));
  const second = timed(() => format(SECOND_ZONE));
  return { figures: { [INTL_ITSELF]: intl, [FIRST]: first.ms, [SECOND]: second.ms } };
}

function timed<T>(work: () => T): { value: T; ms: number } {
  const start = performance.now();
  const value = work();
  return { value, ms: performance.now() - start };
}

const INTL = "limit (Intl)";
const sides: Record<string, Side> = {
  ...Object.fromEntries(
    Object.entries(READERS)
      .filter(([name]) => knowsZones(name))
      .map(([name, load]) => [name, () => measure(name, load)]),
  ),
  [INTL]: limit,
};

export const question: Question = {
  title: "what the first use of a time zone, and of a year in it, costs; lower is better",
  sides,
  cells: (): Cell[] => [
    ...Object.keys(sides).map((side) => ({ side, label: LABEL, settings: {} })),
    ...leftOutFor(LABEL, { ...NOT_ASKED, "cron-schedule": "knows no zones" }),
  ],
  repeats: (effort: Effort) => ({ full: 11, quick: 1, once: 1 })[effort],
  targets: (figure: FigureOf): Target[] => [
    atMost("first use of the first zone, ms", figure("punctual", LABEL, FIRST), 2),
    atMost("first use of a second zone, ms", figure("punctual", LABEL, SECOND), 2),
    atMost("a further year, ms", figure("punctual", LABEL, YEAR), 0.2),
    atMost("a far year (9000), ms", figure("punctual", LABEL, FAR_YEAR), 0.2),
  ],
  remarks: (results) => results.flatMap(({ side, notes }) => notes.map((note) => `${side}, ${note}`)),
};
