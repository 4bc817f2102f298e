/** Live while something is got on with, ready when a round has ended. */
import { describe, expect, it } from "vitest";
import { Health } from "../../../src/apps/watch/health.js";
import { longestPause, scheduleProblem } from "../../../src/io/schedule.js";

const MINUTE = 60_000;

describe("health", () => {
  it("is live and not ready in the first round, however long that takes", () => {
    let now = 0;
    const health = new Health(() => now);
    health.expect(15 * MINUTE);
    now = 48 * 60 * MINUTE;
    expect(health.answer()).toMatchObject({ live: true, ready: false, reason: "the first round is not over yet" });
    health.ended(new Date(now));
    expect(health.answer()).toMatchObject({ live: true, ready: true, reason: null, silentSeconds: 0 });
  });

  it("is not live when nothing was got on with for three pauses of the schedule", () => {
    let now = 0;
    const health = new Health(() => now);
    health.expect(15 * MINUTE);
    health.ended(new Date(0));
    now = 45 * MINUTE;
    expect(health.answer()).toMatchObject({ live: true, limitSeconds: 2700 });
    now += 1000;
    expect(health.answer()).toMatchObject({ live: false, ready: true, silentSeconds: 2701 });
    expect(health.answer().reason).toMatch(/no round has ended.*2701 seconds/);
    health.sign();
    expect(health.answer().live).toBe(true);
  });

  it("waits ten minutes however short the schedule is", () => {
    const health = new Health(() => 0);
    health.expect(1000);
    expect(health.answer().limitSeconds).toBe(600);
  });
});

describe("a schedule", () => {
  it.each([
    ["*/15 * * * *", 15],
    ["*/15 9-17 * * 1-5", (2 * 24 + 15.25) * 60],
    ["0 3 * * *", 24 * 60],
  ])("%s pauses for %d minutes at most", (schedule, minutes) => {
    // Clocks may be put forward or back in between.
    const pause = longestPause(schedule, new Date(2026, 0, 5)) / MINUTE;
    expect(Math.abs(pause - minutes)).toBeLessThanOrEqual(60);
  });

  it("is told from what is none", () => {
    expect(scheduleProblem("*/15 * * * *")).toBeNull();
    expect(scheduleProblem("0 0 31 2 *")).toBe("0 0 31 2 * never comes");
  });
});
