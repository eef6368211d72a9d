import type { Contestant } from "./contestants.js";
import { sidesOf } from "./contestants.js";
import type { Cell, Effort, FigureOf, Question, Side, Target } from "./question.js";
import { atMost } from "./question.js";
import { median } from "./statistics.js";
import { watchStarts } from "./watch-starts.js";

const FIRST = "due → last start, first burst of the process, ms";
const LATER = "the same, median of the later ones, ms";
const WORST = "the same, worst, ms";
const BLOCK = "longest block of the event loop, ms";

function side(contestant: Contestant): Side {
  return async ({ jobs, seconds }) => {
    const watched = await watchStarts(contestant, { jobs: Number(jobs), seconds: Number(seconds), watchLoop: true });
    const lastStarts = watched.log.lastStarts;
    return {
      figures: {
        [FIRST]: lastStarts[0] ?? Number.NaN,
        ...(lastStarts.length > 1 && { [LATER]: median(lastStarts.slice(1)), [WORST]: Math.max(...lastStarts) }),
        [BLOCK]: watched.longestBlockMs,
      },
      faults: watched.log.faults(),
    };
  };
}

const sides = sidesOf(side);

const MOST_JOBS: Readonly<Record<string, number>> = {
  punctual: 1e5,
  limit: 1e5,
  "cron-schedule": 1e5,
  croner: 1e4,
  "node-cron": 1e4,
};

const SIZES: Readonly<Record<Effort, readonly number[]>> = {
  full: [1e3, 1e4, 1e5],
  quick: [1e3, 1e4, 1e5],
  once: [1e3],
};
/** For how many seconds they are due: the first finds code that has never run, the others code that is compiled. */
const SECONDS: Readonly<Record<Effort, number>> = { full: 10, quick: 4, once: 1 };

function cells(effort: Effort): Cell[] {
  const slow = effort === "quick" ? ["croner", "node-cron"] : [];
  const left = effort === "once" ? ["croner", "node-cron"] : [];
  return SIZES[effort].flatMap((jobs) =>
    Object.keys(sides)
      .filter((name) => jobs <= (MOST_JOBS[name] ?? 0) && !left.includes(name) && !(slow.includes(name) && jobs > 1e3))
      .map((name) => ({ side: name, label: labelOf(jobs), settings: { jobs, seconds: SECONDS[effort] } })),
  );
}

function labelOf(jobs: number): string {
  return `${jobs.toLocaleString("en-US")} due each second`;
}

function targets(figure: FigureOf): Target[] {
  const of = (jobs: number, name: string, goal: number): Target =>
    atMost(`${labelOf(jobs)}: ${name}`, figure("punctual", labelOf(jobs), name), goal);
  return [
    ...[FIRST, LATER].flatMap((name) => [of(1e3, name, 5), of(1e4, name, 20), of(1e5, name, 200)]),
    of(1e5, WORST, 200),
    of(1e4, BLOCK, 10),
    of(1e5, BLOCK, 10),
  ];
}

export const question: Question = {
  title: "many jobs due at the same time; lower is better",
  sides,
  cells,
  repeats: (effort) => ({ full: 3, quick: 1, once: 1 })[effort],
  targets,
};
