/** What the workflows and the papers tell people and machines to run, against what there is. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WORKFLOWS = readdirSync(join(ROOT, ".github/workflows")).map((name) => `.github/workflows/${name}`);

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };

test.each([...WORKFLOWS, ".ci/run", "README.md", "CONTRIBUTING.md"])("%s runs scripts that exist", (path) => {
  const named = [...read(path).matchAll(/\bnpm run (?:--silent )?([\w:]+)/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(0);
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
});

test.each(WORKFLOWS)("%s pins every action to a commit", (path) => {
  const actions = [...read(path).matchAll(/\buses: (.*)/g)].map(([, action]) => action);
  expect(actions.length).toBeGreaterThan(0);
  for (const action of actions) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test("the tarball is tried with the same versions of Node here and there", () => {
  const there = /name: Tarball, [^[]*\[([^\]]+)\]/.exec(read(".github/workflows/ci.yml"))?.[1] ?? "";
  const versions = there.split(", ").map((version) => version.replaceAll('"', ""));
  expect(versions.length).toBeGreaterThan(3);
  expect(read(".ci/run")).toContain(`step .ci/smoke ${versions.join(" ")}\n`);
});
