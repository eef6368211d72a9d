/** The child process: measures one side of one question and prints what it found as a line of JSON. */
import type { Settings } from "./question.js";
import { loadQuestion } from "./question.js";

const [questionName = "", sideName = "", settings = "{}"] = process.argv.slice(2);
const question = await loadQuestion(questionName);
const side = question.sides[sideName];
if (side === undefined) throw new Error(`${questionName} has no side ${sideName}`);
const measured = await side(JSON.parse(settings) as Settings);
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit());
