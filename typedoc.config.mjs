import { readFileSync } from "node:fs";

const { paths } = JSON.parse(readFileSync(new URL("tsconfig.all.json", import.meta.url), "utf8")).compilerOptions;

/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  name: "punctual",
  entryPoints: Object.values(paths).flat(),
  tsconfig: "tsconfig.json",
  out: "docs/api",
  readme: "README.md",
  includeVersion: true,
  // Where a clone came from is nobody's business here, and differs.
  disableGit: true,
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  treatWarningsAsErrors: true,
  // Constants whose types are exported, schedules and factories that are known by what makes them, and parts of ports.
  intentionallyNotExported: [
    "DISTRIBUTED_KEYS",
    "OUTCOMES",
    "SKIP_REASONS",
    "WorkerFactory",
    "Payload",
    "DelaySchedule",
    "OnceSchedule",
    "IntervalSchedule",
  ],
};
