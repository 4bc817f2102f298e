/** Filling of paragraphs, for terminals and for mail (own text of a mail is at most 72 columns wide). */

/** Columns a text takes, counting code points: near enough for English sentences and C identifiers. */
export const columns = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

/** Cuts a word that is wider than a line; such words are paths or symbols, and a reader can still join the parts. */
const pieces = (word: string, width: number): string[] => {
  const points = [...word];
  const out: string[] = [];
  for (let at = 0; at < points.length; at += width) out.push(points.slice(at, at + width).join(""));
  return out;
};

/**
 * Fills `text` into lines of at most `width` columns, breaking at blanks (a word wider than the line is cut).
 * `first` and `rest` are put before the first and the other lines and count into the width.
 */
export const wrap = (text: string, width: number, first = "", rest = first): string[] => {
  const lines: string[] = [];
  const narrow = Math.max(1, width - Math.max(columns(first), columns(rest)));
  let line = "";
  let used = 0;
  const room = (): number => width - columns(lines.length === 0 ? first : rest);
  const flush = (): void => {
    lines.push((lines.length === 0 ? first : rest) + line);
    line = "";
    used = 0;
  };
  for (const word of text.split(/\s+/)) {
    if (word === "") continue;
    for (const part of columns(word) > (used === 0 ? room() : narrow) ? pieces(word, narrow) : [word]) {
      const size = columns(part);
      if (used > 0 && used + 1 + size > room()) flush();
      line = used === 0 ? part : `${line} ${part}`;
      used += used === 0 ? size : size + 1;
    }
  }
  if (used > 0) flush();
  return lines;
};
