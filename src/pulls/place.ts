/**
 * Where the comment of a finding goes. A finding stands in the file as its commit leaves it; a comment stands in the diff of the
 * whole pull request. Lines are followed through the commits between; GitHub refuses a whole review for one line off its diff.
 */
import { lineMap } from "../patch/line-map.js";
import type { FileDiff, Hunk } from "../patch/patch.js";
import type { DiffPlace } from "../report/github/pull-report.js";
import { numberedLines } from "../report/locate.js";
import { statementEnd } from "../report/quote.js";
import type { Finding } from "../review/finding.js";

/** A line of a file before or after a commit. */
interface At {
  path: string;
  line: number;
  side: "new" | "old";
}

type Files = readonly FileDiff[];

/** Follows a line of the file after commit `index` to the head; null when it is no longer there. */
function toHead({ path, line }: At, index: number, commits: readonly Files[]): At | null {
  let at: { path: string; line: number } | null = { path, line };
  for (const files of commits.slice(index + 1)) {
    const file: FileDiff | undefined = files.find((f) => f.oldPath === at?.path);
    if (file === undefined) continue;
    const moved: number | null = file.newPath === null ? null : lineMap(file).oldToNew(at.line);
    if (moved === null || file.newPath === null) return null;
    at = { path: file.newPath, line: moved };
  }
  return { ...at, side: "new" };
}

/** Follows a line of the file before commit `index` to the base; null when a commit before brought it. */
function toBase({ path, line }: At, index: number, commits: readonly Files[]): At | null {
  let at = { path, line };
  for (const files of commits.slice(0, index).reverse()) {
    const file = files.find((f) => f.newPath === at.path);
    if (file === undefined) continue;
    const moved = file.oldPath === null ? null : lineMap(file).newToOld(at.line);
    if (moved === null || file.oldPath === null) return null;
    at = { path: file.oldPath, line: moved };
  }
  return { ...at, side: "old" };
}

/** The line of the head that a finding of commit `index` stands at; null when a later commit took it away, or it was taken away. */
export function lineAtHead(
  finding: Finding,
  index: number,
  commits: readonly Files[],
): { path: string; line: number } | null {
  const at = finding.side === "new" ? toHead(finding, index, commits) : null;
  return at === null ? null : { path: at.path, line: at.line };
}

/** What a diff shows: the hunk line of a place, with the names of the file in the diff. */
interface Shown {
  file: FileDiff;
  hunk: Hunk;
  index: number;
}

function shownAt({ path, line, side }: At, diff: Files): Shown | null {
  const file = diff.find((f) => (side === "new" ? f.newPath : f.oldPath) === path);
  for (const hunk of file?.hunks ?? []) {
    const index = numberedLines(hunk).findIndex((n) => (side === "new" ? n.newLine : n.oldLine) === line);
    if (file !== undefined && index >= 0) return { file, hunk, index };
  }
  return null;
}

/** A place in the diff, over all lines of the statement that begins there. A deleted line is named by the old file. */
function placeAt({ file, hunk, index }: Shown, side: "new" | "old"): DiffPlace | null {
  const path = file.newPath ?? file.oldPath;
  const lines = numberedLines(hunk);
  const of = (n: number): number | null => (side === "new" ? lines[n]?.newLine : lines[n]?.oldLine) ?? null;
  const [first, last] = [of(index), of(statementEnd(hunk, index))];
  if (path === null || first === null) return null;
  const end = last !== null && last > first ? last : first;
  return { path, side: side === "new" ? "RIGHT" : "LEFT", line: end, startLine: end > first ? first : null };
}

/**
 * The place of a finding of commit `index` in the diff of the pull request: its own line, else a witness's, one that the diff
 * changes rather than one that it only shows. Null where the diff shows none of them.
 */
export function placeOfFinding(
  finding: Finding,
  index: number,
  commits: readonly Files[],
  diff: Files,
): { place: DiffPlace; exact: boolean } | null {
  const follow = (at: At): At | null => (at.side === "new" ? toHead(at, index, commits) : toBase(at, index, commits));
  const shown = (at: At): { where: Shown; side: At["side"] } | null => {
    const moved = follow(at);
    const where = moved === null ? null : shownAt(moved, diff);
    return where === null ? null : { where, side: at.side };
  };
  const own = shown(finding);
  const exact = own === null ? null : placeAt(own.where, own.side);
  if (exact !== null) return { place: exact, exact: true };
  const sites = finding.witness.flatMap((site) => shown(site) ?? []);
  const changed = sites.find(({ where }) => where.hunk.lines[where.index]?.kind !== " ") ?? sites[0];
  const place = changed === undefined ? null : placeAt(changed.where, changed.side);
  return place === null ? null : { place, exact: false };
}
