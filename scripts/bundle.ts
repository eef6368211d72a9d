import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { PEERS, ROOT } from "./entries.js";

/** How large something is in a program that was bundled; bytes. */
export interface BundleSize {
  readonly minified: number;
  readonly gzip: number;
}

/**
 * Bundles what a module exports, with its dependencies and without our optional peers. What is loaded only when it is
 * needed counts too. `module` is a file, or the name of a package.
 */
export async function bundleSizeOf(module: string, external: readonly string[] = PEERS): Promise<BundleSize> {
  const contents = `export * from ${JSON.stringify(module)};`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: [...external],
    outdir: "out",
    write: false,
    logLevel: "error",
  });
  return {
    minified: outputFiles.reduce((sum, file) => sum + file.contents.length, 0),
    gzip: outputFiles.reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length, 0),
  };
}
