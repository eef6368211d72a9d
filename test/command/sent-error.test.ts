import { describe, expect, it } from "vitest";
import { packThrown, unpackThrown } from "../../src/command/sent-error.js";

const there = (thrown: unknown): unknown => unpackThrown(structuredClone(packThrown(thrown)));

describe("an error on its way between threads", () => {
  it("keeps class, name, stack, cause and what was added", () => {
    class OddError extends Error {
      override name = "OddError";
      detail = { a: [1] };
    }
    const error = new OddError("odd", { cause: new RangeError("deep", { cause: "deepest" }) });
    const arrived = there(error) as OddError;
    expect(arrived).toBeInstanceOf(Error);
    expect(arrived).toMatchObject({ name: "OddError", message: "odd", detail: { a: [1] }, stack: error.stack });
    expect(arrived.cause).toBeInstanceOf(RangeError);
    expect((arrived.cause as Error).cause).toBe("deepest");
    expect(Object.keys(arrived).sort()).toEqual(["detail"]);
  });

  it("may be any value, and a ring of causes", () => {
    expect(there(undefined)).toBeUndefined();
    expect(there({ a: 1 })).toEqual({ a: 1 });
    expect(there(() => 1)).toContain("=>");
    const ring = new Error("ring");
    ring.cause = ring;
    expect((there(ring) as Error).message).toBe("ring");
  });
});
