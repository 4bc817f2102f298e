import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyFile } from "../../src/patch/apply.js";
import { parseDiff } from "../../src/patch/parse-diff.js";
import { parseRecord, parseRecordSchema } from "../../src/patch/parse-record.js";
import { quotedPatch } from "../../src/patch/quoted-patch.js";
import { readPatches } from "../../src/patch/read-patch.js";
import { splitBody } from "../../src/patch/split-body.js";
import { splitLines, toLines } from "../../src/patch/text-lines.js";
import { unquoteDiffs } from "../../src/patch/unquote.js";
import { DIFF, mail } from "./mail.js";

/** Milliseconds that one hostile input may take; a square of its size would take minutes. */
const LIMIT = 2000;

function timed(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

const big = 100_000;
const huge = `@@ -1,1000000000 +1,1000000000 @@\n`;
const hostile: [string, string][] = [
  ["a diff line of 100 KB", `diff --git ${"a/".repeat(big / 2)} x\n${DIFF}`],
  [
    "a diff line of 100 KB that divides in its middle",
    `diff --git a/${"a/".repeat(big / 4)} b/${"a/".repeat(big / 4)}\nnew file mode 100644\n`,
  ],
  ["a hunk that claims 10^9 lines", `--- a/f.c\n+++ b/f.c\n${huge} one\n+two\n`],
  ["a thousand hunks that claim 10^9 lines", `--- a/f.c\n+++ b/f.c\n${`${huge} one\n+two\nthree\n`.repeat(1000)}`],
  ["headers without end", "diff --git a/x b/x\n".repeat(big / 10)],
  ["pairs without hunks", "--- a/x\n+++ b/x\n".repeat(big / 10)],
  ["Index lines", "Index: x\n".repeat(big / 10)],
  ["an unclosed C name", `--- "a/${"\\303".repeat(big / 4)}\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n`],
  ["white space in a name", `--- a/${" \t".repeat(big / 2)}x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n`],
  ["a line of 2 MB", `${DIFF}+${"x ".repeat(1_000_000)}\n`],
  ["quote marks of 100 KB", `${"> ".repeat(big / 2)}@@ -1 +1 @@\n`.repeat(4)],
  [
    "every quote depth with a hunk",
    Array.from({ length: 2000 }, (_, n) => `${">".repeat(n)} @@ -1,9 +1,9 @@\n`).join(""),
  ],
  ["quoted hunks that stay open", `${`> ${huge}> a\n> +b\nno\n`.repeat(5000)}`],
  ["one quoted hunk over the whole body", `> ${huge}${"> odd line\n".repeat(50_000)}`],
  ["scissors everywhere", "-- >8 --\n".repeat(big / 10)],
  ["a scissors line of 100 KB", `${"-8<".repeat(big / 3)}\nx\n`],
  ["in-body headers", "From: a\n b\n".repeat(big / 10)],
  ["perforations", `${"- ".repeat(big / 2)}\n`.repeat(3)],
  ["an attribution without end", `> ${"x, ".repeat(big / 3)}wrote:\n> > @@ -1 +1 @@\n> > -a\n> > +b\n`],
  ["base85 lines", `diff --git a/x b/x\nGIT binary patch\nliteral 10\n${"zabcde\n".repeat(big / 10)}`],
  ["NULs and lone CRs", `\0\r\0\r${DIFF.replaceAll("\n", "\r")}`],
];

describe("hostile mails", () => {
  it.each(hostile)("%s: answered at once", (_name, text) => {
    const message = mail(text);
    let record: unknown;
    expect(
      timed(() => {
        record = parseRecord(message, { diff: true });
      }),
    ).toBeLessThan(LIMIT);
    expect(parseRecordSchema.safeParse(record).success).toBe(true);
  });

  it("names a hunk that is not all there", () => {
    const { patch } = readPatches(mail(`--- a/f.c\n+++ b/f.c\n${huge} one\n+two\n`));
    expect(patch?.problems.map(({ code }) => code)).toEqual(["hunk-open"]);
    expect(patch?.files[0]).toMatchObject({ newPath: "f.c", additions: 1, deletions: 0 });
    expect(patch?.files[0]?.hunks[0]).toMatchObject({ closed: false, oldLines: 1e9 });
  });

  it("keeps the sound diff behind a broken one", () => {
    const { files } = parseDiff(`--- a/f.c\n+++ b/f.c\n@@ -1,9 +1,9 @@\n cut\n+off\n${DIFF}`);
    expect(files.map(({ newPath, additions }) => [newPath, additions])).toEqual([
      ["f.c", 1],
      ["arch/x/kvm.c", 2],
    ]);
    expect(files[1]?.hunks[0]?.closed).toBe(true);
  });

  it("does not search a repeating file for ever", () => {
    const before = "x\n".repeat(200_000);
    const context = " x\n".repeat(3000);
    const [file] = parseDiff(`--- a/f\n+++ b/f\n@@ -90000,3001 +90000,3001 @@\n${context}-y\n+z\n`).files;
    if (file === undefined) throw new Error("no file");
    let result: unknown;
    expect(
      timed(() => {
        result = applyFile(file, before);
      }),
    ).toBeLessThan(LIMIT);
    expect(result).toMatchObject({ ok: false, reason: "search-too-long" });
  });
});

/** Pieces that mails on lists are made of, damaged ones among them. */
const piece = fc.constantFrom(
  "diff --git a/f.c b/f.c",
  "--- a/f.c",
  "+++ b/f.c",
  "--- /dev/null",
  "@@ -1,3 +1,4 @@ int f(void)",
  "@@ -1 +1 @@",
  "@@ -0,0 +1 @@",
  " context",
  "+added",
  "-removed",
  "",
  " ",
  "-- ",
  "2.34.1",
  "---",
  "> ",
  "> > ",
  "> @@ -1,2 +1,2 @@",
  ">> +x",
  "> +quoted",
  "> -gone",
  ">  kept",
  "> odd",
  "On a day, A. Author wrote:",
  "From: B. Author <b@example.org>",
  "Subject: [PATCH] x",
  "-- >8 --",
  "\\ No newline at end of file",
  "rename from a",
  "rename to b",
  "new file mode 100644",
  "Binary files a/x and b/x differ",
  "GIT binary patch",
  "literal 3",
  "Index: f.c",
  "index 1234567..89abcde 100644",
  "\u00a0x",
  "| @@ -1 +1 @@",
  "| +x",
  "Signed-off-by: A. Author <author@example.org>",
  "@@@ -1,2 -1,2 +1,3 @@@",
  "diff --cc f.c",
  "+",
  "-",
  "\r",
  "\0",
);
const body = fc
  .array(fc.oneof({ weight: 9, arbitrary: piece }, { weight: 1, arbitrary: fc.string() }), { maxLength: 60 })
  .map((lines) => lines.join("\n"));

describe("any body at all", () => {
  it("never throws, keeps to the contract, and points only at lines that are there", () => {
    fc.assert(
      fc.property(body, fc.constantFrom(null, { delSp: false }, { delSp: true }), (text, flowed) => {
        const message = mail(text, { body: { text, flowed } });
        const read = readPatches(message);
        expect(parseRecordSchema.safeParse(parseRecord(message, { diff: true }, read)).error).toBeUndefined();
        const lines = splitLines(text);
        for (const diff of read.quoted) quotedPatch(message, diff);
        for (const file of [...(read.patch?.files ?? []), ...read.quoted.flatMap(({ files }) => files)]) {
          for (const hunk of file.hunks) {
            expect(lines[hunk.at]).toContain("@@ -");
            const old = hunk.lines.filter(({ kind }) => kind !== "+").length;
            const fresh = hunk.lines.filter(({ kind }) => kind !== "-").length;
            expect(hunk.closed).toBe(old === hunk.oldLines && fresh === hunk.newLines);
            for (const line of hunk.lines) expect(line.at).toBeGreaterThan(hunk.at);
            for (const line of hunk.lines) expect(line.at).toBeLessThan(lines.length);
          }
          const count = (kind: string): number =>
            file.hunks.flatMap(({ lines: all }) => all).filter((line) => line.kind === kind).length;
          expect([file.additions, file.deletions]).toEqual([count("+"), count("-")]);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it("reads CRLF as it reads LF", () => {
    fc.assert(
      fc.property(
        body.filter((text) => !text.includes("\r")),
        (text) => {
          const crlf = text.replaceAll("\n", "\r\n");
          expect(parseDiff(crlf)).toEqual(parseDiff(text));
          expect(splitBody(toLines(crlf))).toEqual(splitBody(toLines(text)));
          expect(unquoteDiffs(splitLines(crlf))).toEqual(unquoteDiffs(splitLines(text)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("finds a sound diff in whatever stands around it, once", () => {
    const prose = fc
      .array(
        fc.constantFrom("text", "", "diff against v1:", "--- notes", "+ plus", "- minus", " * star", "  --- a/none"),
        { maxLength: 12 },
      )
      .map((lines) => `${lines.join("\n")}\n`);
    fc.assert(
      fc.property(prose, prose, (before, after) => {
        const { files, problems } = parseDiff(`${before}${DIFF}-- \n2.34.1\n${after}`);
        expect(problems).toEqual([]);
        expect(files).toHaveLength(1);
        expect(files[0]).toMatchObject({
          newPath: "arch/x/kvm.c",
          additions: 2,
          deletions: 0,
          at: before.split("\n").length - 1,
        });
      }),
    );
  });
});
