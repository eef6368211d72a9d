/** The public types as they are in api/, for reviewers. Needs `npm run build`; `npm test` does that first. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { API_FOLDER, apiReports } from "../../scripts/api-report.js";

const TIMEOUT_MS = 60_000;
const reports = apiReports();
const UPDATE = "the public types have changed: run `npm run build && npm run api`, and commit api/ with the change";

test("there is a report of each entry, and no other", () => {
  expect(readdirSync(API_FOLDER).sort(), UPDATE).toEqual([...reports.keys()].sort());
});

test.each([...reports])("api/%s is up to date", (name, report) => {
  expect(readFileSync(join(API_FOLDER, name), "utf8").replaceAll("\r\n", "\n"), UPDATE).toBe(report);
});

test("reports show what is public: no comments, no private members, and what is meant", { timeout: TIMEOUT_MS }, () => {
  const report = reports.get("punctual.api.md") ?? "";
  expect(report).toContain("declare class Scheduler {");
  expect(report).toMatch(/^ {4}readonly history: History;$/m);
  expect(report).not.toMatch(/#\w+;|\/\*\*|\bprivate\b|stateOf/);
  expect(reports.get("punctual.worker.api.md")).toContain('export { RunContext } from "punctual";');
});
