/**
 * Lines of a body, and where each of them stood in it. Flowed bodies are read twice (RFC 3676): lines that were joined
 * still have to point at the line of the mail that a reply would quote.
 */
export interface TextLines {
  readonly lines: readonly string[];
  /** 0-based body line of each entry of `lines`; null when they are the body's own lines, one for one. */
  readonly at: readonly number[] | null;
}

/** Splits a text at LF; a CR before the LF is dropped, so that CRLF and LF mail read alike. */
export function splitLines(text: string): string[] {
  const lines = text.split("\n");
  if (text.includes("\r")) {
    for (let i = 0; i < lines.length; i += 1) {
      const line = lines[i] ?? "";
      if (line.endsWith("\r")) lines[i] = line.slice(0, -1);
    }
  }
  if (lines.length > 0 && lines[lines.length - 1] === "") lines.pop();
  return lines;
}

/** Plain lines of a text, each standing for itself. */
export function toLines(text: string): TextLines {
  return { lines: splitLines(text), at: null };
}

/** The body line that entry `index` came from. */
export function bodyLine(source: TextLines, index: number): number {
  return source.at === null ? index : (source.at[index] ?? index);
}
