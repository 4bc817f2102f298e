import { describe, expect, it } from "vitest";
import { compareTags, stableLine, type TagRef, tagsFor } from "../../src/watch/tags.js";

const day = (text: string): number => Date.parse(text) / 1000;
const tag = (name: string, date: string | null): TagRef => ({
  name,
  commit: name,
  time: date === null ? null : day(date),
});

describe("compareTags", () => {
  it("knows candidates, releases and numbers above nine", () => {
    const names = ["v6.2", "v6.12-rc7", "v6.12", "v6.11", "v6.12-rc10", "v6.11.3", "other", "v5.19"];
    expect(names.sort(compareTags)).toEqual([
      "v6.12",
      "v6.12-rc10",
      "v6.12-rc7",
      "v6.11.3",
      "v6.11",
      "v6.2",
      "v5.19",
      "other",
    ]);
  });
});

describe("tagsFor", () => {
  const tags = [
    tag("v6.11", "2024-09-15"),
    tag("v6.11.2", "2024-10-04"),
    tag("v6.12-rc1", "2024-09-29"),
    tag("v6.12-rc2", "2024-10-06"),
    tag("next-20241003", null),
    tag("next-20241007", "2024-10-07"),
    tag("next-20241001", null),
    tag("next-20241002", null),
    tag("v5.10.226", "2024-09-12"),
    tag("odd", "2024-09-12"),
  ];
  const names = (date: string | null, prefixes: string[] = ["PATCH"], limit = 6) =>
    tagsFor(tags, { date, prefixes, limit }).map(({ name }) => name);

  it("takes the newest from before the mail", () => {
    expect(names("2024-10-04T12:00:00.000Z")).toEqual(["next-20241003", "next-20241002", "v6.12-rc1", "v6.11"]);
    expect(names("2024-10-09T12:00:00.000Z", [], 4)).toEqual([
      "next-20241007",
      "next-20241003",
      "v6.12-rc2",
      "v6.12-rc1",
    ]);
    expect(names(null)).toHaveLength(5);
    expect(names("2001-01-01")).toEqual([]);
  });

  it("takes point releases for a stable series alone", () => {
    expect(names("2024-10-09", ["PATCH", "6.11"])).toEqual(["v6.11.2", "v6.11"]);
    expect(names("2024-10-09", ["PATCH", "v5.10.y"])).toEqual(["v5.10.226"]);
  });
});

describe("stableLine", () => {
  it.each([
    [["PATCH", "5.10"], "5.10"],
    [["PATCH", "6.6.y"], "6.6"],
    [["PATCH", "v6.1.100"], "6.1"],
    [["PATCH", "net", "2/3"], null],
  ])("%j: %s", (prefixes, line) => expect(stableLine(prefixes)).toBe(line));
});
