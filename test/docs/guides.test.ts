/** The guides do what they say: see guide.ts. */
import { afterEach, describe, expect, it } from "vitest";
import { type AppPlay, startAppPlay } from "./app-play.js";
import { follow } from "./guide.js";

describe("docs/guide-local.md", () => {
  it("can be followed", { timeout: 300_000 }, async () => {
    await follow("docs/guide-local.md");
  });
});

describe("docs/guide-app.md", () => {
  let github: AppPlay | null = null;
  afterEach(async () => {
    expect(await github?.close()).toEqual([]);
  });

  it("can be followed", { timeout: 300_000 }, async () => {
    github = await startAppPlay();
    await follow("docs/guide-app.md", github.play);
    const { reviews, reviewComments, checks } = github.fake.posted();
    expect([reviews.length, reviewComments.length, checks.length]).toEqual([1, 1, 1]);
  });
});
