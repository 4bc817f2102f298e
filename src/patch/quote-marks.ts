/**
 * Quote marks of replies: `> `, `>>`, `> > `, mixed ones, `| `, and initials before the mark (`AJ> `). RFC 3676 section
 * 4.5 names only `>`; the others are what mail clients and people on kernel lists really write.
 */
export interface QuotedLine {
  depth: number;
  /** Where the text behind the last mark begins; a space that belongs to the mark is still in it. */
  start: number;
}

const GREATER = 62;
const PIPE = 124;
const SPACE = 32;

/** How deep a line is quoted; depth 0 means not at all. */
export function readQuote(line: string): QuotedLine {
  let depth = 0;
  let i = initialsLength(line);
  for (;;) {
    const mark = line.charCodeAt(i) === SPACE ? i + 1 : i;
    const code = line.charCodeAt(mark);
    if (code !== GREATER && !(code === PIPE && isPipeMark(line, mark))) break;
    depth += 1;
    i = mark + 1;
  }
  return { depth, start: depth === 0 ? 0 : i };
}

/** A bar is a mark only at the line's begin or behind another mark, and with a space or the line's end behind it. */
function isPipeMark(line: string, i: number): boolean {
  const next = line.charCodeAt(i + 1);
  return i + 1 >= line.length || next === SPACE || next === PIPE || next === GREATER;
}

/** Length of the initials in front of a mark ("AJ>", Supercite and old Gnus), 0 when there are none. */
function initialsLength(line: string): number {
  let i = line.charCodeAt(0) === SPACE ? 1 : 0;
  const from = i;
  while (i - from < 4 && isUpper(line.charCodeAt(i))) i += 1;
  return i > from && line.charCodeAt(i) === GREATER ? i : 0;
}

function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}
