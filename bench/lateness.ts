import type { Contestant } from "./contestants.js";
import { sidesOf } from "./contestants.js";
import type { Cell, Effort, FigureOf, Question, Side, Target } from "./question.js";
import { atMost, LATER_ONLY, ratio } from "./question.js";
import { percentile } from "./statistics.js";
import { watchStarts } from "./watch-starts.js";

const JOBS = 1_000;
const P99 = "p99, ms";
const TOGETHER = "1,000 jobs, all due at each whole second";
const UNDER_LOAD = "1,000 jobs at each whole second, while the process computes 2 ms of every 10";
const SPREAD = "1,000 jobs, each at a millisecond of its own";

function side(contestant: Contestant): Side {
  return async ({ seconds, spread, load }) => {
    if (load === "yes") compute();
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

/** 2 ms of every 10, for as long as the process lives. */
function compute(): void {
  setInterval(() => {
    const end = performance.now() + 2;
    while (performance.now() < end);
  }, 10);
}

const sides = sidesOf(side);

function cells(effort: Effort): Cell[] {
  const seconds = { full: 10, quick: 2, once: 1 }[effort];
  const together = Object.keys(sides).map((name, index) => ({
    side: name,
    label: TOGETHER,
    settings: { seconds, spread: "no" },
    ...(index >= { full: Number.POSITIVE_INFINITY, quick: 2, once: 2 }[effort] && { leftOut: LATER_ONLY }),
  }));
  // Peers know whole seconds only.
  const spread = ["punctual", "limit"].map((name) => ({
    side: name,
    label: SPREAD,
    settings: { seconds, spread: "yes" },
  }));
  // The process computes for a fifth of the time.
  const load = ["punctual", "limit", "cron-schedule", "croner"].map((name) => ({
    side: name,
    label: UNDER_LOAD,
    settings: { seconds, spread: "no", load: "yes" },
    ...(effort !== "full" && { leftOut: LATER_ONLY }),
  }));
  return [...together, ...spread, ...load];
}

export const question: Question = {
  title: "how much later than their fire time jobs start; lower is better",
  sides,
  cells,
  repeats: (effort) => ({ full: 2, quick: 1, once: 1 })[effort],
  targets: (figure: FigureOf): Target[] =>
    [TOGETHER, SPREAD, UNDER_LOAD].map((label) =>
      atMost(`${label}: p99, × the limit`, ratio(figure("punctual", label, P99), figure("limit", label, P99)), 1.1),
    ),
};
