import { bar, brief, drawing, rule, scaleOf, text, WIDTH } from "./svg.js";

export interface Bar {
  readonly side: string;
  readonly value: number;
}
export interface BarGroup {
  readonly label: string;
  readonly bars: readonly Bar[];
}

const LEFT = 150;
const RIGHT = 70;
const ROW = 18;
const HEAD = 24;

/** Compared sides beneath one another, a group for each label; on a log scale where they lie far apart. */
export function barPlot(title: string, groups: readonly BarGroup[]): string {
  const scale = scaleOf(groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const room = WIDTH - LEFT - RIGHT;
  const marks: string[] = [];
  let y = 36;
  for (const { label, bars } of groups) {
    y += HEAD;
    marks.push(text(12, y - 8, label, "text small title"));
    for (const { side, value } of bars) {
      const width = room * scale.at(value);
      marks.push(text(LEFT - 8, y + 12, side, "text small", "end"), bar(LEFT, y + 2, width, ROW - 5, kindOf(side)));
      marks.push(text(LEFT + width + 6, y + 12, brief(value), "text small"));
      y += ROW;
    }
  }
  const grid = scale.ticks.flatMap((tick) => {
    const x = LEFT + room * scale.at(tick);
    return [rule(x, 36, x, y + 4), text(x, y + 18, brief(tick), "text small", "middle")];
  });
  return drawing(scale.log ? `${title} (log scale)` : title, y + 28, [...grid, ...marks]);
}

function kindOf(side: string): string {
  return side.startsWith("punctual") ? "ours" : side.startsWith("limit") ? "limit" : "peer";
}
