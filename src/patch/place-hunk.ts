/** Finds where in a file a hunk belongs, in the order that `git apply` tries: its own line, then +1, -1, +2, -2 … */
import type { Hunk } from "./patch.js";

export interface Place {
  /** 0-based old line of the first line that must match. */
  start: number;
  /** Context lines left out at the hunk's begin and end. */
  head: number;
  tail: number;
  fuzz: number;
  /** Lines between where the header puts the hunk and where it was found. */
  offset: number;
}

/** Bounds the comparisons of one file: a file of equal lines and a hunk of nearly those would take a square of time. */
export class SearchBudget {
  private left = 20_000_000;

  get spent(): boolean {
    return this.left <= 0;
  }

  use(): boolean {
    this.left -= 1;
    return this.left > 0;
  }
}

/** A file's lines as they are compared (line ends included), and which of them an earlier hunk has changed. */
export interface Image {
  keys: readonly string[];
  patched: Uint8Array;
}

interface Pattern {
  lines: string[];
  head: number;
  tail: number;
  atBegin: boolean;
  atEnd: boolean;
}

interface SearchOptions {
  fuzz: number;
  ignoreWhitespace: boolean;
}

/** Context at both ends of a hunk, in lines. */
function contextEnds(hunk: Hunk): { leading: number; trailing: number } {
  let leading = 0;
  while (leading < hunk.lines.length && hunk.lines[leading]?.kind === " ") leading += 1;
  let trailing = 0;
  while (trailing < hunk.lines.length && hunk.lines[hunk.lines.length - 1 - trailing]?.kind === " ") trailing += 1;
  return { leading, trailing };
}

/**
 * Looks for a hunk in a file.
 * @param delta lines that the hunks before this one added; the header's new start is where git begins to look.
 */
export function placeHunk(
  image: Image,
  hunk: Hunk,
  delta: number,
  options: SearchOptions,
  budget: SearchBudget,
): Place | null {
  const { leading, trailing } = contextEnds(hunk);
  const old = hunk.lines.filter((line) => line.kind !== "+");
  const texts = old.map((line) => line.text + (line.noNewline === true ? "" : "\n"));
  const keys = options.ignoreWhitespace ? texts.map(squeeze) : texts;
  const guess = (hunk.newLines === 0 ? hunk.newStart : Math.max(hunk.newStart - 1, 0)) - delta;
  let seen = -1;
  for (let fuzz = 0; fuzz <= options.fuzz; fuzz += 1) {
    const head = Math.min(fuzz, Math.max(leading, 0));
    const tail = Math.min(fuzz, Math.max(trailing, 0), texts.length - head);
    if (fuzz > 0 && head + tail === seen) break;
    seen = head + tail;
    const pattern: Pattern = {
      lines: keys.slice(head, keys.length - tail),
      head,
      tail,
      // git: a hunk at line 1 stands at the file's begin, one without context behind it at its end.
      atBegin: fuzz === 0 && hunk.oldStart <= 1,
      atEnd: fuzz === 0 && trailing === 0,
    };
    if (fuzz > 0 && pattern.lines.length === 0) return null;
    const start = search(image, pattern, guess + head, budget);
    if (start !== null) return { start, head, tail, fuzz, offset: start - (guess + head) };
  }
  return null;
}

function search(image: Image, pattern: Pattern, guess: number, budget: SearchBudget): number | null {
  const last = image.keys.length - pattern.lines.length;
  if (last < 0) return null;
  let from = guess;
  if (pattern.atBegin) from = 0;
  else if (pattern.atEnd) from = last;
  from = Math.min(Math.max(from, 0), image.keys.length);
  for (let step = 0; step <= image.keys.length + 1; step += 1) {
    for (const start of step === 0 ? [from] : [from + step, from - step]) {
      if (start < 0 || start > last) continue;
      if (pattern.atBegin && start !== 0) continue;
      if (pattern.atEnd && start !== last) continue;
      if (matches(image, pattern.lines, start, budget)) return start;
      if (budget.spent) return null;
    }
  }
  return null;
}

/** Lines that an earlier hunk changed are no context for a later one, as in git. */
function matches(image: Image, lines: readonly string[], start: number, budget: SearchBudget): boolean {
  for (let i = 0; i < lines.length; i += 1) {
    if (!budget.use()) return false;
    if (image.keys[start + i] !== lines[i] || image.patched[start + i] === 1) return false;
  }
  return true;
}

/** A line without its white space: clients eat tabs, and archives fold runs of spaces. */
export function squeeze(line: string): string {
  return line.replace(/\s+/g, "");
}
