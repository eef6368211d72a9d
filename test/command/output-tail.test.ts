import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LONGEST_LINE_BYTES, OutputLines } from "../../src/command/output-lines.js";
import { OutputTail } from "../../src/command/output-tail.js";

const chunks = fc.array(fc.string({ unit: "grapheme", maxLength: 40 }), { maxLength: 30 });

/** A text's bytes, cut anywhere, also within characters. */
function cutAnywhere(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

describe("OutputTail", () => {
  const tailOf = (limit: number, ...parts: readonly (string | Buffer)[]): OutputTail => {
    const tail = new OutputTail(limit);
    for (const part of parts) tail.add(Buffer.from(part as string));
    return tail;
  };

  it.each([
    ["nothing", tailOf(4), "", false],
    ["less than the limit", tailOf(4, "ab"), "ab", false],
    ["just the limit", tailOf(4, "ab", "cd"), "abcd", false],
    ["more, in small chunks", tailOf(4, "ab", "cd", "ef", "gh", "ij", "k"), "hijk", true],
    ["more, in one chunk", tailOf(4, "abcdefghij"), "ghij", true],
    ["a large chunk after small ones", tailOf(4, "ab", "cdefghij"), "ghij", true],
    ["no limit at all left", tailOf(0, "ab"), "", true],
    ["a character of two bytes, cut", tailOf(4, "äöü"), "öü", true],
    ["one of three bytes, cut", tailOf(4, "a€€"), "€", true],
    ["one of four bytes, cut after the first", tailOf(7, "😀😀"), "😀", true],
    ["one of four bytes, cut after the third", tailOf(5, "😀😀"), "😀", true],
    ["a character that is all that is kept, cut", tailOf(3, "😀"), "", true],
  ])("keeps of %s the end", (_what, tail, text, truncated) => {
    expect([String(tail), tail.truncated]).toEqual([text, truncated]);
  });

  it("drops no more than a character of what is not UTF-8", () => {
    const tail = tailOf(8, Buffer.alloc(100, 0x80));
    expect(String(tail)).toBe("\ufffd".repeat(8));
  });

  it("keeps what is not UTF-8 at the start, when nothing was cut", () => {
    expect(String(tailOf(8, Buffer.from([0x80, 0x41])))).toBe("\ufffdA");
  });

  it("does as keeping everything would, cut by characters", () => {
    fc.assert(
      fc.property(chunks, fc.nat({ max: 60 }), fc.integer({ min: 1, max: 50 }), (parts, limit, size) => {
        const text = parts.join("");
        const tail = new OutputTail(limit);
        for (const chunk of cutAnywhere(text, size)) tail.add(chunk);
        let expected = text;
        while (Buffer.byteLength(expected) > limit)
          expected = expected.slice((expected.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
        expect(String(tail)).toBe(expected);
        expect(tail.truncated).toBe(Buffer.byteLength(text) > limit);
      }),
    );
  });

  it("does not grow with what passes", () => {
    const tail = new OutputTail(1_000);
    const before = process.memoryUsage().arrayBuffers;
    const chunk = Buffer.alloc(65_536, "x");
    for (let n = 0; n < 10_000; n++) tail.add(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
    expect(String(tail)).toBe("x".repeat(1_000));
  });
});

describe("OutputLines", () => {
  const linesOf = (...parts: readonly Buffer[]): string[] => {
    const lines: string[] = [];
    const output = new OutputLines((line) => lines.push(line));
    for (const part of parts) output.add(part);
    output.end();
    return lines;
  };

  it.each([
    ["nothing", "", []],
    ["empty lines", "\n\na\n", ["", "", "a"]],
    ["a last line without end", "a\nb", ["a", "b"]],
    ["lines of Windows", "a\r\n\r\nb\r\n", ["a", "", "b"]],
    ["a carriage return within", "10%\r20%\n", ["10%\r20%"]],
  ])("cuts %s", (_what, text, lines) => {
    expect(linesOf(Buffer.from(text))).toEqual(lines);
    expect(linesOf(...cutAnywhere(text, 1))).toEqual(lines);
  });

  it("gives a long line in pieces that do not cut characters", () => {
    const longest = LONGEST_LINE_BYTES;
    expect(longest).toBe(8_192);
    const pieces = linesOf(...cutAnywhere(`${"€".repeat(6_000)}\nnext\n`, 1_000));
    expect(pieces.slice(0, -1).join("")).toBe("€".repeat(6_000));
    expect(pieces.map((piece) => Buffer.byteLength(piece))).toEqual([8_190, 8_190, 1_620, 4]);
  });

  it("gives no empty piece at the end of a line that is just as long as a piece", () => {
    const piece = "x".repeat(LONGEST_LINE_BYTES);
    expect(linesOf(Buffer.from(`${piece}\n\na\n`))).toEqual([piece, "", "a"]);
    expect(linesOf(Buffer.from(`${piece}${piece}\na\n`))).toEqual([piece, piece, "a"]);
    expect(linesOf(Buffer.from(`${piece}\r\na\n`))).toEqual([piece, "a"]);
  });

  it("does as split does, however the output comes", () => {
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 50 }), (parts, size) => {
        const text = parts.join("\n").replaceAll("\r", "");
        const expected = text.split("\n");
        if (expected.at(-1) === "") expected.pop();
        expect(linesOf(...cutAnywhere(text, size))).toEqual(expected);
      }),
    );
  });
});
