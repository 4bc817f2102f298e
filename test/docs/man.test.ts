/** The manual page is that of the program: all commands and options, and what they read from their surroundings. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../src/errors.js";
import { type Commands, commandsOfHelp } from "./commands.js";

const PAGE = readFileSync("man/review.1", "utf8");

/** Text without what groff is told. */
const bare = (text: string): string =>
  text
    .replace(/\\f[BIR]/g, "")
    .replace(/\\-/g, "-")
    .replace(/\\e/g, "\\")
    .replace(/\\&/g, "");
const part = (name: string): string => PAGE.split(`\n.SH ${name}\n`)[1]?.split("\n.SH ")[0] ?? "";
const terms = (text: string): string[] => [...text.matchAll(/^\.TP\n(.*)$/gm)].map(([, term]) => bare(term ?? ""));

/** Long options of the page by the words of their command. */
function commandsOfPage(): Commands {
  const longs = (text: string): Set<string> =>
    new Set(terms(text).flatMap((term) => term.match(/(?<![\w-])--[\w-]+/g) ?? []));
  const found: Commands = new Map([["", longs(part("OPTIONS"))]]);
  for (const piece of part("COMMANDS")
    .split(/^\.SS /m)
    .slice(1)) {
    const [title = "", ...text] = piece.split("\n");
    found.set(bare(title).replace(/^"review (.*)"$/, "$1"), longs(text.join("\n")));
  }
  return found;
}

describe("man/review.1", () => {
  let help: Commands;
  beforeAll(() => {
    help = commandsOfHelp();
  }, 120_000);

  it("has every command and option of the help, and no other", () => {
    const page = commandsOfPage();
    expect([...page.keys()].sort()).toEqual([...help.keys()].sort());
    for (const [words, options] of help) {
      if (words !== "") options.delete("--help");
      expect([words, ...(page.get(words) ?? [])].sort()).toEqual([words, ...options].sort());
    }
  });

  it("has all exit codes", () => {
    expect(terms(part("EXIT STATUS"))).toEqual(Object.values(EXIT).map(String));
  });

  it("has every variable that the sources ask for", () => {
    const asked = new Set<string>();
    for (const name of readdirSync("src", { recursive: true, encoding: "utf8" })) {
      if (!name.endsWith(".ts")) continue;
      const text = readFileSync(join("src", name), "utf8");
      for (const [, variable] of text.matchAll(/\benv(?:ironment)?\.([A-Z][A-Z0-9_]+)\b(?! = )/g))
        asked.add(variable ?? "");
      for (const [, variable] of text.matchAll(/\.default\("([A-Z][A-Z0-9]+_[A-Z0-9_]+)"\)/g))
        asked.add(variable ?? "");
    }
    const named = terms(part("ENVIRONMENT")).flatMap((term) => term.split(", "));
    expect(named.sort()).toEqual([...asked].sort());
  });

  it("is what groff reads without a complaint, by the macros of man(7)", () => {
    const requests = [...PAGE.matchAll(/^[.'](\S*)/gm)].map(([, request]) => request ?? "");
    expect(new Set(requests)).toEqual(new Set(['\\"', "TH", "SH", "SS", "TP", "PP", "br"]));
    const asked = spawnSync("groff", ["-man", "-Tutf8", "-ww", "man/review.1"], { encoding: "utf8" });
    if (asked.error === undefined) expect([asked.status, asked.stderr]).toEqual([0, ""]);
  });
});
