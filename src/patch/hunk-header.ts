/** The `@@ -l,s +l,s @@` line of a unified diff (GNU diffutils manual, "Detailed Unified"). */
export interface HunkHeader {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  section: string;
}

/** Digits that a line number may have; more is nonsense, and keeps the arithmetic exact. */
const HEADER = /^@@+ -(\d{1,12})(?:,(\d{1,12}))? \+(\d{1,12})(?:,(\d{1,12}))? @@/;

/** Reads a hunk header, or null when the line is none. A count that is left out is 1. */
export function parseHunkHeader(line: string): HunkHeader | null {
  if (!line.startsWith("@@ -")) return null;
  const match = HEADER.exec(line);
  if (match === null) return null;
  const count = (text: string | undefined): number => (text === undefined ? 1 : Number(text));
  const rest = line.slice(match[0].length);
  return {
    oldStart: Number(match[1]),
    oldLines: count(match[2]),
    newStart: Number(match[3]),
    newLines: count(match[4]),
    section: rest.startsWith(" ") ? rest.slice(1) : rest,
  };
}

/** A hunk header as text, in the form that git writes. */
export function formatHunkHeader(header: HunkHeader): string {
  const range = (start: number, lines: number): string => (lines === 1 ? `${start}` : `${start},${lines}`);
  const section = header.section === "" ? "" : ` ${header.section}`;
  return `@@ -${range(header.oldStart, header.oldLines)} +${range(header.newStart, header.newLines)} @@${section}`;
}

/** Where the lines of a broken hunk end at the latest: before the next hunk or file header. */
export function hunkEnd(lines: readonly string[], from: number, to: number): number {
  for (let i = from; i < to; i += 1) {
    const line = lines[i] ?? "";
    const code = line.charCodeAt(0);
    if (code === 64 && line.startsWith("@@ -")) return i;
    if (code === 100 && line.startsWith("diff --git ")) return i;
    if (code === 73 && line.startsWith("Index: ")) return i;
    if (code === 45 && line.startsWith("--- ") && (lines[i + 1] ?? "").startsWith("+++ ")) return i;
  }
  return to;
}
