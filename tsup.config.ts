import type { Options } from "tsup";
import { defineConfig } from "tsup";

const shared: Options = { target: "node20", platform: "node", sourcemap: true, splitting: true };

export default defineConfig([
  {
    ...shared,
    entry: {
      index: "src/index.ts",
      diagnostics: "src/diagnostics/index.ts",
      driver: "src/driver.ts",
      explain: "src/explain/index.ts",
      flock: "src/flock.ts",
      history: "src/history.ts",
      metrics: "src/metrics/index.ts",
      otel: "src/otel/index.ts",
      redis: "src/redis.ts",
      store: "src/store.ts",
      testing: "src/testing/index.ts",
      worker: "src/worker.ts",
    },
    format: ["esm", "cjs"],
    dts: true,
    // Gives the CommonJS build an import.meta.url, by which it finds the file below.
    shims: true,
  },
  // What runs in the threads: one file, from both formats.
  { ...shared, entry: { "worker-thread": "src/command/worker-thread.ts" }, format: ["esm"] },
]);
