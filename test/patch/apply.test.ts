import { describe, expect, it } from "vitest";
import { APPLY_REASONS, applyFile } from "../../src/patch/apply.js";
import { changedLines, hunkTexts, lineMap } from "../../src/patch/line-map.js";
import { parseDiff } from "../../src/patch/parse-diff.js";
import type { FileDiff } from "../../src/patch/patch.js";
import { unquoteDiffs } from "../../src/patch/unquote.js";
import { DIFF } from "./mail.js";

const BEFORE = `${Array.from({ length: 8 }, (_, n) => `// ${n + 1}`).join("\n")}\nstatic int start(struct vcpu *vcpu)
\tint ret;

\tret = check(vcpu);

\trun(vcpu);
\treturn 0;
}
`;
const AFTER = BEFORE.replace("check(vcpu);\n", "check(vcpu);\n\tif (ret)\n\t\treturn ret;\n");

function fileOf(diff: string): FileDiff {
  const [file] = parseDiff(diff).files;
  if (file === undefined) throw new Error("no file");
  return file;
}

describe("applyFile", () => {
  const file = fileOf(DIFF);

  it("applies where the header says", () => {
    expect(applyFile(file, BEFORE)).toMatchObject({ ok: true, text: AFTER, exact: true, fuzz: 0, offset: 0 });
  });

  it("applies at an offset, and says how far", () => {
    const moved = `// new\n// new\n${BEFORE}`;
    const result = applyFile(file, moved);
    expect(result).toMatchObject({ ok: true, text: `// new\n// new\n${AFTER}`, exact: false, fuzz: 0, offset: 2 });
    if (!result.ok) return;
    expect(result.placed.map(({ oldStart, newStart }) => [oldStart, newStart])).toEqual([[12, 12]]);
    expect([...changedLines(file, result.placed).added]).toEqual([15, 16]);
    expect(result.map.newToOld(17)).toBe(15);
    expect(result.map.newToBody(15)).toBe(8);
  });

  it("applies with fuzz where the outer context changed, but not when fuzz is 0", () => {
    const changed = BEFORE.replace("\tint ret;", "\tint ret = 0;");
    expect(applyFile(file, changed, { fuzz: 0 })).toMatchObject({ ok: false, reason: "context-not-found", hunk: 0 });
    const result = applyFile(file, changed);
    expect(result).toMatchObject({
      ok: true,
      fuzz: 1,
      exact: false,
      text: AFTER.replace("\tint ret;", "\tint ret = 0;"),
    });
    if (result.ok) expect([...changedLines(file, result.placed).added]).toEqual([13, 14]);
  });

  it("keeps CRLF files CRLF", () => {
    const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
    expect(applyFile(file, crlf(BEFORE))).toMatchObject({ ok: true, text: crlf(AFTER) });
  });

  it("adds, deletes and renames", () => {
    const added = fileOf(
      "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n",
    );
    expect(applyFile(added, null)).toMatchObject({ ok: true, text: "a\nb" });
    expect(applyFile(added, "there\n")).toMatchObject({ ok: false, reason: "file-exists" });
    const deleted = fileOf(
      "diff --git a/n b/n\ndeleted file mode 100644\n--- a/n\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n",
    );
    expect(applyFile(deleted, "a\nb\n")).toMatchObject({ ok: true, text: null });
    expect(applyFile(deleted, "a\nb\nc\n")).toMatchObject({ ok: false });
    expect(applyFile(deleted, null)).toMatchObject({ ok: false, reason: "file-missing" });
    const renamed = fileOf("diff --git a/n b/m\nsimilarity index 100%\nrename from n\nrename to m\n");
    expect(applyFile(renamed, "a\n")).toMatchObject({ ok: true, text: "a\n", exact: true });
  });

  it("gives a reason of the vocabulary for what it cannot apply", () => {
    const open = fileOf("--- a/f\n+++ b/f\n@@ -1,9 +1,9 @@\n a\n+b\n");
    const binary = fileOf("diff --git a/l b/l\nindex 1234567..89abcde 100644\nBinary files a/l and b/l differ\n");
    const reasons = [applyFile(open, "a\n"), applyFile(binary, "a\n"), applyFile(file, "other\n")].map((result) =>
      result.ok ? null : result.reason,
    );
    expect(reasons).toEqual(["hunk-open", "binary", "context-not-found"]);
    for (const reason of reasons) expect(APPLY_REASONS).toContain(reason);
  });
});

describe("a diff that lost its indentation", () => {
  const eaten = DIFF.split("\n")
    .map((line) => (/^\+\s/.test(line) ? `+ ${line.slice(1).trim()}` : line.trim()))
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
  const [quoted] = unquoteDiffs(eaten.split("\n"));
  const file = quoted?.files[0];

  it("is matched with white space ignored; the file's own lines stay, added ones are indented like them", () => {
    if (file === undefined) throw new Error("nothing recovered");
    expect(applyFile(file, BEFORE)).toMatchObject({ ok: false, reason: "context-not-found" });
    expect(applyFile(file, BEFORE, { ignoreWhitespace: true })).toMatchObject({ ok: true, text: AFTER, exact: false });
  });

  it("indents comments, blocks, labels and continued lines in the kernel's style", () => {
    const before = "int f(void)\n{\n\tint a;\n\n\ta = g();\n\n\treturn a;\n}\n";
    const added = ["/*", "* Why.", "*/", "if (a) {", "h(a,", "b);", "goto out;", "}", "", "out:", "i();"];
    const diff = `--- a/f.c\n+++ b/f.c\n@@ -3,5 +3,16 @@\nint a;\n\na = g();\n${added.map((line) => `+ ${line}`.trimEnd()).join("\n")}\n\nreturn a;\n`;
    const [found] = unquoteDiffs(diff.split("\n").map((line) => `> ${line}`.trimEnd()));
    const target = found?.files[0];
    if (target === undefined) throw new Error("nothing recovered");
    const result = applyFile(target, before, { ignoreWhitespace: true });
    expect(result.ok && result.text?.split("\n").slice(5, 16)).toEqual([
      "\t/*",
      "\t * Why.",
      "\t */",
      "\tif (a) {",
      "\t\th(a,",
      "\t\t\t\tb);",
      "\t\tgoto out;",
      "\t}",
      "",
      "out:",
      "\ti();",
    ]);
  });
});

describe("line maps without a tree", () => {
  it("use the numbers of the hunk headers", () => {
    const file = fileOf(`${DIFF}@@ -30,2 +32,1 @@\n a\n-b\n`);
    const map = lineMap(file);
    expect([
      map.oldToNew(9),
      map.oldToNew(12),
      map.oldToNew(13),
      map.oldToNew(20),
      map.oldToNew(31),
      map.oldToNew(40),
    ]).toEqual([9, 12, 15, 22, null, 41]);
    expect([map.newToOld(13), map.newToOld(22), map.newToBody(13), map.bodyToNew(8), map.bodyToOld(8)]).toEqual([
      null,
      20,
      8,
      13,
      null,
    ]);
    expect(changedLines(file)).toEqual({ added: new Set([13, 14]), removed: new Set([31]) });
    expect(hunkTexts(file)[1]).toMatchObject({
      old: { text: "a\nb\n", lines: [30, 31] },
      new: { text: "a\n", lines: [32] },
    });
  });
});
