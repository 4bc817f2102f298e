import { describe, expect, it } from "vitest";
import { parseDuration } from "../../src/speak/duration.js";
import { parseDay, retryWait } from "../../src/watch/schedule.js";

describe("durations", () => {
  it.each([
    ["90s", 90_000],
    ["2h", 7_200_000],
    ["1d", 86_400_000],
    ["0m", 0],
  ])("%s", (text, ms) => expect(parseDuration(text)).toBe(ms));
  it.each(["", "2", "h", "-1h", "1.5h", "1 h", "99999999s", "1w"])("refuses %j", (text) =>
    expect(parseDuration(text)).toBeNull(),
  );
});

describe("days", () => {
  it.each([
    ["2019-04", false, "2019-04-01T00:00:00.000Z"],
    ["2019-04", true, "2019-05-01T00:00:00.000Z"],
    ["2019-12", true, "2020-01-01T00:00:00.000Z"],
    ["2020-02-29", false, "2020-02-29T00:00:00.000Z"],
    ["2020-02-29", true, "2020-03-01T00:00:00.000Z"],
  ])("%s, end %s", (text, end, iso) => expect(parseDay(text, end)).toBe(iso));
  it.each(["2019", "2019-13", "2019-00", "2019-02-30", "19-04", "2019-4", "2019-04-1", "x"])("refuses %j", (text) =>
    expect(parseDay(text)).toBeNull(),
  );
});

describe("trying again", () => {
  it("waits longer each time, and no longer than an hour", () => {
    expect([0, 1, 2, 9].map(retryWait)).toEqual([60_000, 600_000, 3_600_000, 3_600_000]);
  });
});
