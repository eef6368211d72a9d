import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^punctual\/diagnostics$/, replacement: source("diagnostics/index.ts") },
      { find: /^punctual\/driver$/, replacement: source("driver.ts") },
      { find: /^punctual\/explain$/, replacement: source("explain/index.ts") },
      { find: /^punctual\/flock$/, replacement: source("flock.ts") },
      { find: /^punctual\/history$/, replacement: source("history.ts") },
      { find: /^punctual\/metrics$/, replacement: source("metrics/index.ts") },
      { find: /^punctual\/otel$/, replacement: source("otel/index.ts") },
      { find: /^punctual\/redis$/, replacement: source("redis.ts") },
      { find: /^punctual\/store$/, replacement: source("store.ts") },
      { find: /^punctual\/testing$/, replacement: source("testing/index.ts") },
      { find: /^punctual\/worker$/, replacement: source("worker.ts") },
      { find: /^punctual$/, replacement: source("index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/long/**"],
    setupFiles: ["test/support/no-leaks.ts"],
    testTimeout: 20_000,
    // Two cores: more processes than that, and tests of real processes measure each other.
    pool: "forks",
    maxWorkers: 2,
  },
});
