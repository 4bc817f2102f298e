/**
 * The lines of a hunk, taken by the counts of its header alone: that is how `git apply` knows that a `-- ` or `++ ` line
 * is content and where a hunk ends.
 */
import type { HunkHeader } from "./hunk-header.js";
import type { HunkLine } from "./patch.js";
import { bodyLine, type TextLines } from "./text-lines.js";

export interface HunkRead {
  lines: HunkLine[];
  /** First entry behind the hunk. */
  next: number;
  /** True when all counted lines are there. */
  closed: boolean;
}

const SPACE = 32;
const PLUS = 43;
const MINUS = 45;
const BACKSLASH = 92;
/** git asks for this many characters before it believes a `\ No newline at end of file` in any language. */
const NO_NEWLINE_LENGTH = 11;

/** True for the `\ No newline at end of file` line, whatever its language. */
export function isNoNewline(line: string): boolean {
  return line.charCodeAt(0) === BACKSLASH && line.startsWith("\\ ") && line.length >= NO_NEWLINE_LENGTH;
}

/** Reads counted lines from `start` up to `end`; stops at the first line that cannot belong to a hunk. */
export function readHunkLines(source: TextLines, start: number, end: number, header: HunkHeader): HunkRead {
  let old = header.oldLines;
  let fresh = header.newLines;
  const lines: HunkLine[] = [];
  let i = start;
  for (; i < end && (old > 0 || fresh > 0); i += 1) {
    const text = source.lines[i] ?? "";
    const code = text.length === 0 ? SPACE : text.charCodeAt(0);
    const at = bodyLine(source, i);
    if (code === SPACE && old > 0 && fresh > 0) {
      old -= 1;
      fresh -= 1;
      lines.push({ kind: " ", text: text.slice(1), at });
    } else if (code === PLUS && fresh > 0) {
      fresh -= 1;
      lines.push({ kind: "+", text: text.slice(1), at });
    } else if (code === MINUS && old > 0) {
      old -= 1;
      lines.push({ kind: "-", text: text.slice(1), at });
    } else if (isNoNewline(text)) {
      markNoNewline(lines);
    } else break;
  }
  const closed = old === 0 && fresh === 0;
  if (closed && i < end && isNoNewline(source.lines[i] ?? "")) {
    markNoNewline(lines);
    i += 1;
  }
  return { lines, next: i, closed };
}

function markNoNewline(lines: HunkLine[]): void {
  const last = lines[lines.length - 1];
  if (last !== undefined) last.noNewline = true;
}
