/**
 * Where a line went: old file, new file, and the line of the mail's body that shows it. Without a tree the numbers are
 * those of the hunk headers; after {@link applyFile} they are those of the real files.
 */
import type { FileDiff, Hunk } from "./patch.js";

/** A hunk and the 1-based lines where its two sides begin in the files. */
export interface PlacedHunk {
  hunk: Hunk;
  oldStart: number;
  newStart: number;
}

/** Line numbers are 1-based in files, 0-based in the body; null where the other side has no such line. */
export interface LineMap {
  oldToNew(line: number): number | null;
  newToOld(line: number): number | null;
  newToBody(line: number): number | null;
  oldToBody(line: number): number | null;
  bodyToNew(at: number): number | null;
  bodyToOld(at: number): number | null;
}

/** Hunks where their headers say that they are. A side without lines begins behind the line that is named (diffutils). */
export function placeByHeader(file: FileDiff): PlacedHunk[] {
  return file.hunks.map((hunk) => ({
    hunk,
    oldStart: hunk.oldLines === 0 ? hunk.oldStart + 1 : hunk.oldStart,
    newStart: hunk.newLines === 0 ? hunk.newStart + 1 : hunk.newStart,
  }));
}

/** Lines that one hunk covers on each side, and what follows it. */
interface Span {
  oldFrom: number;
  oldTo: number;
  newFrom: number;
  newTo: number;
}

/** The line map of a file's hunks, in the places given (those of the hunk headers when none are). */
export function lineMap(file: FileDiff, placed: readonly PlacedHunk[] = placeByHeader(file)): LineMap {
  const spans: Span[] = [];
  const pairs = { oldNew: new Map<number, number>(), newOld: new Map<number, number>() };
  const body = { ofOld: new Map<number, number>(), ofNew: new Map<number, number>() };
  const back = { toOld: new Map<number, number>(), toNew: new Map<number, number>() };
  for (const { hunk, oldStart, newStart } of placed) {
    let old = oldStart;
    let fresh = newStart;
    for (const line of hunk.lines) {
      if (line.kind === " ") {
        pairs.oldNew.set(old, fresh);
        pairs.newOld.set(fresh, old);
      }
      if (line.kind !== "+") {
        body.ofOld.set(old, line.at);
        back.toOld.set(line.at, old);
        old += 1;
      }
      if (line.kind !== "-") {
        body.ofNew.set(fresh, line.at);
        back.toNew.set(line.at, fresh);
        fresh += 1;
      }
    }
    spans.push({ oldFrom: oldStart, oldTo: old, newFrom: newStart, newTo: fresh });
  }
  const byOld = [...spans].sort((a, b) => a.oldFrom - b.oldFrom);
  const byNew = [...spans].sort((a, b) => a.newFrom - b.newFrom);
  return {
    oldToNew: (line) => pairs.oldNew.get(line) ?? shift(byOld, line, "old"),
    newToOld: (line) => pairs.newOld.get(line) ?? shift(byNew, line, "new"),
    newToBody: (line) => body.ofNew.get(line) ?? null,
    oldToBody: (line) => body.ofOld.get(line) ?? null,
    bodyToNew: (at) => back.toNew.get(at) ?? null,
    bodyToOld: (at) => back.toOld.get(at) ?? null,
  };
}

/** A line outside the hunks moves by what the hunk above it added; inside a hunk it has no counterpart. */
function shift(spans: readonly Span[], line: number, side: "old" | "new"): number | null {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const span = spans[middle];
    if (span !== undefined && (side === "old" ? span.oldFrom : span.newFrom) <= line) low = middle + 1;
    else high = middle;
  }
  const above = spans[low - 1];
  if (above === undefined) return line;
  if (side === "old") return line < above.oldTo ? null : line - above.oldTo + above.newTo;
  return line < above.newTo ? null : line - above.newTo + above.oldTo;
}

/** 1-based lines that a patch adds to the new file and removes from the old one. */
export interface ChangedLines {
  added: Set<number>;
  removed: Set<number>;
}

/** The changed lines of a file, in the places given (those of the hunk headers when none are). */
export function changedLines(file: FileDiff, placed: readonly PlacedHunk[] = placeByHeader(file)): ChangedLines {
  const changed: ChangedLines = { added: new Set(), removed: new Set() };
  for (const { hunk, oldStart, newStart } of placed) {
    let old = oldStart;
    let fresh = newStart;
    for (const { kind } of hunk.lines) {
      if (kind === "+") changed.added.add(fresh);
      if (kind === "-") changed.removed.add(old);
      if (kind !== "+") old += 1;
      if (kind !== "-") fresh += 1;
    }
  }
  return changed;
}

/** One side of a hunk as text: `lines[i]` is the 1-based file line, `at[i]` the 0-based body line of text line i. */
export interface HunkSide {
  text: string;
  lines: number[];
  at: number[];
}

/** Both sides of a hunk as text, for an analysis that has no tree. */
export interface HunkText {
  hunk: Hunk;
  old: HunkSide;
  new: HunkSide;
}

/** The two sides of each hunk of a file, in order; each text line ends in LF. */
export function hunkTexts(file: FileDiff): HunkText[] {
  return placeByHeader(file).map(({ hunk, oldStart, newStart }) => ({
    hunk,
    old: sideText(hunk, "+", oldStart),
    new: sideText(hunk, "-", newStart),
  }));
}

function sideText(hunk: Hunk, without: "+" | "-", start: number): HunkSide {
  const kept = hunk.lines.filter((line) => line.kind !== without);
  return {
    text: kept.map((line) => `${line.text}\n`).join(""),
    lines: kept.map((_, i) => start + i),
    at: kept.map((line) => line.at),
  };
}
