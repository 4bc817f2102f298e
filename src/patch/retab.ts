/**
 * Tabs put back where a mail client wrote spaces for them. Gmail, Outlook and flowed Thunderbird expand tabs when they
 * quote, up to the next eighth column of the line as they see it: marks before the line count too. So the indentation of
 * a quoted kernel file is 8n - k spaces with the same odd k in every line, which no file indented with spaces shows.
 */
import type { FileDiff, HunkLine } from "./patch.js";

const TAB = 8;
/** Columns that a diff's line may begin at: its sign alone, or the sign and up to three `> `. */
const BASES = [1, 3, 5, 7] as const;

/** Kernel files that are indented with tabs (Documentation/process/coding-style.rst). */
const TABBED = /\.(?:c|h|S|lds|dts|dtsi)$|(?:^|\/)(?:Kconfig|Makefile|Kbuild)[^/]*$/;

/** Undoes what clients do to the white space of quoted lines, in place. True when a line was changed. */
export function restoreWhitespace(files: readonly FileDiff[]): boolean {
  const stripped = stripExtra(files.filter(isTabbed));
  return retab(files) || stripped;
}

function isTabbed(file: FileDiff): boolean {
  return TABBED.test(file.newPath ?? file.oldPath ?? "");
}

function isContext(line: HunkLine): boolean {
  return line.kind === " ";
}

function* eachLine(files: readonly FileDiff[]): Generator<HunkLine> {
  for (const { hunks } of files) for (const { lines } of hunks) yield* lines;
}

/** True when hardly a line has a tab: then a client took them. */
function lacksTabs(files: readonly FileDiff[]): boolean {
  let left = 0;
  for (const { hunks } of files) for (const { lines } of hunks) left += lines.length / 10;
  for (const { hunks } of files) {
    for (const { lines } of hunks) {
      for (const line of lines) if (line.text.includes("\t")) left -= 1;
      if (left < 0) return false;
    }
  }
  return true;
}

/** Thunderbird's flowed replies put one more space before context lines at each turn: taken off when all of them bear it. */
function stripExtra(files: readonly FileDiff[]): boolean {
  let extra = MAX_EXTRA + 1;
  for (const { kind, text } of eachLine(files)) {
    // A comment's middle lines begin with a space of their own.
    if (kind !== " " || text.trim() === "" || isComment(text)) continue;
    extra = Math.min(extra, indentOf(text));
    if (extra === 0) return false;
  }
  if (extra > MAX_EXTRA) return false;
  for (const line of eachLine(files)) {
    if (isContext(line))
      line.text = line.text.trim() === "" ? "" : line.text.slice(Math.min(extra, indentOf(line.text)));
  }
  return true;
}

const MAX_EXTRA = 3;

function retab(files: readonly FileDiff[]): boolean {
  if (!lacksTabs(files)) return false;
  const base = vote([...eachLine(files)], BASES);
  if (base === null) return false;
  let changed = false;
  for (const file of files) {
    const trusted = isTabbed(file);
    const own = [...eachLine([file])];
    const context = own.filter(isContext);
    const touched = own.filter((line) => !isContext(line));
    // Clients that stuff spaces (RFC 3676) take one from context lines and none from the others.
    for (const group of [context, touched]) {
      const groupBase = vote(group, group === context ? [base, base - 1] : [base]) ?? base;
      if (!trusted && share(group, groupBase) < 0.5) continue;
      for (const line of group) changed = retabLine(line, groupBase) || changed;
    }
  }
  return changed;
}

/** A middle line of a comment that begins at the left margin. */
function isComment(text: string): boolean {
  return /^ {1,2}\*/.test(text);
}

function indentOf(text: string): number {
  let n = 0;
  while (text.charCodeAt(n) === 32) n += 1;
  return n === text.length ? 0 : n;
}

/** The base for which most lines' indentation ends at a tab stop; null when there is none for any. */
function vote(lines: readonly HunkLine[], bases: readonly number[]): number | null {
  let best: number | null = null;
  let most = 0;
  for (const base of bases) {
    const matched = lines.reduce((n, { text }) => n + (isAligned(text, base) ? 1 : 0), 0);
    if (matched > most) {
      best = base;
      most = matched;
    }
  }
  return best;
}

function isAligned(text: string, base: number): boolean {
  const indent = indentOf(text);
  return indent > 1 && !isComment(text) && (base + indent) % TAB === 0;
}

/** The part of the indented lines whose indentation ends at a tab stop. */
function share(lines: readonly HunkLine[], base: number): number {
  const indented = lines.filter(({ text }) => indentOf(text) > 1 && !isComment(text));
  return indented.length === 0 ? 0 : indented.filter(({ text }) => isAligned(text, base)).length / indented.length;
}

function retabLine(line: HunkLine, base: number): boolean {
  const parts: string[] = [];
  let column = base;
  let i = 0;
  const { text } = line;
  if (text.includes("\t") || isComment(text)) return false;
  while (i < text.length) {
    let end = i;
    if (text.charCodeAt(i) === 32) while (text.charCodeAt(end) === 32) end += 1;
    else while (end < text.length && text.charCodeAt(end) !== 32) end += 1;
    const run = text.slice(i, end);
    parts.push(text.charCodeAt(i) === 32 && end < text.length ? tabs(run.length, column, i === 0) : run);
    column += end - i;
    i = end;
  }
  const result = parts.join("");
  if (result === text) return false;
  line.text = result;
  return true;
}

/** A run of spaces as tabs: indentation always, inside a line only when the run is longer than one and ends at a stop. */
function tabs(length: number, column: number, leading: boolean): string {
  const end = column + length;
  const stops = Math.floor(end / TAB) - Math.floor(column / TAB);
  if (stops === 0 || (!leading && (length < 2 || end % TAB !== 0))) return " ".repeat(length);
  return "\t".repeat(stops) + " ".repeat(end % TAB);
}
