/** The guides do what they say: see guide.ts. */
import { describe, it } from "vitest";
import { follow } from "./guide.js";

describe("docs/guide-local.md", () => {
  it("can be followed", { timeout: 120_000 }, async () => {
    await follow("docs/guide-local.md");
  });
});
