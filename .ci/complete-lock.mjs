// Usage: node .ci/complete-lock.mjs package-lock.json, after a dependency was changed.
// Adds the optional packages of other platforms that package-lock.json names but does not hold: a registry mirror that lacks
// them makes npm leave them out, and `npm ci` then refuses the file. Versions are their parents' exact pins.
import { readFileSync, writeFileSync } from "node:fs";
const file = process.argv[2];
const lock = JSON.parse(readFileSync(file, "utf8"));
const { packages } = lock;
const OS = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32", "aix"];
const CPU = {
  arm64: "arm64",
  x64: "x64",
  ia32: "ia32",
  arm: "arm",
  armv7: "arm",
  ppc64: "ppc64",
  ppc64le: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
  loong64: "loong64",
  wasm32: "wasm32",
  mips64el: "mips64el",
};
let added = 0;
for (const [path, pkg] of Object.entries(packages)) {
  for (const [name, range] of Object.entries(pkg.optionalDependencies ?? {})) {
    if (Object.keys(packages).some((key) => key === `node_modules/${name}` || key === `${path}/node_modules/${name}`))
      continue;
    const tokens = name.split("/").at(-1).split(/[-.]/);
    const os = tokens.find((t) => OS.includes(t));
    const cpu = tokens.map((t) => CPU[t]).find(Boolean);
    if (!/^\d/.test(range)) {
      console.error("range", path, name, range);
      continue;
    }
    const entry = { version: range };
    if (cpu) entry.cpu = [cpu];
    if (pkg.dev) entry.dev = true;
    if (tokens.includes("musl") || tokens.includes("musleabihf")) entry.libc = ["musl"];
    else if (os === "linux" && (tokens.includes("gnu") || tokens.includes("gnueabihf"))) entry.libc = ["glibc"];
    if (pkg.license) entry.license = pkg.license;
    entry.optional = true;
    if (os) entry.os = [os];
    console.error(path, name, JSON.stringify(entry));
    packages[`node_modules/${name}`] = entry;
    added++;
  }
}
const [root, ...rest] = Object.entries(packages);
lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => a.localeCompare(b, "en"))]);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.error("added", added);
