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
    setupFiles: process.env.PATCHWITNESS_COVERAGE === undefined ? [] : ["test/cover-children.ts"],
    globalSetup: ["test/build-once.ts"],
    testTimeout: 60_000,
    maxWorkers: 2,
    coverage: { include: ["src/**/*.ts"] },
  },
});
