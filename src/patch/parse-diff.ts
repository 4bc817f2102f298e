/**
 * Diff text to {@link FileDiff}s. The parse-diff package reads the hunks; because it is misled by prose, wrapped or
 * truncated hunks, quoted names and very long lines, it is handed one clean file diff at a time: names replaced, lines
 * counted by us and cut to a few characters (their text is taken from the body, not from its answer).
 */
import parseDiffPackage from "parse-diff";
import type { Problem } from "../errors.js";
import { formatHunkHeader } from "./hunk-header.js";
import type { FileDiff, Hunk } from "./patch.js";
import { type ScannedFile, scanDiff } from "./scan-diff.js";
import { bodyLine, type TextLines, toLines } from "./text-lines.js";

export interface ParsedDiff {
  files: FileDiff[];
  /** Each file's diff as text, in the order of `files`, LF line ends: what `git apply` can be given. */
  texts: string[];
  /** Hunks without any file header, as one entry with both paths null; null when there are none. */
  orphans: FileDiff | null;
  problems: Problem[];
}

/** Lines of one file that the package is handed at once: bounds its memory on a hunk of a million lines. */
const BATCH_LINES = 50_000;

/** Parses the diffs in a text (LF or CRLF); prose around them is passed over. Never throws. */
export function parseDiff(text: string): ParsedDiff {
  return parseDiffLines(toLines(text));
}

/** Parses the diffs among entries `from` to `to` (excluded) of a body's lines. */
export function parseDiffLines(source: TextLines, from = 0, to = source.lines.length): ParsedDiff {
  const scan = scanDiff(source, from, to);
  const parsed: ParsedDiff = { files: [], texts: [], orphans: null, problems: scan.problems };
  for (const file of scan.files) {
    parsed.files.push(toFileDiff(file, source));
    parsed.texts.push(fileText(file, source));
  }
  if (scan.orphans.length > 0) parsed.orphans = orphanFile(scan.orphans);
  return parsed;
}

function toFileDiff(file: ScannedFile, source: TextLines): FileDiff {
  const { header, hunks, binary } = file;
  const { additions, deletions } = countHunks(hunks);
  // Written out: a hostile mail has hundreds of thousands of files, and spreading objects is what then takes the time.
  return {
    oldPath: header.oldPath,
    newPath: header.newPath,
    status: header.status === "mode" && (hunks.length > 0 || binary) ? "modified" : header.status,
    binary,
    additions,
    deletions,
    oldBlob: header.oldBlob,
    newBlob: header.newBlob,
    oldMode: header.oldMode,
    newMode: header.newMode,
    hunks,
    at: bodyLine(source, file.headerFrom),
  };
}

/** Hunks that no file header names: a file diff with both paths null. */
export function orphanFile(hunks: Hunk[]): FileDiff {
  return {
    oldPath: null,
    newPath: null,
    status: "modified",
    binary: false,
    ...countHunks(hunks),
    oldBlob: null,
    newBlob: null,
    oldMode: null,
    newMode: null,
    hunks,
    at: hunks[0]?.at ?? 0,
  };
}

/** Added and deleted lines of hunks, as `git apply --numstat` counts them. */
export function countHunks(hunks: readonly Hunk[]): { additions: number; deletions: number } {
  let additions = 0;
  let deletions = 0;
  let batch: string[] = [];
  const hand = (): void => {
    for (const file of parseDiffPackage(`--- a/file\n+++ b/file\n${batch.join("\n")}\n`)) {
      additions += file.additions;
      deletions += file.deletions;
    }
    batch = [];
  };
  for (const hunk of hunks) {
    if (batch.length > BATCH_LINES) hand();
    pushChanges(batch, hunk);
  }
  if (batch.length > 0) hand();
  return { additions, deletions };
}

/**
 * A hunk's changed lines without context, under a header whose counts are those of the lines that are there, so that the
 * package cannot run on into what follows.
 */
function pushChanges(batch: string[], hunk: Hunk): void {
  const place = batch.length;
  let oldLines = 0;
  let newLines = 0;
  for (const { kind } of hunk.lines) {
    if (kind === " ") continue;
    if (place === batch.length) batch.push("");
    batch.push(kind);
    if (kind === "-") oldLines += 1;
    else newLines += 1;
  }
  const { oldStart, newStart } = hunk;
  if (batch.length > place) batch[place] = formatHunkHeader({ oldStart, oldLines, newStart, newLines, section: "" });
}

/** The diff of one file as it can be given to `git apply`: its header as sent, its hunks as they were read. */
function fileText(file: ScannedFile, source: TextLines): string {
  const parts = source.lines.slice(file.headerFrom, file.headerTo);
  if (file.binary) {
    for (let i = file.headerTo; i < file.end; i += 1) parts.push(source.lines[i] ?? "");
  }
  for (const hunk of file.hunks) pushHunk(parts, hunk);
  return `${parts.join("\n")}\n`;
}

/** Appends a hunk's lines as text. */
export function pushHunk(parts: string[], hunk: Hunk): void {
  parts.push(formatHunkHeader(hunk));
  for (const line of hunk.lines) {
    parts.push(line.kind + line.text);
    if (line.noNewline === true) parts.push("\\ No newline at end of file");
  }
}
