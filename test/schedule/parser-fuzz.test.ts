import { expect, it } from "vitest";
import { fuzz } from "../support/oracle/fuzz.js";

it("reads any text at all, or refuses it with an error that tells where", { timeout: 60_000 }, () => {
  const { texts, schedules, line } = fuzz(20_000);
  console.log(`parser fuzz: ${line}`);
  expect(texts).toBe(20_000);
  // Were nothing read, nothing but errors would have been tested.
  expect(schedules).toBeGreaterThan(2_000);
});
