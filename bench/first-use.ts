import type { Effort, FigureOf, Measured, Question, Target } from "./question.js";
import { atMost, check } from "./question.js";
import { median } from "./statistics.js";

const EXPRESSION = "0 9 * * *";
const START_MS = Date.UTC(2026, 6, 1);
const FIRST = "first zone, ms";
const SECOND = "second zone, ms";
const YEAR = "a further year, ms";

/** In a fresh process: a zone that nobody has asked for, then another, then years further and further away. */
async function punctual(): Promise<Measured> {
  const { cron } = await import("punctual");
  const first = timed(() => cron(EXPRESSION, { timezone: "America/New_York" }).next(START_MS));
  const second = timed(() => cron(EXPRESSION, { timezone: "Australia/Lord_Howe" }).next(START_MS));
  const schedule = cron(EXPRESSION, { timezone: "Australia/Lord_Howe" });
  const years = Array.from({ length: 20 }, (_, index) => {
    const start = Date.UTC(2030 + index * 7, 6, 1);
    return timed(() => schedule.next(start)).ms;
  });
  check(first.value === Date.UTC(2026, 6, 1, 13), "09:00 in New York");
  check(second.value === START_MS + 22.5 * 3_600_000, "09:00 on Lord Howe");
  return { figures: { [FIRST]: first.ms, [SECOND]: second.ms, [YEAR]: median(years) } };
}

/** What Intl alone takes to make a format of a zone and use it once. */
function limit(): Measured {
  const format = (timeZone: string): string =>
    new Intl.DateTimeFormat("en-US", { timeZone, hour: "numeric", year: "numeric" }).format(START_MS);
  const first = timed(() => format("America/New_York"));
  const second = timed(() => format("Australia/Lord_Howe"));
  return { figures: { [FIRST]: first.ms, [SECOND]: second.ms } };
}

function timed<T>(work: () => T): { value: T; ms: number } {
  const start = performance.now();
  const value = work();
  return { value, ms: performance.now() - start };
}

const LABEL = "in a fresh process";

export const question: Question = {
  title: "what the first use of a time zone costs; lower is better",
  sides: { punctual, "limit (Intl)": limit },
  cells: () => ["punctual", "limit (Intl)"].map((side) => ({ side, label: LABEL, settings: {} })),
  repeats: (effort: Effort) => ({ full: 11, quick: 5, once: 1 })[effort],
  targets: (figure: FigureOf): Target[] => [
    atMost("first use of the first zone, ms", figure("punctual", LABEL, FIRST), 2),
    atMost("first use of a second zone, ms", figure("punctual", LABEL, SECOND), 2),
    atMost("a further year, ms", figure("punctual", LABEL, YEAR), 0.2),
  ],
};
