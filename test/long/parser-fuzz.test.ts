import { expect, it } from "vitest";
import { fuzz } from "../support/oracle/fuzz.js";

it("reads any text at all, or refuses it with an error that tells where, a million times", () => {
  const { texts, schedules, line } = fuzz(1_000_000);
  console.log(`parser fuzz, long: ${line}`);
  expect(texts).toBe(1_000_000);
  expect(schedules).toBeGreaterThan(100_000);
});
