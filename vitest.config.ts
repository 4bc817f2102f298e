import { defineConfig } from "vitest/config";

/**
 * Tests with real peers (git, public-inbox, PostgreSQL, Chromium, whole programs that are killed) are in files named *.peers.test.ts and take
 * minutes: `npm run test:peers` runs them, `npm test` all others.
 */
const peers = process.env.PATCHWITNESS_PEERS === "1";

export default defineConfig({
  test: {
    include: [peers ? "test/**/*.peers.test.ts" : "test/**/*.test.ts"],
    exclude: peers ? [] : ["test/**/*.peers.test.ts"],
    setupFiles: [
      "test/seed.ts",
      ...(process.env.PATCHWITNESS_COVERAGE === undefined ? [] : ["test/cover-children.ts"]),
    ],
    globalSetup: ["test/build-once.ts"],
    testTimeout: 60_000,
    maxWorkers: 2,
    // Files of a worker share its modules: no test changes them, and loading them anew was a third of the time.
    isolate: peers,
    coverage: { include: ["src/**/*.ts"] },
  },
});
