/** Pictures are read out where they are not seen, stand on their own, and follow light and dark. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const FOLDER = "docs/pictures";

describe.each(readdirSync(FOLDER))("%s", (name) => {
  const svg = readFileSync(join(FOLDER, name), "utf8");

  it("has a title and a description", () => {
    expect(/<title id="t">[^<]{10,}<\/title>/.test(svg)).toBe(true);
    expect(/<desc id="d">[^<]{40,}<\/desc>/.test(svg)).toBe(true);
    expect(svg).toContain('role="img" aria-labelledby="t d"');
  });

  it("fetches nothing, runs nothing, and has colours for light and dark", () => {
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(
      /https?:|url\(|href|<script|\bon\w+=|@import/,
    );
    expect(svg).toContain("@media (prefers-color-scheme: dark)");
  });

  it("stands in the document", () => {
    expect(readFileSync("docs/how-it-decides.md", "utf8")).toContain(`](pictures/${name})`);
  });
});
