/** Imports the package named on the command line, in a process that has loaded nothing else, and prints what it took. */
import { Session } from "node:inspector";

const [name, mode] = process.argv.slice(2);
const scripts = new Set();
let native = 0;

if (mode === "look") {
  const session = new Session();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params }) => scripts.add(params.url));
  session.post("Debugger.enable");
  const { dlopen } = process;
  process.dlopen = (...args) => {
    native++;
    return dlopen.apply(process, args);
  };
}
const start = performance.now();
await import(name);
const ms = performance.now() - start;
const files = [...scripts].filter((url) => url.startsWith("file:") && url !== import.meta.url);
const packages = new Set(files.map((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? name));
console.log(JSON.stringify({ ms, native, files: files.length, packages: [...packages] }));
