/**
 * Diffs that stand quoted in a reply, at any depth. Where a patch survives only in the answers to it, this is the one
 * source there is. Each quote depth is read on its own: the lines of that depth are the diff, lines of other depths
 * between them are comments (or tails of wrapped lines), and a hunk goes on behind a comment.
 */
import { hunkEnd, parseHunkHeader } from "./hunk-header.js";
import { readHunkLines } from "./hunk-lines.js";
import { type Candidate, mendHunk } from "./mend-hunk.js";
import { countHunks, orphanFile, pushHunk } from "./parse-diff.js";
import type { DiffFidelity, FileDiff, Hunk } from "./patch.js";
import { readQuote } from "./quote-marks.js";
import { isBinaryMark, isBoundary, readQuotedHeader } from "./quoted-header.js";
import { restoreWhitespace } from "./retab.js";

/** What one quote depth of a reply holds of a diff. */
export interface QuotedDiff {
  depth: number;
  files: FileDiff[];
  hunksClosed: number;
  hunksOpen: number;
  /** The diff as text, as far as it was recovered. */
  diff: string;
  fidelity: DiffFidelity;
}

interface Line {
  depth: number;
  raw: string;
  /** Behind the last quote mark. */
  rest: string;
}

interface FileDraft {
  file: FileDiff;
  headerLines: string[];
}

/** Recovers the quoted diffs of a body's lines, shallow depths first. Linear for each depth; never throws. */
export function unquoteDiffs(bodyLines: readonly string[]): QuotedDiff[] {
  const lines: Line[] = [];
  const depths = new Set<number>();
  for (const raw of bodyLines) {
    const { depth, start } = readQuote(raw);
    const rest = depth === 0 ? raw : plainSpaces(raw.slice(start));
    if (depth > 0 && depths.size < MAX_DEPTHS && mayStartHunk(rest)) depths.add(depth);
    lines.push({ depth, raw, rest });
  }
  const diffs: QuotedDiff[] = [];
  for (const depth of [...depths].sort((a, b) => a - b)) {
    const diff = new DepthReader(lines, depth).read();
    if (diff.files.length > 0) diffs.push(diff);
  }
  return diffs;
}

/** Quotes nest a dozen deep at the most; hostile input would make every depth cost one pass over the body. */
const MAX_DEPTHS = 16;

/** Outlook and Thunderbird's HTML replies write no-break spaces for indentation. */
function plainSpaces(text: string): string {
  return text.includes("\u00a0") ? text.replaceAll("\u00a0", " ") : text;
}

function mayStartHunk(rest: string): boolean {
  return rest.startsWith("@@ -") || rest.startsWith(" @@ -");
}

/** Reads the diff of one quote depth. */
class DepthReader {
  private readonly drafts: FileDraft[] = [];
  private readonly orphans: Hunk[] = [];
  private current: FileDraft | null = null;
  private lost = false;
  private readonly open: { hunk: Hunk; k: number; end: number }[] = [];
  /** Entries of `lines` at this depth. */
  private readonly own: number[] = [];
  private readonly texts: string[] = [];

  constructor(
    private readonly lines: readonly Line[],
    private readonly depth: number,
  ) {
    for (let i = 0; i < lines.length; i += 1) {
      const line = lines[i];
      if (line === undefined || line.depth !== depth) continue;
      this.own.push(i);
      this.texts.push(line.rest.startsWith(" ") ? line.rest.slice(1) : line.rest);
    }
  }

  read(): QuotedDiff {
    let k = 0;
    while (k < this.texts.length) {
      const text = this.texts[k] ?? "";
      const header = parseHunkHeader(text);
      if (header !== null) {
        k = this.readHunk(k);
        continue;
      }
      const file = readQuotedHeader(this.texts, k);
      if (file === null) {
        k += 1;
        continue;
      }
      const { next, changes: _changes, ...names } = file;
      this.current = {
        file: {
          ...names,
          binary: isBinaryMark(this.texts[next] ?? ""),
          additions: 0,
          deletions: 0,
          hunks: [],
          at: this.own[k] ?? 0,
        },
        headerLines: this.texts.slice(k, next),
      };
      this.drafts.push(this.current);
      k = next;
    }
    return this.finish();
  }

  private readHunk(k: number): number {
    const header = parseHunkHeader(this.texts[k] ?? "");
    if (header === null) return k + 1;
    const end = hunkEnd(this.texts, k + 1, this.texts.length);
    const at = this.own[k] ?? 0;
    const hunk: Hunk = { ...header, lines: [], closed: false, at };
    this.fill(hunk, k, end, false);
    if (!hunk.closed) this.open.push({ hunk, k, end });
    if (this.belongs(hunk)) this.current?.file.hunks.push(hunk);
    else this.orphans.push(hunk);
    return end;
  }

  private fill(hunk: Hunk, k: number, end: number, lost: boolean): void {
    if (!lost && this.fillSound(hunk, k, end)) return;
    const mended = mendHunk(this.candidates(k, end), hunk, this.lines[hunk.at]?.raw ?? "", lost);
    this.lost ||= mended.closed && mended.lost;
    if (mended.sectionTail !== "" && !lost) hunk.section += ` ${mended.sectionTail}`;
    hunk.lines = mended.lines;
    hunk.closed = mended.closed;
  }

  /** Most quoted hunks came through unharmed: no comment among their lines, a space behind each mark, counts that close. */
  private fillSound(hunk: Hunk, k: number, end: number): boolean {
    const at = this.own[k] ?? 0;
    if (!(this.lines[at]?.rest ?? "").startsWith(" ")) return false;
    const read = readHunkLines({ lines: this.texts, at: this.own }, k + 1, end, hunk);
    const behind = read.next < end ? (this.texts[read.next] ?? "") : "";
    if (!read.closed || this.own[read.next - 1] !== at + read.next - 1 - k || behind.trim() !== "") return false;
    hunk.lines = read.lines;
    hunk.closed = true;
    return true;
  }

  /** A hunk goes to the file named last, unless it would run backwards there: then a file header was trimmed away. */
  private belongs(hunk: Hunk): boolean {
    if (this.current === null) return false;
    const { hunks } = this.current.file;
    const before = hunks[hunks.length - 1];
    return before === undefined || hunk.oldStart >= before.oldStart + before.oldLines;
  }

  /** The lines between a hunk header and the hunk's latest end, lines of other depths among them. */
  private candidates(k: number, end: number): Candidate[] {
    const from = (this.own[k] ?? 0) + 1;
    const to = end < this.own.length ? (this.own[end] ?? from) : (this.own[end - 1] ?? from) + 1;
    const spaced = (this.lines[from - 1]?.rest ?? "").startsWith(" ");
    const candidates: Candidate[] = [];
    for (let i = from; i < to; i += 1) {
      const line = this.lines[i];
      if (line === undefined) continue;
      const broken = this.isBrokenArrow(line, i);
      const outside = line.depth !== this.depth && !broken;
      const text = spaced && line.rest.startsWith(" ") ? line.rest.slice(1) : line.rest;
      candidates.push({ text: broken ? `>${line.rest}` : text, at: i, outside, raw: line.raw });
    }
    return candidates;
  }

  /** A line that was wrapped inside `->` looks as if it were quoted one deeper. */
  private isBrokenArrow(line: Line, i: number): boolean {
    const before = this.lines[i - 1];
    return line.depth === this.depth + 1 && before?.depth === this.depth && before.rest.endsWith("-");
  }

  private finish(): QuotedDiff {
    if (this.lost) for (const { hunk, k, end } of this.open) this.fill(hunk, k, end, true);
    const drafts = this.drafts.filter(({ file }) => file.hunks.length > 0 || isBoundary(file));
    const orphans = this.orphans.length > 0 ? [orphanFile(this.orphans)] : [];
    if (restoreWhitespace([...drafts.map(({ file }) => file), ...orphans])) this.lost = true;
    const parts: string[] = [];
    for (const { file, headerLines } of drafts) {
      Object.assign(file, countHunks(file.hunks));
      for (const line of headerLines) parts.push(line);
      for (const hunk of file.hunks) pushHunk(parts, hunk);
    }
    const files = [...drafts.map(({ file }) => file), ...orphans];
    for (const hunk of this.orphans) pushHunk(parts, hunk);
    const hunks = files.flatMap((file) => file.hunks);
    const hunksClosed = hunks.filter((hunk) => hunk.closed).length;
    return {
      depth: this.depth,
      files,
      hunksClosed,
      hunksOpen: hunks.length - hunksClosed,
      diff: parts.length === 0 ? "" : `${parts.join("\n")}\n`,
      fidelity: this.lost ? "indent-lost" : "unquoted",
    };
  }
}
