import { describe, it } from "vitest";
import { expectOrderAfter } from "./kill/kills.js";

describe("a process that records a thousand runs a second", () => {
  it("is killed six times: nothing acknowledged is lost, nothing durable is done twice", { timeout: 120_000 }, () =>
    expectOrderAfter(6),
  );
});
