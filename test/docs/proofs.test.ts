/** A test that a document names as the proof of a promise is there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const documents = readdirSync(new URL("docs/", root)).filter((name) => name.endsWith(".md"));

/** A file's path, and the names of tests in it: `path`: describe > name; another name. */
function proofsIn(text: string): readonly (readonly [path: string, names: readonly string[]])[] {
  return [...text.matchAll(/`(test\/[\w/.-]+\.test\.ts)`(?:: ((?:(?!; `test\/| +\|)[^\n])+))?/g)].map(
    ([, path = "", names = ""]) => [path, names.split(/ > |; /).filter((name) => name !== "")],
  );
}

describe.each(documents)("docs/%s", (name) => {
  it("names tests that are there", () => {
    for (const [path, names] of proofsIn(readFileSync(new URL(`docs/${name}`, root), "utf8"))) {
      const file = fileURLToPath(new URL(path, root));
      expect(existsSync(file), path).toBe(true);
      const source = readFileSync(file, "utf8").replaceAll('\\"', '"');
      for (const each of names) expect(source, `${path}: ${each}`).toContain(each.replaceAll("\\|", "|"));
    }
  });
});

it("finds what is named", () => {
  const text = "| x | `test/a.test.ts`: one > two; three; `test/b.test.ts`: four |\nAnd `test/c.test.ts`, too.";
  expect(proofsIn(text)).toEqual([
    ["test/a.test.ts", ["one", "two", "three"]],
    ["test/b.test.ts", ["four"]],
    ["test/c.test.ts", []],
  ]);
});
