/** Documents name files that are there, and the README keeps the form that its first commands are read from. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const ROOT = new URL("../../", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, ROOT), "utf8");

describe.each(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])("%s", (name) => {
  it("links only to what is there", () => {
    const links = [...read(name).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link ?? "");
    expect(links.filter((link) => !existsSync(new URL(link, ROOT)))).toEqual([]);
  });
});

describe("README.md", () => {
  it("starts with the two commands of a newcomer", () => {
    const start = read("README.md").split("\n## Start\n")[1]?.split("\n## ")[0] ?? "";
    const blocks = [...start.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block);
    expect(blocks).toEqual(["npm ci\nnpx review fixtures/threads/susp-gate/thread.txt\n", "npm test\n"]);
  });

  it("names the exit codes and formats that the command knows", () => {
    const text = read("README.md");
    for (const word of ["`text`", "`json`", "`reply`", "`sarif`", "| 0 |", "| 1 |", "| 2 |", "| 3 |", "| 4 |", "| 5 |"])
      expect(text).toContain(word);
  });
});
