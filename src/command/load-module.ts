import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const TYPESCRIPT = /\.[mc]?ts$/;

/** Loads a module in a worker thread, where a loader that the main thread has (tsx) does not reach. */
export async function loadModule(url: string): Promise<Record<string, unknown>> {
  if (!TYPESCRIPT.test(url)) return import(url);
  const tsx = await findTsx(url);
  if (tsx !== null) return tsx.tsImport(url, url);
  try {
    return await import(url);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_UNKNOWN_FILE_EXTENSION") throw error;
    const hint = "a worker thread of this Node cannot load TypeScript: install tsx, or name the compiled file";
    throw new Error(`${url}: ${hint}`, { cause: error });
  }
}

type Tsx = { tsImport(url: string, parent: string): Promise<Record<string, unknown>> };

/** The project's own tsx, if it has one: it also knows imports of `./x.js` that mean `./x.ts`. */
async function findTsx(url: string): Promise<Tsx | null> {
  try {
    // resolve() finds what require() would load; that one does not work inside a worker thread, its twin does.
    const path = createRequire(url)
      .resolve("tsx/esm/api")
      .replace(/\.cjs$/, ".mjs");
    return await import(pathToFileURL(path).href);
  } catch {
    return null;
  }
}
