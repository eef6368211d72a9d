import { brief, drawing, line, rule, scaleOf, text, WIDTH } from "./svg.js";

export interface Series {
  readonly name: string;
  /** Size and cost, in the order of sizes. */
  readonly points: readonly (readonly [number, number])[];
}

const LEFT = 60;
const RIGHT = 24;
const TOP = 44;
const HEIGHT = 220;

/** What something costs as something grows; both on log scales, so that what is flat is level, and what doubles is seen. */
export function linePlot(title: string, sizes: string, series: readonly Series[]): string {
  const points = series.flatMap((one) => one.points);
  const xs = points.map(([size]) => Math.log10(size));
  const [first, last] = [Math.min(...xs), Math.max(...xs)];
  // At least from a tenth to ten times, or noise would look like growth.
  const costs = points.map(([, cost]) => cost).filter((cost) => cost > 0);
  const scale = scaleOf([Math.min(...costs) / 3, Math.max(...costs) * 10]);
  const x = (size: number): number =>
    LEFT + ((WIDTH - LEFT - RIGHT) * (Math.log10(size) - first)) / Math.max(last - first, 1);
  const y = (cost: number): number => TOP + HEIGHT * (1 - scale.at(cost));
  const ticks = [...new Set(points.map(([size]) => size))];
  const bottom = TOP + HEIGHT;
  const marks = [
    ...scale.ticks.flatMap((tick) => [
      rule(LEFT, y(tick), WIDTH - RIGHT, y(tick)),
      text(LEFT - 6, y(tick) + 4, brief(tick), "text small", "end"),
    ]),
    ...ticks.map((tick) => text(x(tick), bottom + 16, brief(tick), "text small", "middle")),
    text(WIDTH / 2, bottom + 34, sizes, "text small", "middle"),
    ...series.flatMap((one, index) => plotted(one, index, bottom, x, y)),
  ];
  return drawing(title, bottom + 48 + 18 * series.length, marks);
}

function plotted(
  { name, points }: Series,
  index: number,
  bottom: number,
  x: (size: number) => number,
  y: (cost: number) => number,
): string[] {
  const kind = `c${index % 4}`;
  const row = bottom + 52 + 18 * index;
  const key = `<circle class="${kind}" cx="${LEFT + 4}" cy="${row - 4}" r="4"/>`;
  const at = points.map(([size, cost]) => [x(size), y(cost)] as const);
  const values = points.map(([size, cost]) => text(x(size), y(cost) - 8, brief(cost), "text small", "middle"));
  return [line(at, kind), key, text(LEFT + 14, row, name, "text small"), ...values];
}
