import { Cron } from "croner";
import type { CronosExpression as Parsed } from "cronosjs";
import { CronosExpression } from "cronosjs";
import { expect, it } from "vitest";
import { ours } from "./peers.js";

const ZONE = "America/New_York";
/** Before a gap at 07:00 UTC, and at the beginning of an overlap's first pass, 05:00 UTC; the second begins at 06:00. */
const GAP = Date.UTC(2026, 2, 8, 6, 30);
const OVERLAP = Date.UTC(2026, 10, 1, 5) - 1;

type CronosOptions = Parameters<typeof Parsed.parse>[1];

it("croner's fixedTimeRule no-wildcard takes lists and ranges for fixed times, as we do, but no steps", () => {
  const theirs = (expression: string, after: number): number | undefined =>
    new Cron(expression, { timezone: ZONE, fixedTimeRule: "no-wildcard" }).nextRun(new Date(after))?.getTime();
  for (const expression of ["0,30 2 * * *", "15 2-3 * * *"]) {
    expect(theirs(expression, GAP)).toBe(ours(expression, ZONE)(GAP));
  }
  const passes = ours("15 1,5 * * *", ZONE);
  const first = passes(OVERLAP) ?? 0;
  expect(theirs("15 1,5 * * *", OVERLAP)).toBe(first);
  expect(theirs("15 1,5 * * *", first)).toBe(passes(first));
  expect(theirs("0-30/15 2 * * *", GAP)).not.toBe(ours("0-30/15 2 * * *", ZONE)(GAP));
});

it("cronosjs' options serve wildcard or fixed-time schedules, not both", () => {
  const theirs = (expression: string, after: number, options: CronosOptions): number | undefined =>
    CronosExpression.parse(expression, { timezone: ZONE, ...options })
      .nextDate(new Date(after))
      ?.getTime();
  const skip = { missingHour: "skip" } as const;
  expect(theirs("*/30 2 * * *", GAP, skip)).toBe(ours("*/30 2 * * *", ZONE)(GAP));
  expect(theirs("30 2 * * *", GAP, skip)).not.toBe(ours("30 2 * * *", ZONE)(GAP));
  const second = OVERLAP + 1 + 60 * 60_000 + 15 * 60_000;
  const both = { skipRepeatedHour: false };
  expect(theirs("15 * * * *", second - 60_000, both)).toBe(ours("15 * * * *", ZONE)(second - 60_000));
  expect(theirs("15 1 * * *", second - 60_000, both)).toBe(second);
  expect(ours("15 1 * * *", ZONE)(second - 60_000)).not.toBe(second);
});
