import { describe, it } from "vitest";
import { expectOrderAfter } from "../process/kill/kills.js";

describe("a process that records a thousand runs a second", () => {
  it("is killed 200 times: nothing acknowledged is lost, nothing durable is done twice", () => expectOrderAfter(200));
});
