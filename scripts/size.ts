/**
 * How large each entry is in a program that was bundled: with the package's dependencies, without its peers, minified and
 * compressed by gzip. Fails when one is larger than size-limits.json allows. Needs `npm run build`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bundleSizeOf } from "./bundle.js";
import { ENTRIES, ROOT } from "./entries.js";

const limits = JSON.parse(readFileSync(join(ROOT, "size-limits.json"), "utf8")) as Readonly<Record<string, number>>;

// The file that runs in worker threads is no entry, but each thread loads it.
const modules = [...ENTRIES, { name: "worker-thread", module: join(ROOT, "dist/worker-thread.js") }];
const unknown = Object.keys(limits).filter((name) => !modules.some((module) => module.name === name));
const faults = unknown.map((name) => `${name} has a limit, and is nowhere`);

for (const { name, module } of modules) {
  const { gzip: size } = await bundleSizeOf(module);
  const limit = limits[name];
  console.log(`${name.padEnd(22)} ${String(size).padStart(7)} bytes of ${limit ?? "?"}`);
  if (limit === undefined) faults.push(`${name} has no limit`);
  else if (size > limit) faults.push(`${name} is ${size - limit} bytes too large`);
}

for (const fault of faults) console.error(`size-limits.json: ${fault}`);
if (faults.length > 0) process.exitCode = 1;
