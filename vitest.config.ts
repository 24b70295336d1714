import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "scripts/test-setup.mjs",
    setupFiles: "test/support/each-file.ts",
    // Whatever the tests run has a cache of its own, so that the user's, and with it the user's last run, stays as it is.
    // All tests share it; scripts/test-setup.mjs empties it.
    env: { GOTRACE_CACHE: resolve(import.meta.dirname, "dist/test-cache") },
    // Most tests wait for processes of their own: one worker for each processor is not too many.
    maxWorkers: "100%",
    // A worker loads each module once, not again for each file of tests: that took a tenth of the time of them all.
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
