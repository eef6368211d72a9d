import type { Row } from "./report.js";
import { count, time } from "./format.js";

const EIGHTHS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const WIDTH = 88;
const HEIGHT = 6;

/** One column of the chart: an hour, or a few of them when there are more than fit. */
interface Bar {
  readonly hour: string;
  readonly requests: number;
  /** Of the slowest hour in it. */
  readonly p95: number;
}

/** Requests of each hour as columns, with the response times as a line of their own below. Rows must be in order. */
export function chartLines(hours: readonly Row[]): string[] {
  const bars = barsOf(hours);
  const step = Math.max(1, Math.min(3, Math.floor(WIDTH / Math.max(1, bars.length))));
  const most = Math.max(1, ...bars.map((bar) => bar.requests));
  const slowest = Math.max(...bars.map((bar) => bar.p95));
  const levels = Array.from({ length: HEIGHT }, (_, index) => HEIGHT - 1 - index);
  const columns = levels.map((level) => bars.map((bar) => cell((bar.requests / most) * HEIGHT - level, step)).join(""));
  const label = (index: number): string => (index === 0 ? count(most) : "").padStart(9);
  const lines = columns.map((line, index) => `${label(index)} ${line}`.trimEnd());
  lines.push(`${" ".repeat(9)} ${axis(bars, step)}`.trimEnd());
  if (slowest > 0) {
    const times = bars.map((bar) => cell(bar.p95 / slowest, step)).join("");
    lines.push(`${"p95".padStart(9)} ${times.trimEnd()}`, `${" ".repeat(10)}highest p95: ${time(slowest)}`);
  }
  return lines;
}

function barsOf(hours: readonly Row[]): Bar[] {
  const size = Math.max(1, Math.ceil(hours.length / WIDTH));
  const bars: Bar[] = [];
  for (let from = 0; from < hours.length; from += size) {
    const group = hours.slice(from, from + size);
    bars.push({
      hour: (group[0] as Row).key,
      requests: group.reduce((sum, row) => sum + row.requests, 0),
      p95: Math.max(...group.map((row) => row.p95 ?? 0)),
    });
  }
  return bars;
}

/** A column's character at a level that it fills by `part` (below 0: not at all, above 1: wholly). */
function cell(part: number, step: number): string {
  const eighths = Math.max(0, Math.min(8, Math.round(part * 8)));
  const block = EIGHTHS[eighths] as string;
  return step === 1 ? block : `${block.repeat(step - 1)} `;
}

/** The date where a day begins, the hour at every sixth one, as far as there is room. */
function axis(bars: readonly Bar[], step: number): string {
  let line = "";
  bars.forEach(({ hour }, index) => {
    const [date = "", hourOfDay = ""] = hour.split(" ");
    const isNewDay = bars[index - 1]?.hour.startsWith(date) !== true;
    if (!isNewDay && Number(hourOfDay) % 6 !== 0) return;
    const at = index * step;
    const label = isNewDay ? date : `${hourOfDay}h`;
    if (at < line.length || at + label.length > WIDTH) return;
    line = `${line.padEnd(at)}${label} `;
  });
  return line;
}
