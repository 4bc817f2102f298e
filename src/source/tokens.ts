/**
 * A flat token list of C text, before any preprocessing: enough to find statements, groups and directives without a
 * parser. Comments and directives are tokens of their own, so that what is rewritten later is never inside them.
 */

export const TOKEN = { ident: 1, number: 2, string: 3, punct: 4, directive: 5, comment: 6 } as const;

export interface Tokens {
  /** Kind of token i, one of {@link TOKEN}. */
  kind: Uint8Array;
  start: Int32Array;
  end: Int32Array;
  count: number;
}

const CLASS = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const ch = String.fromCharCode(c);
  if (/[A-Za-z_$]/.test(ch)) CLASS[c] = 1;
  else if (/[0-9]/.test(ch)) CLASS[c] = 2;
  else if (/\s/.test(ch)) CLASS[c] = 3;
}

const classOf = (code: number): number => (code < 128 ? (CLASS[code] as number) : 1);

/** End of a quoted literal that opens at `i`: behind the closing quote, or at the line's end when it never closes. */
function literalEnd(text: string, i: number, quote: number): number {
  let j = i + 1;
  for (; j < text.length; j++) {
    const c = text.charCodeAt(j);
    if (c === 92) j++;
    else if (c === quote) return j + 1;
    else if (c === 10) return j;
  }
  return Math.min(j, text.length);
}

/** End of a directive that starts at `i`, continuation lines included; a comment that runs on is kept inside. */
function directiveEnd(text: string, i: number): number {
  let j = i;
  for (;;) {
    const newline = text.indexOf("\n", j);
    const lineEnd = newline === -1 ? text.length : newline;
    const open = text.slice(j, lineEnd).indexOf("/*");
    if (open !== -1) {
      const close = text.indexOf("*/", j + open + 2);
      if (close === -1) return text.length;
      j = close + 2;
      continue;
    }
    if (newline === -1) return text.length;
    const before = text.charCodeAt(newline - 1) === 13 ? newline - 2 : newline - 1;
    if (text.charCodeAt(before) !== 92) return newline;
    j = newline + 1;
  }
}

/** Splits C text into tokens. Never fails: an unclosed comment or literal ends at the end of text or line. */
export function tokenize(text: string): Tokens {
  const room = text.length + 1;
  const kind = new Uint8Array(room);
  const start = new Int32Array(room);
  const end = new Int32Array(room);
  let count = 0;
  let lineStart = true;
  let i = 0;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    const cls = classOf(c);
    if (cls === 3) {
      if (c === 10) lineStart = true;
      i++;
      continue;
    }
    let j = i + 1;
    let k: number = TOKEN.punct;
    if (c === 35 && lineStart) {
      k = TOKEN.directive;
      j = directiveEnd(text, i);
    } else if (c === 47 && text.charCodeAt(j) === 42) {
      k = TOKEN.comment;
      const close = text.indexOf("*/", i + 2);
      j = close === -1 ? text.length : close + 2;
    } else if (c === 47 && text.charCodeAt(j) === 47) {
      k = TOKEN.comment;
      const close = text.indexOf("\n", i);
      j = close === -1 ? text.length : close;
    } else if (c === 34 || c === 39) {
      k = TOKEN.string;
      j = literalEnd(text, i, c);
    } else if (cls === 1 || cls === 2) {
      k = cls === 1 ? TOKEN.ident : TOKEN.number;
      while (j < text.length) {
        const d = classOf(text.charCodeAt(j));
        if (d !== 1 && d !== 2) break;
        j++;
      }
    }
    if (k !== TOKEN.comment) lineStart = false;
    kind[count] = k;
    start[count] = i;
    end[count] = j;
    count++;
    i = j;
  }
  return { kind, start, end, count };
}
