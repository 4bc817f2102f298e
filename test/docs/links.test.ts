/** Documents name files, headings and options that are there, and the README keeps the form that its first commands are read from. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type Commands, commandsOfHelp } from "./commands.js";
import { blocksOf } from "./guide.js";

const ROOT = new URL("../../", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, ROOT), "utf8");
const DOCUMENTS = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .trim()
  .split("\n");

/** A document without its blocks of code. */
const prose = (text: string): string => text.replace(/^(`{3,}).*\n[\s\S]*?^\1$/gm, "");

/** What GitHub calls the headings of a document. */
function anchors(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading] of prose(text).matchAll(/^#+ +(.*)$/gm)) {
    const words = (heading ?? "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const name = words.replace(/[^\p{L}\p{N} _-]/gu, "").replace(/ /g, "-");
    let free = name;
    for (let n = 1; found.has(free); n++) free = `${name}-${n}`;
    found.add(free);
  }
  return found;
}

describe.each(DOCUMENTS)("%s", (name) => {
  it("links only to what is there", () => {
    const text = prose(read(name)).replace(/`[^`\n]*`/g, "");
    const links = [...text.matchAll(/\]\(([^)\s]+)\)|\bsrc(?:set)?="([^"]+)"/g)].map(
      ([, link, source]) => link ?? source ?? "",
    );
    const dead = links.filter((link) => {
      if (/^(?:https?|mailto):/.test(link)) return !URL.canParse(link);
      const [path = "", anchor] = link.split("#");
      const target = new URL(path, new URL(name, ROOT));
      if (path !== "" && !existsSync(target)) return true;
      if (anchor === undefined) return false;
      return !anchors(path === "" ? read(name) : readFileSync(target, "utf8")).has(anchor);
    });
    expect(dead).toEqual([]);
  });
});

describe("README.md", () => {
  it("starts with the two commands of a newcomer, which .ci/run runs, and has no other block that one would run", () => {
    const start = read("README.md").split("\n## Start\n")[1]?.split("\n## ")[0] ?? "";
    const sh = (text: string): string[] => blocksOf(text).flatMap((b) => (b.language === "sh" ? [b.text] : []));
    expect(sh(start)).toEqual(["npm ci\nnpx review fixtures/threads/susp-gate/thread.txt", "npm test"]);
    expect(sh(read("README.md"))).toEqual(sh(start));
  });

  it("names the exit codes and formats that the command knows", () => {
    const text = read("README.md");
    for (const word of ["`text`", "`json`", "`reply`", "`sarif`", "| 0 |", "| 1 |", "| 2 |", "| 3 |", "| 4 |", "| 5 |"])
      expect(text).toContain(word);
  });
});

describe("commands in documents", () => {
  let commands: Commands;
  beforeAll(() => {
    commands = commandsOfHelp();
  }, 120_000);

  /** Pieces of shell: blocks, and code inside of lines. */
  const shell = (text: string): string[] => [
    ...blocksOf(text).flatMap((b) =>
      /^(?:sh|console|)$/.test(b.language) ? b.text.replace(/\\\n/g, " ").split("\n") : [],
    ),
    ...[...prose(text).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? ""),
  ];
  /** What is behind the program in each call of it. */
  const calls = (line: string): string[][] =>
    line
      .replace(/(?:^|\s)#.*$/, "")
      .split(/[|;&<>(]+|\$ /)
      .flatMap((part) => {
        const words = /^\s*(?:npx |\S+=|[\w -]*")?(?:timeout .* )?(?:review|node \S*dist\/apps\/cli\.js) (.*)$/.exec(
          part,
        )?.[1];
        return words === undefined ? [] : [words.split(/\s+/)];
      });

  it.each(DOCUMENTS)("%s names no option that its command does not have", (name) => {
    const unknown: string[] = [];
    for (const words of shell(read(name)).flatMap(calls)) {
      let command = "";
      for (const word of words) {
        const below = command === "" ? word : `${command} ${word}`;
        if (!commands.has(below)) break;
        command = below;
      }
      for (const option of words.flatMap((word) => /^"?(--[a-z][\w-]*)/.exec(word)?.[1] ?? []))
        if (!commands.get(command)?.has(option) && option !== "--help") unknown.push(`${command}: ${option}`);
    }
    expect(unknown).toEqual([]);
  });

  it("are seen where they stand", () => {
    expect(calls("timeout 5 review watch -c x --once | jq # --no")).toEqual([["watch", "-c", "x", "--once", ""]]);
    expect(shell(read("README.md")).flatMap(calls).length).toBeGreaterThan(20);
  });
});
