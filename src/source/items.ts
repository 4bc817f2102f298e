/**
 * Cuts a pre-passed file into its file-level items by counting braces. Each function is then parsed by itself, so that
 * what the grammar cannot read in one function leaves its neighbours whole.
 */

export interface Item {
  kind: "function" | "aggregate" | "initializer" | "declaration";
  start: number;
  end: number;
}

const AGGREGATE = /^\s*(?:typedef\s+)?(?:(?:static|const|extern|volatile)\s+)*(?:struct|union|enum)\b[^()=]*$/;

function kindOf(header: string, hasEquals: boolean): Item["kind"] {
  if (hasEquals) return "initializer";
  if (AGGREGATE.test(header.length > 2000 ? header.slice(0, 2000) : header)) return "aggregate";
  return header.includes(")") ? "function" : "aggregate";
}

/** Items of a text without comments and directives, in order. An item that never closes ends with the text. */
export function cutItems(text: string): Item[] {
  const items: Item[] = [];
  let start = 0;
  let braces = 0;
  let parens = 0;
  let equals = false;
  let kind: Item["kind"] | null = null;
  const close = (end: number): void => {
    if (text.slice(start, end).trim() !== "" && text.slice(start, end).trim() !== ";") {
      items.push({ kind: kind ?? (equals ? "initializer" : "declaration"), start, end });
    }
    start = end;
    equals = false;
    kind = null;
    parens = 0;
  };
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34 || c === 39) {
      i = skipLiteral(text, i, c);
    } else if (c === 123) {
      if (braces === 0 && kind === null) kind = kindOf(text.slice(start, i), equals);
      braces++;
    } else if (c === 125) {
      if (braces > 0) braces--;
      if (braces === 0 && kind === "function") close(i + 1);
    } else if (braces > 0) {
    } else if (c === 40) parens++;
    else if (c === 41) parens = Math.max(0, parens - 1);
    else if (c === 61 && parens === 0) equals = true;
    else if (c === 59 && parens === 0) close(i + 1);
  }
  close(text.length);
  return items;
}

function skipLiteral(text: string, i: number, quote: number): number {
  for (let j = i + 1; j < text.length; j++) {
    const c = text.charCodeAt(j);
    if (c === 92) j++;
    else if (c === quote || c === 10) return j;
  }
  return text.length;
}
