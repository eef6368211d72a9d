/** npm run bench -- [question ...] [--quick | --once], or npm run bench -- --gate */
import { parseArgs } from "node:util";
import type { Effort, Question, Result } from "./question.js";
import { LATER_ONLY, loadQuestion, QUESTIONS } from "./question.js";
import { environment, figureOf, tables, targetLine } from "./report.js";
import { save } from "./results.js";
import { runCells } from "./run-cells.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean" }, once: { type: "boolean" }, gate: { type: "boolean" } },
});
const effort: Effort = values.once ? "once" : values.quick ? "quick" : "full";
const env = environment();
for (const [key, value] of Object.entries(env)) console.log(`${key.padEnd(9)} ${value}`);

const wrong: string[] = [];
if (values.gate) {
  const { gate } = await import("./gate.js");
  wrong.push(...(await gate()));
} else {
  for (const name of positionals.length === 0 ? QUESTIONS : positionals) wrong.push(...(await answer(name)));
}
if (wrong.length > 0) {
  console.error(`\nWRONG RESULTS:\n  ${wrong.join("\n  ")}`);
  process.exitCode = 1;
}

/** Prints and keeps what was found; gives what is wrong with it. */
async function answer(name: string): Promise<readonly string[]> {
  const question = await loadQuestion(name);
  const { title } = question;
  console.log(`\n## ${name}: ${title}\n`);
  const start = performance.now();
  const cells = question.cells(effort);
  if (cells.length === 0) {
    console.log(`  ${LATER_ONLY}`);
    return [];
  }
  const results = await runCells(name, cells, question.repeats(effort), question);
  const seconds = Math.round((performance.now() - start) / 1_000);
  console.log(tables(results));
  const remarks = question.remarks?.(results) ?? [];
  if (remarks.length > 0) console.log(`${remarks.map((remark) => `  ${remark}`).join("\n")}\n`);
  const targets = question.targets(figureOf(results));
  // One small iteration tells whether results are right, not how fast the code is.
  if (effort !== "once") for (const target of targets) console.log(targetLine(target));
  console.log(`  in ${seconds} s`);
  const faults = faultsOf(name, question, results);
  const shown = results.map(({ answers: _, ...rest }) => rest);
  save({ name, title, effort, seconds, environment: env, results: shown, remarks, targets, faults });
  return faults;
}

/** Peers may be wrong, and the tables say so; we and the limit may not. */
function faultsOf(name: string, question: Question, results: readonly Result[]): string[] {
  const own = results.filter(({ side }) => side.startsWith("punctual") || side.startsWith("limit"));
  const found = own.flatMap(({ side, label, faults, error }) => [
    ...(error === undefined ? [] : [`${name}, ${label}, ${side}: ${error}`]),
    ...Object.entries(faults).flatMap(([fault, count]) =>
      count === 0 ? [] : [`${name}, ${label}, ${side}: ${count} ${fault}`],
    ),
  ]);
  return [...found, ...(question.compare?.(results) ?? []).map((text) => `${name}: ${text}`)];
}
