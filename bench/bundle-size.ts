import { bundleSizeOf } from "../scripts/bundle.js";
import type { Cell, FigureOf, Question, Side, Target } from "./question.js";
import { atMost } from "./question.js";

const GZIP = "minified and gzip, bytes";
const LABEL = "all that the package exports, with its dependencies";

function side(name: string, external?: readonly string[]): Side {
  return async () => {
    const { minified, gzip } = await bundleSizeOf(name, external);
    return { figures: { [GZIP]: gzip, "minified, bytes": minified } };
  };
}

const sides: Record<string, Side> = {
  punctual: side("punctual"),
  croner: side("croner", []),
  "cron-schedule": side("cron-schedule", []),
  "node-cron": side("node-cron", []),
  cron: side("cron", []),
  "node-schedule": side("node-schedule", []),
  "toad-scheduler": side("toad-scheduler", []),
  bree: side("bree", []),
  "cron-parser": side("cron-parser", []),
  cronosjs: side("cronosjs", []),
  tinypool: side("tinypool", []),
  piscina: side("piscina", []),
  bullmq: side("bullmq", []),
};

export const question: Question = {
  title: "what a bundled program gains; lower is better",
  sides,
  cells: (): Cell[] => Object.keys(sides).map((name) => ({ side: name, label: LABEL, settings: {} })),
  repeats: () => 1,
  targets: (figure: FigureOf): Target[] => [
    atMost("bytes, as in size-limits.json", figure("punctual", LABEL, GZIP), 110_000),
  ],
};
