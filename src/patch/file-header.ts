/**
 * The lines that say which file the next hunks belong to: git's extended header (git-diff(1), "Generating patch text with
 * -p"), or the traditional `---`/`+++` pair that quilt, hg, svn and GNU diff write. Read as `git apply` reads them, so that
 * prose ("diff against v1:") never becomes a file.
 */
import { isBare, parseGitHeaderName, parseSide, stripPrefix, unquoteC } from "./diff-names.js";
import { parseHunkHeader } from "./hunk-header.js";
import type { FileStatus } from "./patch.js";

export interface FileHeader {
  oldPath: string | null;
  newPath: string | null;
  status: FileStatus;
  oldBlob: string | null;
  newBlob: string | null;
  oldMode: string | null;
  newMode: string | null;
  /** True when something besides hunks says that the file changes: modes, rename, copy, new, deleted. */
  changes: boolean;
  /** First line behind the header. */
  next: number;
}

type Draft = Omit<FileHeader, "next">;

const EXTENDED: readonly (readonly [string, (draft: Draft, value: string) => void])[] = [
  ["old mode ", (draft, value) => setModes(draft, value, null)],
  ["new mode ", (draft, value) => setModes(draft, null, value)],
  ["deleted file mode ", (draft, value) => setStatus(draft, "deleted", value, null)],
  ["new file mode ", (draft, value) => setStatus(draft, "added", null, value)],
  ["copy from ", (draft, value) => setName(draft, "copied", "oldPath", value)],
  ["copy to ", (draft, value) => setName(draft, "copied", "newPath", value)],
  ["rename old ", (draft, value) => setName(draft, "renamed", "oldPath", value)],
  ["rename new ", (draft, value) => setName(draft, "renamed", "newPath", value)],
  ["rename from ", (draft, value) => setName(draft, "renamed", "oldPath", value)],
  ["rename to ", (draft, value) => setName(draft, "renamed", "newPath", value)],
  ["similarity index ", () => {}],
  ["dissimilarity index ", () => {}],
  ["index ", setBlobs],
];

function setModes(draft: Draft, oldMode: string | null, newMode: string | null): void {
  draft.oldMode = oldMode?.trim() ?? draft.oldMode;
  draft.newMode = newMode?.trim() ?? draft.newMode;
  draft.changes = true;
}

function setStatus(draft: Draft, status: FileStatus, oldMode: string | null, newMode: string | null): void {
  setModes(draft, oldMode, newMode);
  draft.status = status;
}

/** Names behind rename and copy lines bear no prefix (git-diff(1)). */
function setName(draft: Draft, status: FileStatus, side: "oldPath" | "newPath", value: string): void {
  draft[side] = unquoteC(value)?.value ?? value.trimEnd();
  draft.status = status;
  draft.changes = true;
}

const BLOBS = /^([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{4,6}))?\s*$/;

function setBlobs(draft: Draft, value: string): void {
  const match = value.length > 200 ? null : BLOBS.exec(value);
  if (match === null) return;
  draft.oldBlob = match[1] ?? null;
  draft.newBlob = match[2] ?? null;
  if (match[3] !== undefined) {
    draft.oldMode ??= match[3];
    draft.newMode ??= match[3];
  }
}

/** The header of a file of which nothing is known but that it is changed. */
export function emptyDraft(): Draft {
  return {
    oldPath: null,
    newPath: null,
    status: "modified",
    oldBlob: null,
    newBlob: null,
    oldMode: null,
    newMode: null,
    changes: false,
  };
}

/** Reads the header that begins at line `i`, or null when no file begins there. */
export function readFileHeader(lines: readonly string[], i: number, end: number): FileHeader | null {
  const line = lines[i] ?? "";
  if (line.startsWith("diff --git ")) return readGitHeader(lines, i, end);
  if (line.startsWith("--- ") && startsPair(lines, i, end)) {
    return readTraditional(lines, i, null);
  }
  if (line.startsWith("Index: ")) return readIndexed(lines, i, end);
  return null;
}

/** `---` and `+++` lines with a hunk behind them: what git takes for a patch that has no other header. */
function startsPair(lines: readonly string[], i: number, end: number): boolean {
  return i + 2 < end && (lines[i + 1] ?? "").startsWith("+++ ") && parseHunkHeader(lines[i + 2] ?? "") !== null;
}

/** svn and quilt write `Index: name` and a line of equal signs before the pair. */
function readIndexed(lines: readonly string[], i: number, end: number): FileHeader | null {
  const pair = (lines[i + 1] ?? "").startsWith("=====") ? i + 2 : i + 1;
  if (!(lines[pair] ?? "").startsWith("--- ") || !startsPair(lines, pair, end)) return null;
  return readTraditional(lines, pair, (lines[i] ?? "").slice("Index: ".length).trimEnd());
}

function readTraditional(lines: readonly string[], i: number, indexName: string | null): FileHeader {
  const first = parseSide(lines[i] ?? "");
  const second = parseSide(lines[i + 1] ?? "");
  // svn names the file from the root on all three lines; quilt's own Index: line bears the prefix of the new side only.
  const whole = indexName !== null && first.name === indexName && second.name === indexName;
  const strip = (name: string): string => (whole ? name : stripPrefix(name));
  const oldName = first.name === null ? null : strip(first.name);
  const newName = second.name === null ? null : strip(second.name);
  const name = shorter(oldName, newName);
  return {
    ...emptyDraft(),
    oldPath: first.absent ? null : name,
    newPath: second.absent ? null : name,
    status: first.absent ? "added" : second.absent ? "deleted" : "modified",
    next: i + 2,
  };
}

/** git prefers the shorter name where the other only adds to it: `file` before `file.orig` and `file~`. */
function shorter(oldName: string | null, newName: string | null): string | null {
  if (oldName === null || newName === null) return newName ?? oldName;
  return newName.startsWith(oldName) ? oldName : newName;
}

function readGitHeader(lines: readonly string[], start: number, end: number): FileHeader | null {
  const draft = emptyDraft();
  let pair: { oldName: string | null; newName: string | null } | null = null;
  let i = start + 1;
  for (; i < end; i += 1) {
    const line = lines[i] ?? "";
    if (line.startsWith("--- ") && i + 1 < end && (lines[i + 1] ?? "").startsWith("+++ ")) {
      pair = readGitPair(line, lines[i + 1] ?? "");
      i += 2;
      break;
    }
    const known = EXTENDED.find(([key]) => line.startsWith(key));
    if (known === undefined) break;
    known[1](draft, line.slice(known[0].length));
  }
  if (i === start + 1) return null;
  return finishGit(draft, pair, lines[start] ?? "", i);
}

function readGitPair(oldLine: string, newLine: string): { oldName: string | null; newName: string | null } {
  const side = (line: string): string | null => {
    const { name } = parseSide(line);
    return name === null ? null : isBare(name) ? name : stripPrefix(name);
  };
  return { oldName: side(oldLine), newName: side(newLine) };
}

function finishGit(
  draft: Draft,
  pair: { oldName: string | null; newName: string | null } | null,
  header: string,
  next: number,
): FileHeader {
  if (pair !== null) {
    if (pair.oldName === null && draft.status === "modified") draft.status = "added";
    if (pair.newName === null && draft.status === "modified") draft.status = "deleted";
    draft.oldPath ??= pair.oldName;
    draft.newPath ??= pair.newName;
  }
  const fallback = draft.oldPath === null && draft.newPath === null ? parseGitHeaderName(header) : null;
  const name = draft.newPath ?? draft.oldPath ?? fallback;
  if (draft.status === "modified" && draft.changes && pair === null) draft.status = "mode";
  return {
    ...draft,
    oldPath: draft.status === "added" ? null : (draft.oldPath ?? name),
    newPath: draft.status === "deleted" ? null : (draft.newPath ?? name),
    next,
  };
}
