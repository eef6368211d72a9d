import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Cell, Effort, FigureOf, Question, Side, Target } from "./question.js";
import { atMost, LATER_ONLY } from "./question.js";

const CPU = "CPU time, ms";
const GC = "of it garbage collection, ms";
const WAKE_UPS = "wake-ups";
const SCRIPT = fileURLToPath(new URL("./idle-jobs.mjs", import.meta.url));

function side(name: string): Side {
  return async ({ jobs, seconds }) => {
    // Some time after a lot was allocated, sooner or later, V8 tidies its heap once or twice, whatever the process does.
    const flags = ["--expose-gc", "--no-memory-reducer"];
    const args = [...flags, SCRIPT, name, String(jobs), String(seconds)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { cpuMs, gcMs, woken } = JSON.parse(stdout) as { cpuMs: number; gcMs: number; woken?: number };
    return { figures: { [CPU]: cpuMs, [GC]: gcMs, ...(woken !== undefined && { [WAKE_UPS]: woken }) } };
  };
}

const sides: Record<string, Side> = {
  punctual: side("punctual"),
  "limit (empty)": side("limit (empty)"),
  "cron-schedule": side("cron-schedule"),
  croner: side("croner"),
  "toad-scheduler": side("toad-scheduler"),
  "node-cron": side("node-cron"),
  cron: side("cron"),
  "node-schedule": side("node-schedule"),
};

function labelOf(jobs: number): string {
  return `${jobs.toLocaleString("en-US")} jobs due in days`;
}

function cells(effort: Effort): Cell[] {
  const seconds = { full: 65, quick: 3, once: 2 }[effort];
  const most = { full: Number.POSITIVE_INFINITY, quick: 3, once: 1 }[effort];
  return [1_000, 100_000].flatMap((jobs) =>
    Object.keys(sides).map((name, index) => {
      const leftOut = index >= most ? LATER_ONLY : jobs > 1_000 ? tooMany(name, effort) : undefined;
      return {
        side: name,
        label: labelOf(jobs),
        settings: { jobs, seconds },
        ...(leftOut !== undefined && { leftOut }),
      };
    }),
  );
}

function tooMany(name: string, effort: Effort): string | undefined {
  if (effort === "once") return LATER_ONLY;
  return name === "punctual" || name.startsWith("limit") ? undefined : "1,000 jobs tell enough";
}

function targets(figure: FigureOf): Target[] {
  return [1_000, 100_000].flatMap((jobs) => [
    // One per 30 s, and the measure may begin anywhere between two.
    atMost(`${labelOf(jobs)}: wake-ups`, figure("punctual", labelOf(jobs), WAKE_UPS), 3),
    atMost(`${labelOf(jobs)}: CPU time, ms`, figure("punctual", labelOf(jobs), CPU), 1),
  ]);
}

export const question: Question = {
  title: "what waiting costs (65 s in full, 3 s in quick); lower is better",
  sides,
  cells,
  repeats: () => 1,
  together: true,
  targets,
};
