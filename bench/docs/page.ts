import type { Answer } from "../results.js";
import { isReached, numberText } from "../report.js";
import type { BarGroup } from "./bars.js";
import { barPlot } from "./bars.js";
import { wherePeersAreBetter } from "./better.js";
import type { Chapter, Plot } from "./chapters.js";
import { CHAPTERS } from "./chapters.js";
import { growthPlots } from "./growth-plots.js";
import { whyOf } from "./whys.js";

export interface Page {
  readonly markdown: string;
  /** By the name of the file. */
  readonly plots: ReadonlyMap<string, string>;
}

const LONGEST_LIST = 25;

export function pageOf(answers: ReadonlyMap<string, Answer>): Page {
  const plots = new Map<string, string>();
  const chapters = CHAPTERS.flatMap((chapter) => {
    const answer = answers.get(chapter.name);
    return answer === undefined
      ? [`## ${chapter.title}\n\nNot measured in this run.`]
      : [chapterText(chapter, answer, plots)];
  });
  return { markdown: `${[heading(answers), ...chapters].join("\n\n")}\n`, plots };
}

function heading(answers: ReadonlyMap<string, Answer>): string {
  const all = [...answers.values()];
  const dates = all.map(({ environment: { date = "" } }) => date).sort();
  const { node, cpu, system, versions } = all[0]?.environment ?? {};
  const days = [...new Set([dates[0], dates.at(-1)].map((date) => date?.slice(0, 10)))].join(" to ");
  const targets = all.flatMap((answer) => answer.targets);
  const reached = targets.filter(isReached).length;
  const effort = [...new Set(all.map((answer) => answer.effort))].join(", ");
  return [
    "# Benchmarks",
    "",
    "Made by `npm run bench` and `npm run bench:docs` from [bench/results](../bench/results); not to be edited. How it is",
    "measured, and how each peer is used: [bench/README.md](../bench/README.md). Ratios within one run count; absolute figures",
    "are those of this machine. `limit` is bare code that does nothing else.",
    "",
    `- **When**: ${days} (${effort})`,
    `- **Machine**: ${cpu}; ${system}; Node ${node}`,
    `- **Versions**: ${versions}`,
    `- **Targets**: ${reached} of ${targets.length} reached`,
  ].join("\n");
}

function chapterText(chapter: Chapter, answer: Answer, plots: Map<string, string>): string {
  const drawn = chapter.name === "growth" ? growthPlots(answer) : chapter.plots.map((plot) => drawBars(plot, answer));
  const images = drawn.flatMap(({ file, svg, alt }) => {
    if (svg === undefined) return [];
    plots.set(file, svg);
    return [`![${alt}](benchmarks/${file})`];
  });
  const better = wherePeersAreBetter(answer);
  return [
    `## ${chapter.title}`,
    chapter.text,
    ...images,
    ...tablesOf(chapter, answer),
    ...list("**Not measured**", notMeasured(answer)),
    ...list("**Faults of peers**", faultsOf(answer)),
    ...list("**Where a peer is better**", better.slice(0, LONGEST_LIST), better.length - LONGEST_LIST),
    ...list(
      "**Targets**",
      answer.targets.map((target) => targetText(chapter.name, target)),
    ),
  ].join("\n\n");
}

function drawBars(
  { file, title, figure, labels }: Plot,
  { results }: Answer,
): { file: string; alt: string; svg?: string } {
  const wanted = results.filter(({ label, figures }) => figures[figure] !== undefined && (labels?.test(label) ?? true));
  const names = [...new Set(wanted.map(({ label }) => label))];
  const groups = names.map((label): BarGroup => {
    const bars = wanted.filter((result) => result.label === label);
    return { label, bars: bars.map(({ side, figures }) => ({ side, value: figures[figure] as number })) };
  });
  return groups.length === 0 ? { file, alt: title } : { file, alt: title, svg: barPlot(title, groups) };
}

/** A table for each label: sides as rows, so that many sides fit. */
function tablesOf({ hidden }: Chapter, { results }: Answer): string[] {
  return [...new Set(results.map(({ label }) => label))].flatMap((label) => {
    const rows = results.filter((result) => result.label === label && Object.keys(result.figures).length > 0);
    const names = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))].filter(
      (name) => !hidden?.test(name),
    );
    if (rows.length === 0) return [];
    const cell = (value: number | undefined): string => (typeof value === "number" ? numberText(value) : "–");
    const lines = rows.map(
      ({ side, figures }) => `| ${side} | ${names.map((name) => cell(figures[name])).join(" | ")} |`,
    );
    const dashes = names.map(() => "---:").join(" | ");
    return [[`| ${label} | ${names.join(" | ")} |`, `| --- | ${dashes} |`, ...lines].join("\n")];
  });
}

function notMeasured({ results }: Answer): string[] {
  return grouped(
    results.flatMap(({ side, label, leftOut, error }) => {
      const why = leftOut ?? error;
      return why === undefined ? [] : [{ what: `${side}: ${why}`, label }];
    }),
  );
}

function faultsOf({ results }: Answer): string[] {
  return results.flatMap(({ side, label, faults }) => {
    const counts = Object.entries(faults).filter(([, count]) => count > 0);
    const texts = counts.map(([fault, count]) => `${count.toLocaleString("en-US")} ${fault}`);
    return texts.length === 0 ? [] : [`${side}, ${label}: ${texts.join(", ")}`];
  });
}

function grouped(items: readonly { readonly what: string; readonly label: string }[]): string[] {
  const byWhat = new Map<string, string[]>();
  for (const { what, label } of items) byWhat.set(what, [...(byWhat.get(what) ?? []), label]);
  return [...byWhat].map(([what, labels]) => `${what} (${labels.join("; ")})`);
}

function targetText(question: string, target: Answer["targets"][number]): string {
  const { what, value, goal, direction, unit } = target;
  const asked = `${direction} ${numberText(goal)}${unit && ` ${unit}`}`;
  if (typeof value !== "number") return `not measured: ${what} (${asked})`;
  if (isReached(target)) return `reached: ${what}: ${numberText(value)} (${asked})`;
  const why = whyOf(question, what);
  return `**missed**: ${what}: ${numberText(value)} (${asked})${why === undefined ? "" : `: ${why}`}`;
}

function list(title: string, items: readonly string[], more = 0): string[] {
  if (items.length === 0) return [];
  const rest = more > 0 ? [`- and ${more} more, in bench/results`] : [];
  return [`${title}\n\n${[...items.map((item) => `- ${literal(item)}`), ...rest].join("\n")}`];
}

/** Asterisks of expressions are no emphasis; those of verdicts are. */
function literal(item: string): string {
  return item.replace(/(?<!\*)\*(?!\*)/g, "\\*").replaceAll("<", "&lt;");
}
