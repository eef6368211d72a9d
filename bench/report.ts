import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release } from "node:os";
import type { FigureOf, Result, Target } from "./question.js";

/** Whose versions are told: peers, and what the limits are made of. */
const OTHERS = [
  "bree",
  "bullmq",
  "cron",
  "cron-parser",
  "cron-schedule",
  "croner",
  "cronosjs",
  "esbuild",
  "ioredis",
  "kysely",
  "libsql",
  "node-cron",
  "node-schedule",
  "piscina",
  "redlock",
  "tinypool",
  "toad-scheduler",
];

export function environment(): Record<string, string> {
  const versions = ["punctual", ...OTHERS].map((name) => `${name} ${versionOf(name)}`);
  return {
    node: process.version,
    cpu: `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`,
    system: `${process.platform} ${release().split("-")[0]}, ${process.arch}`,
    date: new Date().toISOString(),
    versions: versions.join(", "),
  };
}

function versionOf(name: string): string {
  const file = name === "punctual" ? "../package.json" : `../node_modules/${name}/package.json`;
  return (JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")) as { version: string }).version;
}

export function figureOf(results: readonly Result[]): FigureOf {
  return (side, label, figure) =>
    results.find((result) => result.side === side && result.label === label)?.figures[figure];
}

/** For each label a table: figures and faults as rows, sides as columns. */
export function tables(results: readonly Result[]): string {
  const labels = [...new Set(results.map(({ label }) => label))];
  return labels
    .map((label) =>
      table(
        label,
        results.filter((result) => result.label === label),
      ),
    )
    .join("\n");
}

function table(label: string, all: readonly Result[]): string {
  const results = all.filter(({ leftOut }) => leftOut === undefined);
  const figures = new Set(results.flatMap((result) => Object.keys(result.figures)));
  const faults = new Set(results.flatMap((result) => Object.keys(result.faults)));
  const rows = [
    [label, ...results.map(({ side }) => side)],
    ...[...figures].map((name) => [name, ...results.map((result) => cellText(result, result.figures[name]))]),
    ...[...faults].map((name) => [`fault: ${name}`, ...results.map((result) => cellText(result, result.faults[name]))]),
  ];
  const errors = all.flatMap(({ side, error }) => (error === undefined ? [] : [`  ${side} failed: ${error}`]));
  const reasons = [...new Set(all.flatMap(({ leftOut }) => leftOut ?? []))];
  const absent = reasons.map((reason) => {
    const sides = all.filter(({ leftOut }) => leftOut === reason).map(({ side }) => side);
    return `  left out, ${reason}: ${sides.join(", ")}`;
  });
  return [...aligned(rows), ...errors, ...absent, ""].join("\n");
}

function cellText(result: Result, value: number | undefined): string {
  if (value === undefined) return result.error === undefined ? "-" : "failed";
  return numberText(value);
}

export function numberText(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 1_000) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

function aligned(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map(
    (row) =>
      `  ${row.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0))).join("  ")}`,
  );
}

export function isReached({ value, goal, direction }: Target): boolean {
  return value !== undefined && (direction === "at least" ? value >= goal : value <= goal);
}

export function targetLine(target: Target): string {
  const { what, value, goal, direction, unit } = target;
  const asked = `${direction} ${numberText(goal)}${unit && ` ${unit}`}`;
  if (value === undefined) return `  not measured  ${what} (${asked})`;
  const verdict = isReached(target) ? "reached     " : "NOT REACHED ";
  return `  ${verdict}  ${what}: ${numberText(value)} (${asked})`;
}
