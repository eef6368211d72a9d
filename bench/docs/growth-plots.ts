import type { Answer } from "../results.js";
import type { Series } from "./lines.js";
import { linePlot } from "./lines.js";

/** A plot for each thing that grows: its label is "what: size unit", and each of its figures a line. */
export function growthPlots({ results }: Answer): { file: string; alt: string; svg?: string }[] {
  const groups = new Map<string, Answer["results"][number][]>();
  for (const result of results) {
    const [what = ""] = result.label.split(": ");
    if (Object.keys(result.figures).length > 0) groups.set(what, [...(groups.get(what) ?? []), result]);
  }
  return [...groups].map(([what, sizes]) => {
    const names = [...new Set(sizes.flatMap(({ figures }) => Object.keys(figures)))];
    const series = names.map((name): Series => {
      const known = sizes.filter(({ figures }) => typeof figures[name] === "number");
      return {
        name,
        points: known.map(({ settings: { size }, figures }) => [Number(size), figures[name] as number]),
      };
    });
    const { unit = "" } = sizes[0]?.settings ?? {};
    return {
      file: `growth-${what.replaceAll(/\W+/g, "-")}.svg`,
      alt: `${what} by ${unit}`,
      svg: linePlot(what, String(unit), series),
    };
  });
}
