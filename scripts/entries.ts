/** What the package exports, as package.json says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

interface Condition {
  readonly types: string;
  readonly default: string;
}
interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly import: Condition }>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** A name under which the package can be imported, and the built files that it stands for. */
export interface Entry {
  readonly name: string;
  readonly module: string;
  readonly types: string;
}

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;

export const PEERS: readonly string[] = Object.keys(manifest.peerDependencies);

/** Without `punctual/package.json`, which is no module. */
export const ENTRIES: readonly Entry[] = Object.entries(manifest.exports).flatMap(([path, target]) => {
  if (typeof target === "string") return [];
  const { default: module, types } = target.import;
  return [{ name: `punctual${path.slice(1)}`, module: join(ROOT, module), types: join(ROOT, types) }];
});
