/**
 * Applies one file's hunks to its text as `git apply` does (exact, then at an offset), and where that fails as patch(1)
 * does (fuzz 1 and 2: that many context lines at a hunk's ends need not match). A diff out of a reply whose indentation
 * was eaten is matched with white space ignored: the file's own context lines stay, added lines are indented anew.
 */
import { type LineMap, lineMap, type PlacedHunk } from "./line-map.js";
import type { FileDiff, Hunk } from "./patch.js";
import { type Image, placeHunk, SearchBudget, squeeze } from "./place-hunk.js";
import { reindent } from "./reindent.js";

/** Why a file's diff does not apply. */
export const APPLY_REASONS = [
  "binary",
  "file-missing",
  "file-exists",
  "hunk-open",
  "context-not-found",
  "file-not-empty-after-delete",
  "search-too-long",
] as const;
export type ApplyReason = (typeof APPLY_REASONS)[number];

export interface ApplyOptions {
  /** Compare lines with white space ignored, and indent added lines like their neighbours. */
  ignoreWhitespace?: boolean;
  /** Context lines at a hunk's ends that need not match (patch(1) --fuzz); default 2, 0 is what `git apply` does. */
  fuzz?: number;
}

export interface Applied {
  ok: true;
  /** The file after the patch; null when the patch deletes it. */
  text: string | null;
  /** True when every hunk stood exactly where its header says, without fuzz or ignored white space. */
  exact: boolean;
  /** The largest fuzz that a hunk needed. */
  fuzz: number;
  /** The largest distance, in lines, of a hunk from where its header puts it. */
  offset: number;
  placed: PlacedHunk[];
  map: LineMap;
}

export interface NotApplied {
  ok: false;
  reason: ApplyReason;
  /** 0-based number of the hunk that failed, or null when the file did. */
  hunk: number | null;
  message: string;
}

export type ApplyResult = Applied | NotApplied;

const MESSAGES: Readonly<Record<ApplyReason, string>> = {
  binary: "the file is binary",
  "file-missing": "the file is not in the tree",
  "file-exists": "the patch adds a file that is already in the tree",
  "hunk-open": "lines of the hunk are missing",
  "context-not-found": "the lines that the hunk changes are not in the file",
  "file-not-empty-after-delete": "the patch deletes the file but does not remove all of its lines",
  "search-too-long": "the file repeats itself so much that the hunk's place cannot be found in reasonable time",
};

/** Where one hunk was found: `start` is the 0-based old line, `skip` context lines left out at its begin and end. */
interface Found {
  hunk: Hunk;
  start: number;
  head: number;
  tail: number;
}

/**
 * Applies a file's diff to the old text (null: there is no such file). Renames and copies are given the text of the old
 * path. Never throws.
 */
export function applyFile(file: FileDiff, oldText: string | null, options: ApplyOptions = {}): ApplyResult {
  if (file.binary) return refuse("binary", null);
  if (file.status === "added" && oldText !== null && oldText !== "") return refuse("file-exists", null);
  if (file.status !== "added" && oldText === null) return refuse("file-missing", null);
  const lines = splitKeeping(oldText ?? "");
  const crlf = (lines[0] ?? "").endsWith("\r\n");
  const image = toImage(lines, crlf, options.ignoreWhitespace === true);
  const budget = new SearchBudget();
  const found: Found[] = [];
  let delta = 0;
  let fuzz = 0;
  let offset = 0;
  for (const [index, hunk] of file.hunks.entries()) {
    if (!hunk.closed) return refuse("hunk-open", index);
    const place = placeHunk(image, hunk, delta, { fuzz: 2, ignoreWhitespace: false, ...options }, budget);
    if (place === null) return refuse(budget.spent ? "search-too-long" : "context-not-found", index);
    found.push({ hunk, start: place.start, head: place.head, tail: place.tail });
    image.patched.fill(1, place.start, place.start + hunk.oldLines - place.head - place.tail);
    fuzz = Math.max(fuzz, place.fuzz);
    offset = Math.max(offset, Math.abs(place.offset));
    delta += hunk.newLines - hunk.oldLines;
  }
  return finish(file, lines, found, { fuzz, offset, crlf, ignoreWhitespace: options.ignoreWhitespace === true });
}

function refuse(reason: ApplyReason, hunk: number | null): NotApplied {
  return { ok: false, reason, hunk, message: MESSAGES[reason] };
}

/** A file with CRLF line ends is compared by LF: mail does not carry the CR. */
function toImage(lines: readonly string[], crlf: boolean, loose: boolean): Image {
  const plain = crlf ? lines.map((line) => (line.endsWith("\r\n") ? `${line.slice(0, -2)}\n` : line)) : lines;
  return { keys: loose ? plain.map(squeeze) : plain, patched: new Uint8Array(lines.length) };
}

/** Lines with their line ends; the last may have none. */
function splitKeeping(text: string): string[] {
  const lines: string[] = [];
  let from = 0;
  while (from < text.length) {
    const end = text.indexOf("\n", from);
    const to = end < 0 ? text.length : end + 1;
    lines.push(text.slice(from, to));
    from = to;
  }
  return lines;
}

interface Outcome {
  fuzz: number;
  offset: number;
  crlf: boolean;
  ignoreWhitespace: boolean;
}

function finish(file: FileDiff, lines: readonly string[], found: readonly Found[], outcome: Outcome): ApplyResult {
  const ordered = [...found].sort((a, b) => a.start - b.start);
  const result: string[] = [];
  const placed: PlacedHunk[] = [];
  let next = 0;
  for (const place of ordered) {
    for (; next < place.start; next += 1) result.push(lines[next] ?? "");
    // Context lines that fuzz left out are the file's own and were copied above; the hunk begins that much earlier.
    placed.push({ hunk: place.hunk, oldStart: place.start - place.head + 1, newStart: result.length - place.head + 1 });
    next = emitHunk(place, lines, result, outcome);
  }
  for (; next < lines.length; next += 1) result.push(lines[next] ?? "");
  const text = result.join("");
  if (file.status === "deleted" && text !== "") return refuse("file-not-empty-after-delete", null);
  return {
    ok: true,
    text: file.status === "deleted" ? null : text,
    exact: outcome.fuzz === 0 && outcome.offset === 0 && !outcome.ignoreWhitespace,
    fuzz: outcome.fuzz,
    offset: outcome.offset,
    placed,
    map: lineMap(file, placed),
  };
}

/** Writes one hunk's new side; context comes from the file itself. Returns the first old line behind the hunk. */
function emitHunk(place: Found, lines: readonly string[], result: string[], outcome: Outcome): number {
  const inner = place.hunk.lines.slice(place.head, place.hunk.lines.length - place.tail);
  const texts = outcome.ignoreWhitespace ? reindent(inner, lines, place.start) : inner.map((line) => line.text);
  let old = place.start;
  for (const [i, line] of inner.entries()) {
    if (line.kind === "+") {
      const end = line.noNewline === true ? "" : outcome.crlf ? "\r\n" : "\n";
      result.push((texts[i] ?? line.text) + end);
      continue;
    }
    if (line.kind === " ") result.push(lines[old] ?? "");
    old += 1;
  }
  return old;
}
