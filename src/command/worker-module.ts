import { existsSync, readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse } from "es-module-lexer/js";
import { InvalidOptionError, WorkerError, show } from "../errors.js";

/** The source that a compiler turns into a file of that ending. */
const SOURCE_ENDINGS: readonly (readonly [compiled: string, source: string])[] = [
  [".js", ".ts"],
  [".mjs", ".mts"],
  [".cjs", ".cts"],
];

/**
 * The `file:` URL of a worker's module, which must be there and, as far as can be told without running it, have the
 * export.
 */
export function findWorkerModule(url: URL | string, exportName: string): string {
  const asked = fileUrl(url);
  if (typeof exportName !== "string" || exportName === "") {
    throw new InvalidOptionError("exportName", "the name of an export", exportName);
  }
  const found = [asked, ...sourcesOf(asked)].find((candidate) => existsSync(fileURLToPath(candidate)));
  if (found === undefined) {
    throw new WorkerError("WORKER_MODULE_NOT_FOUND", `no file for a worker command at ${fileURLToPath(asked)}`);
  }
  const names = exportsOf(found);
  if (names !== null && !names.includes(exportName)) {
    const given = names.length === 0 ? "it exports nothing" : `it exports ${names.join(", ")}`;
    throw new WorkerError(
      "WORKER_EXPORT_NOT_FOUND",
      `${fileURLToPath(found)} has no export ${show(exportName)}: ${given}`,
    );
  }
  return found;
}

function fileUrl(url: URL | string): string {
  if (url instanceof URL && url.protocol === "file:") return url.href;
  if (typeof url === "string" && url.startsWith("file://")) return url;
  if (typeof url === "string" && isAbsolute(url)) return pathToFileURL(url).href;
  throw new InvalidOptionError("url", "a file: URL, as new URL(file, import.meta.url) gives, or an absolute path", url);
}

function sourcesOf(url: string): string[] {
  return SOURCE_ENDINGS.filter(([compiled]) => url.endsWith(compiled)).map(
    ([compiled, source]) => url.slice(0, -compiled.length) + source,
  );
}

/** The names that an ES module exports, read from its text; `null` where they cannot be told without running it. */
function exportsOf(url: string): string[] | null {
  try {
    const [, exports, , isModule] = parse(readFileSync(fileURLToPath(url), "utf8"));
    if (!isModule || exports.some((found) => found.type === "reexport-all")) return null;
    return exports.flatMap((found) => (found.type === "reexport-all" || found.typeOnly ? [] : [found.name]));
  } catch {
    return null;
  }
}
