/** Where in a patch a finding stands: the hunk line that shows its source line, found by counting as diff does. */
import type { FileDiff, Hunk, HunkLine, Patch } from "../patch/patch.js";
import type { Finding } from "../review/finding.js";

/** A source line that a patch shows: `index` is the place in `hunk.lines`. */
export interface ShownLine {
  file: FileDiff;
  hunk: Hunk;
  index: number;
}

/** A line of a hunk with its 1-based numbers in both files; null in the file that does not have it. */
export interface NumberedLine {
  line: HunkLine;
  oldLine: number | null;
  newLine: number | null;
}

/** The lines of a hunk with their numbers in the old and the new file. */
export const numberedLines = (hunk: Hunk): NumberedLine[] => {
  let oldLine = hunk.oldStart;
  let newLine = hunk.newStart;
  return hunk.lines.map((line) => ({
    line,
    oldLine: line.kind === "+" ? null : oldLine++,
    newLine: line.kind === "-" ? null : newLine++,
  }));
};

const isOf = (file: FileDiff, path: string): boolean => file.newPath === path || file.oldPath === path;

/** A place that a finding names: a 1-based line of the file that `side` names, and what stands there when it is known. */
export interface Place {
  path: string;
  line: number;
  side: "new" | "old";
  code?: string;
}

/** The place of a finding, with the code that its witness gives for it. */
export const placeOf = ({ path, line, side, witness }: Finding): Place => {
  const site = witness.find((w) => w.path === path && w.line === line && w.side === side);
  return site === undefined ? { path, line, side } : { path, line, side, code: site.code };
};

const squeezed = (text: string): string => text.replace(/\s+/g, "");

/**
 * The hunk line that shows a place, or null when the patch does not show it. A patch that was applied to a tree at an
 * offset has other numbers in its headers than the tree: then the nearest line with the same code is the one.
 */
export const findShownLine = (patch: Patch, place: Place): ShownLine | null => {
  const code = place.code === undefined ? null : squeezed(place.code);
  let best: ShownLine | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const file of patch.files) {
    if (!isOf(file, place.path)) continue;
    for (const hunk of file.hunks) {
      numberedLines(hunk).forEach(({ line, oldLine, newLine }, index) => {
        const number = place.side === "new" ? newLine : oldLine;
        if (number === null || (code === null ? number !== place.line : squeezed(line.text) !== code)) return;
        const far = Math.abs(number - place.line);
        if (far >= least) return;
        least = far;
        best = { file, hunk, index };
      });
    }
  }
  return best;
};

/** How many lines lie between a hunk and a line that it does not show. */
const distance = (hunk: Hunk, line: number): number =>
  line < hunk.newStart ? hunk.newStart - line : Math.max(0, line - (hunk.newStart + hunk.newLines - 1));

/** The end of the hunk of `path` that is nearest to `line`; for a line that the patch does not show itself. */
export const findNearestLine = (patch: Patch, at: { path: string; line: number }): ShownLine | null => {
  let best: ShownLine | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const file of patch.files) {
    if (!isOf(file, at.path)) continue;
    for (const hunk of file.hunks) {
      const far = distance(hunk, at.line);
      if (far >= least || hunk.lines.length === 0) continue;
      least = far;
      best = { file, hunk, index: at.line < hunk.newStart ? 0 : hunk.lines.length - 1 };
    }
  }
  return best;
};
