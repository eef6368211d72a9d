import type { Contestant } from "./contestants.js";
import { redisSidesOf, sidesOf, TOO_SLOW } from "./contestants.js";
import type { Cell, Effort, FigureOf, Question, Side, Target } from "./question.js";
import { atMost, LATER_ONLY } from "./question.js";
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

const sides: Record<string, Side> = { ...sidesOf(side), ...redisSidesOf(side) };

/** More than that would only say that there are too many: they are minutes late, or not registered within one. */
const MOST_JOBS: Readonly<Record<string, number>> = {
  croner: 1e4,
  "toad-scheduler": 1e4,
  "node-cron": 1e4,
  cron: 1e4,
  cronosjs: 1e4,
  "node-schedule": 1e3,
  "punctual, Redis": 1e3,
  bullmq: 1e3,
};
const WHY: Readonly<Record<string, string>> = {
  croner: "out of memory at 4 GiB: 83 kB a job",
  "toad-scheduler": "out of memory at 4 GiB: 83 kB a job",
  "node-cron": "misses 99 % of its fires",
  cron: "misses 86 % of its fires",
  cronosjs: "cannot register them within a minute",
  "node-schedule": "starts last after 12 s at 10,000, and at 100,000 misses 99.9 %",
  "punctual, Redis": "10,000 claims each second are more than this machine answers in a second",
  bullmq: "at 1,000 its last start already comes after more than a second",
};

const SIZES: Readonly<Record<Effort, readonly number[]>> = {
  full: [1e3, 1e4, 1e5],
  quick: [1e4],
  once: [1e3],
};
/** For how many seconds they are due: the first finds code that has never run, the others code that is compiled. */
const SECONDS: Readonly<Record<Effort, number>> = { full: 10, quick: 2, once: 1 };

/** In less time: our own, the limit, and the peer that comes nearest. */
const QUICK = ["punctual", "limit", "cron-schedule"];

function cells(effort: Effort): Cell[] {
  return SIZES[effort].flatMap((jobs) =>
    [...Object.keys(sides), ...Object.keys(TOO_SLOW)].map((name) => {
      const leftOut = reasonAgainst(name, jobs, effort);
      return {
        side: name,
        label: labelOf(jobs),
        settings: { jobs, seconds: SECONDS[effort] },
        ...(leftOut !== undefined && { leftOut }),
      };
    }),
  );
}

function reasonAgainst(name: string, jobs: number, effort: Effort): string | undefined {
  if (TOO_SLOW[name] !== undefined) return TOO_SLOW[name];
  if (jobs > (MOST_JOBS[name] ?? Number.POSITIVE_INFINITY)) return WHY[name];
  return effort !== "full" && !QUICK.includes(name) ? LATER_ONLY : undefined;
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
  repeats: (effort) => ({ full: 2, quick: 1, once: 1 })[effort],
  targets,
};
