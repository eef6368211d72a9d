import { defineConfig } from "vitest/config";
import base from "./vitest.config.js";

/** The proofs that take too long for every commit. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/long/**/*.test.ts"],
    exclude: [],
    testTimeout: 900_000,
    // One at a time: a test of load must not measure its neighbour.
    fileParallelism: false,
  },
});
