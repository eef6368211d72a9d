import type { Contestant } from "./contestants.js";
import { sidesOf, TOO_SLOW } from "./contestants.js";
import type { Cell, Effort, FigureOf, Question, Side, Target } from "./question.js";
import { atMost, ratio } from "./question.js";
import { percentile } from "./statistics.js";
import { watchStarts } from "./watch-starts.js";

const JOBS = 1_000;
const P99 = "p99, ms";
const TOGETHER = "1,000 jobs, all due at each whole second";
const SPREAD = "1,000 jobs, each at a millisecond of its own";

function side(contestant: Contestant): Side {
  return async ({ seconds, spread }) => {
    const options = { jobs: JOBS, seconds: Number(seconds), spread: spread === "yes" };
    const { log } = await watchStarts(contestant, options);
    return {
      figures: {
        "p50, ms": percentile(log.lateness, 50),
        [P99]: percentile(log.lateness, 99),
        "most, ms": percentile(log.lateness, 100),
      },
      faults: log.faults(),
    };
  };
}

const sides = sidesOf(side);

function cells(effort: Effort): Cell[] {
  const seconds = { full: 10, quick: 5, once: 1 }[effort];
  const together = Object.keys(sides)
    .slice(0, effort === "once" ? 2 : undefined)
    .map((name) => ({
      side: name,
      label: TOGETHER,
      settings: { seconds, spread: "no" },
    }));
  // Peers know whole seconds only.
  const spread = ["punctual", "limit"].map((name) => ({
    side: name,
    label: SPREAD,
    settings: { seconds, spread: "yes" },
  }));
  return [...together, ...spread];
}

export const question: Question = {
  title: "how much later than their fire time jobs start; lower is better",
  sides,
  cells,
  repeats: (effort) => ({ full: 3, quick: 1, once: 1 })[effort],
  targets: (figure: FigureOf): Target[] =>
    [TOGETHER, SPREAD].map((label) =>
      atMost(`${label}: p99, × the limit`, ratio(figure("punctual", label, P99), figure("limit", label, P99)), 1.1),
    ),
};
