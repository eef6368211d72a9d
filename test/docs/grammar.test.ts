import { readFileSync } from "node:fs";
import { parseSchedule } from "punctual";
import { describe, expect, it } from "vitest";

const page = readFileSync(new URL("../../docs/cron.md", import.meta.url), "utf8");

/** The rows of the first table below a line, as cells. */
function rowsAfter(line: string): string[][] {
  const lines = page.slice(page.indexOf(line)).split("\n");
  const first = lines.findIndex((text) => text.startsWith("|"));
  const end = lines.findIndex((text, index) => index > first && !text.startsWith("|"));
  return lines.slice(first + 2, end).map((row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()));
}

describe("the grammar of docs/cron.md", () => {
  const rows = rowsAfter("The grammar, with one example a row");

  it("has a row for each rule", () => expect(rows.length).toBeGreaterThan(30));

  it.each(rows.map((row) => [row[3]?.replaceAll("`", "") ?? "", row[2] ?? ""]))("%s is read (%s)", (example) => {
    const schedule = parseSchedule(example, { timezone: "UTC" });
    const next = schedule.next(Date.UTC(2026, 0, 1));
    expect(schedule.atStart === true || next !== null).toBe(true);
    // And in capitals, and with more white space.
    const zone = /TZ=\S*/.exec(example)?.[0] ?? "";
    const loud = `  ${example.replace(zone, "").toUpperCase().trim().replaceAll(" ", "   ")} `;
    const unit = /@every|@after/.test(example) ? example : `${zone} ${loud}`;
    expect(parseSchedule(unit, { timezone: "UTC" }).next(Date.UTC(2026, 0, 1))).toBe(next);
  });
});

it("docs/cron.md explains every warning", () => {
  const source = readFileSync(new URL("../../src/explain/lint.ts", import.meta.url), "utf8");
  const type = /WarningCode =([^;]*);/.exec(source)?.[1] ?? "";
  const codes = [...type.matchAll(/"(\w+)"/g)].map((match) => match[1]);
  const explained = rowsAfter("| warning").map((row) => row[1]?.replaceAll("`", ""));
  expect(explained).toEqual(codes);
});
