/**
 * Cuts the file diffs out of a text and counts their hunks, as `git apply` does: prose between them is passed over, a
 * broken hunk is kept as far as it goes and named in `problems`. One pass; each line is looked at a bounded number of times.
 */
import type { Problem } from "../errors.js";
import { type FileHeader, readFileHeader } from "./file-header.js";
import { hunkEnd, parseHunkHeader } from "./hunk-header.js";
import { readHunkLines } from "./hunk-lines.js";
import { type Candidate, mendHunk } from "./mend-hunk.js";
import type { Hunk } from "./patch.js";
import { bodyLine, type TextLines } from "./text-lines.js";

/** One file's part of a diff. `headerFrom` to `headerTo` are its header lines in the source, end excluded. */
export interface ScannedFile {
  header: FileHeader;
  headerFrom: number;
  headerTo: number;
  /** First line behind this file's diff. */
  end: number;
  binary: boolean;
  hunks: Hunk[];
}

export interface DiffScan {
  files: ScannedFile[];
  /** Hunks that stand before any file header. */
  orphans: Hunk[];
  problems: Problem[];
  /** A file whose header was followed by no change: hunks behind some text still belong to it. */
  pending: ScannedFile | null;
}

/** More than this of one kind of problem tells a reader nothing new. */
const MAX_PROBLEMS = 20;

/** Scans entries `from` to `to` (excluded) of a text for file diffs. */
export function scanDiff(source: TextLines, from = 0, to = source.lines.length): DiffScan {
  const scan: DiffScan = { files: [], orphans: [], problems: [], pending: null };
  let i = from;
  while (i < to) {
    const line = source.lines[i] ?? "";
    if (line.startsWith("@@ -")) i = readHunk(source, i, to, scan);
    else if (line.startsWith("diff --c")) i = noteCombined(line, i, scan);
    else i = readFile(source, i, to, scan);
  }
  return scan;
}

function note(scan: DiffScan, code: string, message: string): void {
  if (scan.problems.length < MAX_PROBLEMS) scan.problems.push({ code, message });
}

/** A merge's combined diff (git-diff(1), "Combined diff format") cannot be applied, by git or by us. */
function noteCombined(line: string, i: number, scan: DiffScan): number {
  if (line.startsWith("diff --cc ") || line.startsWith("diff --combined ")) {
    note(scan, "combined-diff", "a merge's combined diff cannot be applied and is left out");
  }
  return i + 1;
}

function readFile(source: TextLines, i: number, to: number, scan: DiffScan): number {
  const code = (source.lines[i] ?? "").charCodeAt(0);
  // Only d(iff), I(ndex:) and - can begin a header: nearly all other lines end here.
  if (code !== 100 && code !== 73 && code !== 45) return i + 1;
  const header = readFileHeader(source.lines, i, to);
  if (header === null) return i + 1;
  const file: ScannedFile = {
    header,
    headerFrom: i,
    headerTo: header.next,
    end: header.next,
    binary: false,
    hunks: [],
  };
  const binaryEnd = skipBinary(source.lines, header.next, to);
  if (binaryEnd !== null) {
    file.binary = true;
    file.end = binaryEnd;
  }
  scan.pending = null;
  const startsHunk = parseHunkHeader(source.lines[header.next] ?? "") !== null && header.next < to;
  const named = header.oldPath !== null || header.newPath !== null;
  if (!named || !(file.binary || header.changes || startsHunk)) {
    if (named) scan.pending = file;
    if (named || header.next > i + 1) note(scan, "file-without-change", "a file header is followed by no change");
    return header.next;
  }
  scan.files.push(file);
  return file.end;
}

/** The end of a `GIT binary patch` or of a `Binary files … differ` line; null when neither stands there. */
function skipBinary(lines: readonly string[], i: number, to: number): number | null {
  const line = lines[i] ?? "";
  if (i >= to) return null;
  if ((line.startsWith("Binary files ") || line.startsWith("Files ")) && line.trimEnd().endsWith(" differ"))
    return i + 1;
  if (line.trimEnd() !== "GIT binary patch") return null;
  let at = i + 1;
  for (let block = 0; block < 2; block += 1) {
    const head = lines[at] ?? "";
    if (at >= to || !(head.startsWith("literal ") || head.startsWith("delta "))) break;
    at += 1;
    while (at < to && isBase85((lines[at] ?? "").trimEnd())) at += 1;
    if (at < to && (lines[at] ?? "") === "") at += 1;
  }
  return at;
}

/** A data line of a git binary patch: a length letter and groups of five characters, at most 52 bytes. */
function isBase85(line: string): boolean {
  return line.length > 1 && line.length <= 67 && line.length % 5 === 1 && /^[A-Za-z]\S+$/.test(line);
}

function readHunk(source: TextLines, i: number, to: number, scan: DiffScan): number {
  const header = parseHunkHeader(source.lines[i] ?? "");
  if (header === null) return i + 1;
  if (scan.pending !== null) scan.files.push(scan.pending);
  scan.pending = null;
  const file = scan.files[scan.files.length - 1];
  let read = readHunkLines(source, i + 1, to, header);
  if (!read.closed) {
    const end = hunkEnd(source.lines, i + 1, to);
    const mended = mendHunk(candidates(source, i + 1, end), header, source.lines[i] ?? "");
    note(scan, mended.closed ? "hunk-mended" : "hunk-open", hunkSentence(mended.closed));
    read = { lines: mended.lines, closed: mended.closed, next: i + 1 + mended.used };
    if (mended.sectionTail !== "") header.section += ` ${mended.sectionTail}`;
  }
  const { oldStart, oldLines, newStart, newLines, section } = header;
  const { lines, closed } = read;
  const hunk: Hunk = { oldStart, oldLines, newStart, newLines, section, lines, closed, at: bodyLine(source, i) };
  if (file === undefined) {
    scan.orphans.push(hunk);
    note(scan, "hunk-without-file", "a hunk stands before any file header");
  } else {
    if (file.end !== i) note(scan, "text-between-hunks", "text stands between the hunks of a file");
    file.hunks.push(hunk);
    file.end = read.next;
  }
  return Math.max(read.next, i + 1);
}

function hunkSentence(closed: boolean): string {
  return closed
    ? "a hunk's lines were wrapped or lost their leading space; they were put right by its counts"
    : "a hunk has fewer lines than its header says";
}

/** The lines that a broken hunk may be made of. */
function candidates(source: TextLines, from: number, end: number): Candidate[] {
  const list: Candidate[] = [];
  for (let i = from; i < end; i += 1) {
    const text = source.lines[i] ?? "";
    list.push({ text, at: bodyLine(source, i), outside: false, raw: text });
  }
  return list;
}
