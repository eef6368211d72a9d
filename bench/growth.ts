import { GROWING } from "./growing.js";
import type { Cell, Effort, FigureOf, Question, Result, Settings, Side, Target } from "./question.js";
import { atMost } from "./question.js";

/** A cost per unit that is flat or logarithmic in size does not double when the size grows tenfold; noise included. */
const MOST_TIMES = 2;

const sides: Record<string, Side> = {
  punctual: ({ what, size }: Settings) => {
    const series = GROWING.find((one) => one.what === what);
    if (series === undefined) throw new Error(`nothing is known of ${what}`);
    return series.measure(Number(size));
  },
};

function labelOf(what: string, size: number, unit: string): string {
  return `${what}: ${size.toLocaleString("en-US")} ${unit}`;
}

function cells(effort: Effort): Cell[] {
  return GROWING.flatMap(({ what, unit, sizes }) =>
    sizes[effort].map((size) => ({
      side: "punctual",
      label: labelOf(what, size, unit),
      settings: { what, unit, size },
    })),
  );
}

/** For each figure, by how much it was multiplied by each tenfold growth. */
function factors(figure: FigureOf, { what, unit, figures, sizes }: (typeof GROWING)[number]): [string, number[]][] {
  return figures.map((name) => {
    const asked = [...new Set(Object.values(sizes).flat())].sort((a, b) => a - b);
    const costs = asked.flatMap((size) => figure("punctual", labelOf(what, size, unit), name) ?? []);
    return [name, costs.slice(1).map((cost, index) => cost / (costs[index] as number))];
  });
}

function targets(figure: FigureOf): Target[] {
  return GROWING.flatMap((series) =>
    factors(figure, series).flatMap(([name, found]) =>
      found.length === 0
        ? []
        : [atMost(`${series.what}, ${name}: × for ten times the ${series.unit}`, Math.max(...found), MOST_TIMES)],
    ),
  );
}

function remarks(results: readonly Result[]): string[] {
  const figure: FigureOf = (side, label, name) =>
    results.find((result) => result.side === side && result.label === label)?.figures[name];
  return GROWING.flatMap((series) => [
    ...factors(figure, series).map(
      ([name, found]) => `${series.what}, ${name}: × ${found.map((factor) => factor.toFixed(2)).join(", × ")}`,
    ),
    `${series.what}: ${series.why}`,
  ]);
}

export const question: Question = {
  title: "what each unit costs as something grows tenfold; lower is better, level is best",
  sides,
  cells,
  repeats: (effort) => ({ full: 2, quick: 1, once: 1 })[effort],
  targets,
  remarks,
};
