import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDiff } from "../../src/patch/parse-diff.js";
import { lineAtHead, placeOfFinding } from "../../src/pulls/place.js";
import { hunksOf as linesOf } from "../io/github/line-diff.js";
import { finding } from "./samples.js";

/** A diff of one file, as git gives it. */
const diffOf = (before: string[], after: string[], path = "a.c", to = path) => {
  const text = `diff --git a/${path} b/${to}\n${path === to ? "" : `similarity index 90%\nrename from ${path}\nrename to ${to}\n`}--- a/${path}\n+++ b/${to}\n`;
  return parseDiff(text + hunksOf(before, after)).files;
};
const textOf = (lines: string[]): string => lines.map((line) => `${line}\n`).join("");
const hunkText = (hunks: ReturnType<typeof linesOf>): string =>
  hunks
    .flatMap((h) => [`@@ -${h.oldStart},${h.oldLines} +${h.newStart},${h.newLines} @@`, ...h.lines])
    .map((line) => `${line}\n`)
    .join("");
const hunksOf = (before: string[], after: string[]): string => hunkText(linesOf(textOf(before), textOf(after)));

const BASE = Array.from({ length: 40 }, (_, n) => `line ${n + 1};`);
const at = (line: number, over = {}) => finding({ path: "a.c", line, ...over });

describe("where a comment goes", () => {
  const one = BASE.with(9, "ten;");
  const two = ["new first;", ...one].with(20, "twenty;");
  const commits = [diffOf(BASE, one), diffOf(one, two)];
  const whole = diffOf(BASE, two);

  it("follows a line through the commits after its own", () => {
    expect(placeOfFinding(at(10), 0, commits, whole)).toEqual({
      place: { path: "a.c", side: "RIGHT", line: 11, startLine: null },
      exact: true,
    });
    expect(lineAtHead(at(10), 0, commits)).toEqual({ path: "a.c", line: 11 });
  });

  it("takes a witness that the diff changes where it does not show the finding's own line", () => {
    const site = { side: "new" as const, function: "f", role: "read" as const, locks: [], code: "", via: [] };
    const witness = [
      { ...site, path: "a.c", line: 8 },
      { ...site, path: "a.c", line: 10 },
    ];
    expect(placeOfFinding(at(35, { witness }), 0, commits, whole)).toMatchObject({
      place: { line: 11 },
      exact: false,
    });
    expect(placeOfFinding(at(35), 0, commits, whole)).toBeNull();
  });

  it("has no place for a line that a later commit takes away", () => {
    const gone = BASE.toSpliced(9, 1);
    const both = [diffOf(BASE, one), diffOf(one, gone)];
    expect(placeOfFinding(at(10), 0, both, diffOf(BASE, gone))).toBeNull();
    expect(lineAtHead(at(10), 0, both)).toBeNull();
  });

  it("names a removed line by the old file, as the base has it", () => {
    const gone = one.toSpliced(19, 1);
    const both = [diffOf(BASE, one), diffOf(one, gone)];
    expect(placeOfFinding(at(20, { side: "old" }), 1, both, diffOf(BASE, gone))).toMatchObject({
      place: { side: "LEFT", line: 20 },
    });
  });

  it("follows a file that is renamed", () => {
    const both = [diffOf(BASE, one), diffOf(one, one.with(11, "twelve;"), "a.c", "b.c")];
    expect(placeOfFinding(at(10), 0, both, diffOf(BASE, one.with(11, "twelve;"), "a.c", "b.c"))).toMatchObject({
      place: { path: "b.c", line: 10 },
    });
  });

  it("spans a statement that goes over several lines", () => {
    const call = BASE.with(9, "call(a,").with(10, "     b,").with(11, "     c);");
    expect(placeOfFinding(at(10), 0, [diffOf(BASE, call)], diffOf(BASE, call))?.place).toEqual({
      path: "a.c",
      side: "RIGHT",
      startLine: 10,
      line: 12,
    });
  });

  it("never leaves the hunks of the diff, whatever is found where", () => {
    const edit = fc.array(fc.tuple(fc.nat({ max: 39 }), fc.constantFrom("x;", "y(", ")", "")), { maxLength: 8 });
    fc.assert(
      fc.property(edit, edit, fc.integer({ min: 1, max: 45 }), fc.boolean(), (first, second, line, old) => {
        const apply = (lines: string[], edits: [number, string][]) =>
          edits.reduce(
            (all, [n, text]) => (text === "" ? all.toSpliced(n, 1) : all.with(Math.min(n, all.length - 1), text)),
            lines,
          );
        const [mid, end] = [apply(BASE, first), apply(apply(BASE, first), second)];
        const diff = diffOf(BASE, end);
        const found = placeOfFinding(
          at(line, { side: old ? "old" : "new" }),
          0,
          [diffOf(BASE, mid), diffOf(mid, end)],
          diff,
        );
        if (found === null) return;
        const { side, startLine, line: last } = found.place;
        const hunk = diff[0]?.hunks.find((h) => {
          const [from, count] = side === "RIGHT" ? [h.newStart, h.newLines] : [h.oldStart, h.oldLines];
          return last >= from && last < from + count && (startLine ?? last) >= from;
        });
        expect(hunk).toBeDefined();
        expect(startLine === null || startLine < last).toBe(true);
      }),
    );
  });
});
