import { runInNewContext } from "node:vm";
import { InvalidOptionError } from "punctual";
import { describe, expect, it } from "vitest";
import { storedError } from "../../src/history/stored-error.js";

describe("storedError", () => {
  it("has an error's name, message, code and stack", () => {
    const error = new InvalidOptionError("name", "a text", 5);
    expect(storedError(error)).toEqual({
      name: "InvalidOptionError",
      message: "name: expected a text, given 5",
      code: "INVALID_OPTION",
      stack: error.stack,
    });
    const { code } = storedError(Object.assign(new Error("x"), { code: 20 }));
    expect(code).toBe("20");
    expect(Object.keys(storedError(new Error("x")))).toEqual(["name", "message", "stack"]);
  });

  it("reads errors of other realms, and what looks like an error", () => {
    expect(storedError(runInNewContext("new RangeError('x')"))).toMatchObject({ name: "RangeError", message: "x" });
    expect(storedError({ message: "m", name: 5, code: {} })).toEqual({ name: "Error", message: "m" });
  });

  it.each([
    ["text", "string", "text"],
    ["", "string", ""],
    [undefined, "undefined", "undefined"],
    [null, "object", "null"],
    [5n, "bigint", "5"],
    [Symbol("s"), "symbol", "Symbol(s)"],
    [{ a: 1 }, "object", "an object with a"],
    [[1], "object", "an array of 1"],
  ])("says what else was thrown: %o", (thrown, name, message) => {
    expect(storedError(thrown)).toEqual({ name, message });
  });

  it("bounds all texts, and cuts no character in half", () => {
    const error = Object.assign(new Error("🕰".repeat(100_000)), { stack: "s".repeat(100_000) });
    const { message, stack } = storedError(error);
    expect([message.length, stack?.length]).toEqual([8_191, 16_384]);
    expect(message).toMatch(/^🕰+…$/u);
    expect(storedError("x".repeat(8_192)).message).toHaveLength(8_192);
    expect(storedError("x".repeat(8_193)).message).toBe(`${"x".repeat(8_191)}…`);
  });

  it("throws nothing, whatever its getters do", () => {
    const hostile = {
      get message(): string {
        throw new Error("no");
      },
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const thrown of [hostile, proxy]) {
      expect(storedError(thrown)).toEqual({ name: "object", message: "a value that cannot be read" });
    }
  });
});
