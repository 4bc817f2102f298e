import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyFile } from "../../src/patch/apply.js";
import { changedLines, hunkTexts } from "../../src/patch/line-map.js";
import { parseDiff } from "../../src/patch/parse-diff.js";
import { gitApply, gitDiff, gitNumstat, withFolder } from "./git-peer.js";

const word = fc.constantFrom(
  "",
  "\t",
  "x",
  "{",
  "}",
  "--- a/x",
  "+++ b/x",
  "@@ -1 +1 @@",
  "- ",
  "-- ",
  "+ y",
  "\\ no",
  "diff --git a/x b/x",
  "ret = 0;",
  "\treturn ret;",
  "From me",
  "Index: x",
);
const text = fc
  .tuple(fc.array(word, { maxLength: 40 }), fc.boolean())
  .map(([lines, newline]) => (lines.length === 0 ? "" : lines.join("\n") + (newline ? "\n" : "")));
/** Two versions of a file: the second keeps most lines of the first. */
const edit = fc
  .tuple(
    text,
    fc.array(fc.tuple(fc.nat(45), fc.constantFrom("drop", "add", "change"), word), { maxLength: 6 }),
    fc.boolean(),
  )
  .map(([before, edits, newline]) => {
    const lines = before === "" ? [] : before.replace(/\n$/, "").split("\n");
    for (const [at, what, put] of edits) {
      if (what === "drop") lines.splice(at, 1);
      else lines.splice(at, what === "change" ? 1 : 0, put);
    }
    return { before, after: lines.length === 0 ? "" : lines.join("\n") + (newline ? "\n" : "") };
  })
  .filter(({ before, after }) => before !== after && before !== "" && after !== "");

describe("git diff, parsed and applied", () => {
  it("gives the bytes that git apply gives, and the counts of numstat", () => {
    withFolder((folder) => {
      fc.assert(
        fc.property(edit, fc.constantFrom(0, 1, 3), fc.boolean(), ({ before, after }, context, crlf) => {
          const diff = gitDiff(folder, "f.c", before, after, context);
          const parsed = parseDiff(crlf ? diff.replaceAll("\n", "\r\n") : diff);
          expect(parsed.problems).toEqual([]);
          expect(parsed.files).toHaveLength(1);
          const [file] = parsed.files;
          if (file === undefined) return;
          expect(gitNumstat(folder, diff)).toEqual([[`${file.additions}`, `${file.deletions}`, file.newPath]]);
          const result = applyFile(file, before, { fuzz: 0 });
          // Without context git wants --unidiff-zero; with it both must agree.
          if (context > 0) expect(gitApply(folder, "f.c", before, diff)).toBe(after);
          if (context > 0) expect(result).toMatchObject({ ok: true, text: after, exact: true, fuzz: 0, offset: 0 });
          expect(parsed.texts.join("")).toBe(diff);
        }),
        { numRuns: 120 },
      );
    });
  });

  it("finds a moved place as git apply does, or refuses with it", () => {
    withFolder((folder) => {
      fc.assert(
        fc.property(edit, fc.array(word, { maxLength: 12 }), fc.nat(30), ({ before, after }, extra, at) => {
          const diff = gitDiff(folder, "f.c", before, after);
          const lines = before.split("\n");
          lines.splice(at, 0, ...extra);
          const moved = lines.join("\n");
          const [file] = parseDiff(diff).files;
          if (file === undefined) return;
          // git lets a last line without line end match one with it, and glues the next line to it: we refuse.
          if (file.hunks.some((hunk) => hunk.lines.some((line) => line.noNewline))) return;
          const mine = applyFile(file, moved, { fuzz: 0 });
          expect(mine.ok ? mine.text : null).toBe(gitApply(folder, "f.c", moved, diff));
        }),
        { numRuns: 150 },
      );
    });
  });

  it("maps every line of old, new and body to each other", () => {
    withFolder((folder) => {
      fc.assert(
        fc.property(edit, ({ before, after }) => {
          const diff = gitDiff(folder, "f.c", before, after);
          const body = diff.split("\n");
          const [file] = parseDiff(diff).files;
          if (file === undefined) return;
          const result = applyFile(file, before);
          if (!result.ok) throw new Error(result.reason);
          const oldLines = before.split("\n");
          const newLines = after.split("\n");
          const { added, removed } = changedLines(file);
          for (const [i, line] of newLines.entries()) {
            if (i === newLines.length - 1 && line === "") continue;
            const old = result.map.newToOld(i + 1);
            expect(old === null).toBe(added.has(i + 1));
            if (old !== null) expect(oldLines[old - 1]).toBe(line);
            if (old !== null) expect(result.map.oldToNew(old)).toBe(i + 1);
            const at = result.map.newToBody(i + 1);
            if (at !== null) expect(body[at]?.slice(1)).toBe(line);
            if (at !== null) expect(result.map.bodyToNew(at)).toBe(i + 1);
          }
          for (const line of removed) expect(result.map.oldToNew(line)).toBeNull();
          for (const { new: side } of hunkTexts(file)) {
            const texts = side.text.split("\n");
            for (const [i, line] of side.lines.entries()) expect(texts[i]).toBe(newLines[line - 1]);
          }
        }),
        { numRuns: 60 },
      );
    });
  });
});
