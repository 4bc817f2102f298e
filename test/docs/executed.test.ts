/**
 * Every block of commands in a document is run by a test, by the one that is named below. ```console is what none can do: installing,
 * systems' services, real servers.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMMAND, documents } from "./documents.js";
import { blocksOf } from "./guide.js";

/** Documents by the test that runs their blocks. */
const RUN_BY: Record<string, string> = {
  "README.md": "test/docs/readme.peers.test.ts",
  "docs/guide-local.md": "test/docs/guides.test.ts",
  "docs/guide-app.md": "test/docs/guides.test.ts",
  "docs/guide-watch.md": "test/docs/guides.peers.test.ts",
  "docs/rule-authors.md": "test/docs/rule-authors.test.ts",
};
const judged = documents().filter((name) => name.startsWith("docs/judged/"));

describe("blocks of commands", () => {
  it.each(documents().filter((name) => !judged.includes(name)))("%s has none that nobody runs", (name) => {
    const unknown = blocksOf(readFileSync(name, "utf8")).filter(({ language, text }) => {
      if (!COMMAND.test(text) || language === "console") return false;
      return RUN_BY[name] === undefined || (language !== "sh" && name !== "README.md");
    });
    expect(unknown.map(({ line, text }) => `${name}:${line}: ${text}`)).toEqual([]);
  });

  it.each(Object.entries(RUN_BY))("%s is run by %s", (name, test) => {
    expect(readFileSync(test, "utf8")).toContain(name);
  });

  // By test/truth/judged-docs.test.ts, which takes all of these documents.
  it.each(judged)("%s has none that are not marked to be run on real kernels", (name) => {
    const blocks = blocksOf(readFileSync(name, "utf8")).filter(({ text }) => COMMAND.test(text));
    expect(blocks.map(({ language }) => language).filter((language) => language !== "sh")).toEqual([]);
  });
});
