/** Every command that a document names is one that there is, options too. Guides are run besides (guides.test.ts). */
import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type Commands, commandsOfHelp } from "./commands.js";
import { documents } from "./documents.js";

const DOCUMENTS = documents();
const SCRIPTS = new Set(Object.keys((JSON.parse(readFileSync("package.json", "utf8")) as { scripts: object }).scripts));
/** Of the program that a command is piped into, or of another shell's. */
const ENDS = new Set(["|", "||", "&&", ">", ">>", "2>>", "<", "#", ";"]);

/** Code of a document: spans, and lines of blocks with those that go on behind a backslash. */
function codeOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^( *)(`{3,})\w*\n([\s\S]*?)^\1\2$/gm)].map(([, , , text]) => text ?? "");
  const rest = markdown.replace(/^( *)(`{3,})\w*\n[\s\S]*?^\1\2$/gm, "");
  const spans = [...rest.matchAll(/(?<!`)`([^`]+)`(?!`)/g)].map(([, text]) => (text ?? "").replace(/\s+/g, " "));
  return [...blocks.flatMap((text) => text.replace(/\\\n\s*/g, "").split("\n")), ...spans];
}

/** The words of each command of a program in a line of code. */
function wordsAfter(program: RegExp, line: string): string[][] {
  return [...line.matchAll(program)].map((found) => {
    const words = line
      .slice((found.index ?? 0) + found[0].length)
      .trim()
      .split(/\s+/);
    const end = words.findIndex((word) => ENDS.has(word) || /^\$?\(|\)$/.test(word));
    return end < 0 ? words : words.slice(0, end);
  });
}

const REVIEW = /(?:^|\| |&& |\$ |\()(?:npx )?review(?= |$)/g;
const NPM = /(?:^|&& |\$ )npm run (?:-s )?(?=\w)/g;

describe("commands in documents", () => {
  let known: Commands;
  beforeAll(() => {
    known = commandsOfHelp();
  }, 120_000);

  it.each(DOCUMENTS)("%s names those that there are", (name) => {
    const code = codeOf(readFileSync(name, "utf8"));
    const wrong: string[] = [];
    for (const words of code.flatMap((line) => wordsAfter(REVIEW, line))) {
      // "rules test" before "rules", "" where the first word is a file.
      const command = [words.slice(0, 2).join(" "), words[0] ?? "", ""].find((one) => known.has(one)) ?? "";
      const options = words.flatMap((word) => /^(--[\w-]+)/.exec(word)?.[1] ?? []);
      const unknown = options.filter((option) => option !== "--help" && !known.get(command)?.has(option));
      for (const option of unknown) wrong.push(`review ${words.join(" ")}: ${option} is none of \`review ${command}\``);
    }
    for (const [script = ""] of code.flatMap((line) => wordsAfter(NPM, line)))
      if (!SCRIPTS.has(script)) wrong.push(`npm run ${script}`);
    expect(wrong).toEqual([]);
  });

  it("are found where they stand", () => {
    const [block, span] = [
      "```\n$ npx review rules test \\\n    --watch A | cat --x\n```",
      "`npm run bench -- x` and `review --nonsense`",
    ];
    expect(codeOf(block).flatMap((line) => wordsAfter(REVIEW, line))).toEqual([["rules", "test", "--watch", "A"]]);
    expect(codeOf(span).flatMap((line) => wordsAfter(REVIEW, line))).toEqual([["--nonsense"]]);
    expect(codeOf(span).flatMap((line) => wordsAfter(NPM, line))).toEqual([["bench", "--", "x"]]);
    expect(existsSync("docs/rules.md") && DOCUMENTS.includes("docs/rules.md")).toBe(true);
  });
});
