/** What a run leaves behind: a file of JSON for each question. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Effort, Result, Target } from "./question.js";

/** The answer to one question, without the fire times that `compare` looked at. */
export interface Answer {
  readonly name: string;
  readonly title: string;
  readonly effort: Effort;
  /** How long it took to find. */
  readonly seconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly results: readonly Omit<Result, "answers">[];
  readonly remarks: readonly string[];
  readonly targets: readonly Target[];
  readonly faults: readonly string[];
}

const FOLDER = fileURLToPath(new URL("./results/", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Those of a full run are kept with the code; those of shorter ones beside them, to be looked at. */
export function folderOf(effort: Effort): string {
  return effort === "full" ? FOLDER : join(FOLDER, effort);
}

export function save(answer: Answer): void {
  const folder = folderOf(answer.effort);
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify(answer, (_, value: unknown) => (typeof value === "number" ? short(value) : value), 2);
  // What failed may tell of files by their place on this machine.
  writeFileSync(join(folder, `${answer.name}.json`), `${text.replaceAll(ROOT, "")}\n`);
}

export function readAll(folder: string): ReadonlyMap<string, Answer> {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  const answers = files.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Answer);
  return new Map(answers.map((answer) => [answer.name, answer]));
}

function short(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(5));
}
