// Adds up what a CI run did. Usage: counts.mjs STEPS_PASSED STEPS_FAILED STATUS:REPORT...
// STATUS is the exit code of a vitest run, REPORT the file of its JSON reporter.
// Prints the closing line, and exits with 1 when something failed or no test ran.
import { readFileSync } from "node:fs";

const [stepsPassed, stepsFailed, ...runs] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
for (const run of runs) {
  const [status, file] = split(run);
  const counts = countsOf(file);
  // A crash, an error outside a test, or no test found: vitest fails without any failed test.
  if (status !== "0" && counts.failed === 0) counts.failed = 1;
  for (const key of Object.keys(total)) total[key] += counts[key];
}
const testsRun = total.passed + total.failed;
if (testsRun === 0) console.log("no test ran");
total.passed += Number(stepsPassed);
total.failed += Number(stepsFailed);
const skipped = total.skipped === 0 ? "" : `, ${total.skipped} skipped`;
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || testsRun === 0 ? 1 : 0;

function split(run) {
  const colon = run.indexOf(":");
  return [run.slice(0, colon), run.slice(colon + 1)];
}

function countsOf(file) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  // A test file that cannot be loaded has no tests to fail.
  const broken = report.testResults.filter(
    (result) => result.status === "failed" && result.assertionResults.length === 0,
  );
  // Once more, where they are found: beside the closing line.
  for (const { name, assertionResults } of report.testResults) {
    for (const { status, fullName } of assertionResults) {
      if (status === "failed") console.log(`failed: ${name.slice(process.cwd().length + 1)}: ${fullName}`);
    }
  }
  for (const { name } of broken) console.log(`failed: ${name.slice(process.cwd().length + 1)}`);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
