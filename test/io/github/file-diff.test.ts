/** Diffs that are put together: they read back as the files that they were made of, with any name. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ListedFile } from "../../../src/io/github/answers.js";
import { type FileChange, fileDiff, listedDiff } from "../../../src/io/github/file-diff.js";
import { quoteName } from "../../../src/io/github/quote-name.js";
import { unquoteC } from "../../../src/patch/diff-names.js";
import { parseDiff } from "../../../src/patch/parse-diff.js";

/** Parts of names: plain, and such as mean harm. A blank at an end is lost by every reader of diffs. */
const part = fc
  .oneof(
    fc.constantFrom(
      "a",
      "kvm main.c",
      "new\nline",
      'q"uote',
      "back\\slash",
      "\u202egpj.c",
      "..",
      "tab\tc",
      "\u00e9",
      "-rf",
      "\r",
      "\u2028x",
      "\u007f",
    ),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }).map((text) => text.replace(/[/\0]/g, "x").trim()),
  )
  .filter((text) => text !== "");
const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `x/${parts.join("/")}`);
const hunk = "@@ -1,2 +1,2 @@ int f(void)\n int a;\n-int b;\n+int c;";

const change = (oldPath: string | null, newPath: string | null): FileChange => ({
  oldPath,
  newPath,
  oldMode: null,
  newMode: null,
  oldId: null,
  newId: null,
});

test("a quoted name reads back", () => {
  fc.assert(
    fc.property(name, (text) => {
      const quoted = quoteName(text);
      expect(quoted.startsWith('"') ? unquoteC(quoted)?.value : quoted).toBe(text);
      expect(quoted).toMatch(/^[ -~]*$/);
    }),
  );
});

test("files read back with their names, whatever those are", () => {
  const kinds = fc.constantFrom("added", "deleted", "modified", "renamed", "moved", "empty", "binary");
  fc.assert(
    fc.property(fc.array(fc.tuple(kinds, name, name), { minLength: 1, maxLength: 5 }), (files) => {
      const wanted: string[] = [];
      const text = files.map(([kind, path, other]) => {
        const old =
          kind === "added" || kind === "empty" ? null : kind === "renamed" || kind === "moved" ? `${other}2` : path;
        const now = kind === "deleted" ? null : path;
        const status = old === null ? "added" : now === null ? "deleted" : old === now ? "modified" : "renamed";
        wanted.push(JSON.stringify([status, old, now]));
        if (kind === "binary")
          return fileDiff({ ...change(old, now), oldId: "1".repeat(40), newId: "2".repeat(40) }, kind);
        return fileDiff(change(old, now), kind === "moved" || kind === "empty" ? null : hunk);
      });
      const { files: read, problems } = parseDiff(text.join(""));
      expect(read.map((f) => JSON.stringify([f.status, f.oldPath, f.newPath]))).toEqual(wanted);
      expect(problems).toEqual([]);
    }),
  );
});

test("a tab behind a name that has a space is git's, and no part of it", () => {
  const text =
    "diff --git a/a b.c b/a b.c\nindex 1111111..2222222 100644\n--- a/a b.c\t\n+++ b/a b.c\t\n@@ -1 +1 @@\n-a\n+b\n";
  expect(parseDiff(text).files).toMatchObject([{ oldPath: "a b.c", newPath: "a b.c", additions: 1, deletions: 1 }]);
  const quoted = text.replaceAll(/([ab])\/a b\.c/g, '"$1/a \\303\\251.c"');
  expect(parseDiff(quoted).files).toMatchObject([{ oldPath: "a \u00e9.c", newPath: "a \u00e9.c" }]);
});

const listed = (more: Partial<ListedFile>): ListedFile => ({
  filename: "a.c",
  status: "modified",
  additions: 1,
  deletions: 1,
  patch: hunk,
  ...more,
});

test.each<[string, Partial<ListedFile>, string | null]>([
  ["whole", {}, "modified"],
  ["cut", { additions: 2 }, null],
  ["not there", { patch: "" }, null],
  ["bytes, or a mode", { patch: "", additions: 0, deletions: 0 }, null],
  ["a copy", { status: "copied", previous_filename: "b.c" }, null],
  ["more than a patch", { patch: `${hunk}\ndiff --git a/x b/x` }, null],
  ["renamed", { status: "renamed", previous_filename: "b.c" }, "renamed"],
  ["renamed only", { status: "renamed", previous_filename: "b.c", patch: "", additions: 0, deletions: 0 }, "renamed"],
  ["empty", { status: "added", patch: "", additions: 0, deletions: 0 }, "added"],
  ["removed", { status: "removed", additions: 0, patch: "@@ -1 +0,0 @@\n-a" }, "deleted"],
])("a patch as it is listed: %s", (_, more, status) => {
  const text = listedDiff(listed(more));
  expect(text === null ? null : parseDiff(text).files[0]?.status).toBe(status);
});
