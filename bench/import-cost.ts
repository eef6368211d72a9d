import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Effort, FigureOf, Measured, Question, Side, Target } from "./question.js";
import { atMost, check, LATER_ONLY } from "./question.js";

const MS = "import, ms";
const LABEL = "in a fresh process, without a compiler";
const SCRIPT = fileURLToPath(new URL("./import-cost.mjs", import.meta.url));

interface Imported {
  readonly ms: number;
  readonly native: number;
  readonly files: number;
  readonly packages: readonly string[];
}

function importIt(name: string, mode: "time" | "look"): Imported {
  // A plain process: this one has a compiler for TypeScript hooked into its imports.
  const env = { ...process.env, NODE_OPTIONS: "" };
  return JSON.parse(execFileSync(process.execPath, [SCRIPT, name, mode], { encoding: "utf8", env })) as Imported;
}

function side(name: string): Side {
  return (): Measured => {
    const { ms } = importIt(name, "time");
    const { native, files, packages } = importIt(name, "look");
    const early = packages.includes("tinypool") ? 1 : 0;
    if (name === "punctual") check(early === 0, "tinypool is loaded before it is used");
    return {
      figures: { [MS]: ms, "files loaded": files, "packages loaded": packages.length, "native modules": native },
    };
  };
}

const sides: Record<string, Side> = {
  punctual: side("punctual"),
  "limit (node:timers)": side("node:timers"),
  croner: side("croner"),
  "cron-schedule": side("cron-schedule"),
  "node-cron": side("node-cron"),
  "cron-parser": side("cron-parser"),
  cron: side("cron"),
  cronosjs: side("cronosjs"),
  "node-schedule": side("node-schedule"),
  "toad-scheduler": side("toad-scheduler"),
  bree: side("bree"),
  tinypool: side("tinypool"),
  piscina: side("piscina"),
  bullmq: side("bullmq"),
};

const QUICK = ["punctual", "limit (node:timers)", "croner", "node-cron", "cron-parser"];

export const question: Question = {
  title: "what `import` costs; lower is better",
  sides,
  cells: (effort: Effort) =>
    Object.keys(sides)
      .filter((name) => effort !== "once" || name === "punctual")
      .map((name) => ({
        side: name,
        label: LABEL,
        settings: {},
        ...(effort === "quick" && !QUICK.includes(name) && { leftOut: LATER_ONLY }),
      })),
  repeats: (effort) => ({ full: 7, quick: 1, once: 1 })[effort],
  targets: (figure: FigureOf): Target[] => [
    atMost("import, ms", figure("punctual", LABEL, MS), 25),
    atMost("native modules loaded", figure("punctual", LABEL, "native modules"), 0),
  ],
};
