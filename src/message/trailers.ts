/**
 * Trailers of a commit message, as git-interpret-trailers(1) finds them: the last paragraph, when it is made of
 * `Key: value` lines, or of at least a quarter of them when one is a trailer that git itself writes.
 */

/** A line such as `Fixes: 0123456789ab ("…")`; the shape that patch/ uses too. */
export interface TrailerLine {
  key: string;
  value: string;
}

const TRAILER = /^([A-Za-z0-9][A-Za-z0-9-]*)[ \t]*:[ \t]*(.*)$/;
const GIT_MADE = /^(?:Signed-off-by: |\(cherry picked from commit )/;

/** Trailers of a message (LF line ends), in order; folded values are unfolded. */
export function parseTrailers(message: string): TrailerLine[] {
  const lines = lastParagraph(message);
  const trailers: TrailerLine[] = [];
  let matched = 0;
  let other = 0;
  let gitMade = false;
  for (const line of lines) {
    const last = trailers.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) {
      last.value = `${last.value} ${line.trim()}`.trim();
      continue;
    }
    gitMade ||= GIT_MADE.test(line);
    const match = TRAILER.exec(line);
    if (match === null && !line.startsWith("(cherry picked from commit ")) {
      // Kernel habit: "[ name: what was changed ]" between the sign-offs.
      if (!/^\[.*\]?$/.test(line)) other++;
      continue;
    }
    matched++;
    if (match !== null) trailers.push({ key: match[1] ?? "", value: (match[2] ?? "").trim() });
  }
  if (matched === 0) return [];
  return other === 0 || (gitMade && matched * 3 >= other) ? trailers : [];
}

function lastParagraph(message: string): string[] {
  const lines = message.trimEnd().split("\n");
  let start = lines.length;
  while (start > 0 && (lines[start - 1] ?? "").trim() !== "") start--;
  return lines.slice(start);
}
