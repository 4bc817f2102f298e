/**
 * format=flowed (RFC 3676) undone the way `git mailinfo` does it: only the outermost text, because quoted diffs in flowed
 * replies come out better from the raw lines (mailers stuff and break them in ways that the RFC does not describe).
 */
import type { TextLines } from "./text-lines.js";

/**
 * Joins soft-broken lines and removes space-stuffing. The signature mark "-- " stays as it is (RFC 3676, 4.3). Each
 * joined line points at the body line where it began.
 */
export function unflow(lines: readonly string[], delSp: boolean): TextLines {
  const joined: string[] = [];
  const at: number[] = [];
  let parts: string[] = [];
  let start = 0;
  const flush = (): void => {
    joined.push(parts.join(""));
    at.push(start);
    parts = [];
  };
  for (let i = 0; i < lines.length; i += 1) {
    let line = lines[i] ?? "";
    if (line === "-- ") {
      if (parts.length > 0) flush();
      joined.push(line);
      at.push(i);
      continue;
    }
    if (line.startsWith(" ")) line = line.slice(1);
    if (parts.length === 0) start = i;
    if (line.endsWith(" ")) {
      parts.push(delSp ? line.slice(0, -1) : line);
      continue;
    }
    parts.push(line);
    flush();
  }
  if (parts.length > 0) flush();
  return { lines: joined, at };
}

/** Removes only the space that a flowed mailer put before lines that begin with a space, ">" or "From " (RFC 3676, 4.4). */
export function unstuff(lines: readonly string[]): string[] {
  return lines.map((line) => (line.startsWith(" ") ? line.slice(1) : line));
}
