/** npm run bench:docs [-- FOLDER]: docs/benchmarks.md and its plots, from the results of the last full run. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { folderOf, readAll } from "../results.js";
import { pageOf } from "./page.js";

const DOCS = fileURLToPath(new URL("../../docs/", import.meta.url));
const [folder = folderOf("full")] = process.argv.slice(2);
const { markdown, plots } = pageOf(readAll(folder));
rmSync(join(DOCS, "benchmarks"), { recursive: true, force: true });
mkdirSync(join(DOCS, "benchmarks"));
for (const [file, svg] of plots) writeFileSync(join(DOCS, "benchmarks", file), svg);
const page = join(DOCS, "benchmarks.md");
writeFileSync(page, markdown);
execFileSync("npx", ["biome", "check", "--write", page], { stdio: ["ignore", "ignore", "inherit"] });
console.log(`docs/benchmarks.md and ${plots.size} plots`);
