/** npm run bench -- [question ...] [--quick | --once] [--json FILE] */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Effort, Question, Result } from "./question.js";
import { QUESTIONS, loadQuestion } from "./question.js";
import { environment, figureOf, tables, targetLine } from "./report.js";
import { runCells } from "./run-cells.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean" }, once: { type: "boolean" }, json: { type: "string" } },
});
const effort: Effort = values.once ? "once" : values.quick ? "quick" : "full";
const env = environment();
for (const [key, value] of Object.entries(env)) console.log(`${key.padEnd(9)} ${value}`);

const answers = [];
for (const name of positionals.length === 0 ? QUESTIONS : positionals) answers.push(await answer(name));
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ environment: env, effort, answers }, null, 2)}\n`);
}
const wrong = answers.flatMap(({ faults }) => faults);
if (wrong.length > 0) {
  console.error(`\nWRONG RESULTS:\n  ${wrong.join("\n  ")}`);
  process.exitCode = 1;
}

async function answer(name: string) {
  const question = await loadQuestion(name);
  console.log(`\n## ${name}: ${question.title}\n`);
  const results = await runCells(name, question.cells(effort), question.repeats(effort));
  console.log(tables(results));
  const remarks = question.remarks?.(results) ?? [];
  if (remarks.length > 0) console.log(`${remarks.map((remark) => `  ${remark}`).join("\n")}\n`);
  const targets = question.targets(figureOf(results));
  // One small iteration tells whether results are right, not how fast the code is.
  if (effort !== "once") for (const target of targets) console.log(targetLine(target));
  return { name, results, remarks, targets, faults: faultsOf(name, question, results) };
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
