/** Edits of a text at offsets, and how kernel code is laid out. */
import type { SyntaxNode } from "../../src/source/parse-c.js";
import type { FnSite } from "./code.js";

/** Replaces [start, end) by a text. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** The text with all edits made; null when two of them overlap. Edits at one offset are made in the order given. */
export function applyEdits(text: string, edits: readonly Edit[]): string | null {
  const sorted = edits.map((edit, i) => ({ edit, i }));
  sorted.sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end || a.i - b.i);
  const out: string[] = [];
  let at = 0;
  for (const { edit } of sorted) {
    if (edit.start < at) return null;
    out.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  return [...out, text.slice(at)].join("");
}

/** White space in front of a node on its line. */
export function indentOf(fn: FnSite, node: SyntaxNode): string {
  const line = fn.file.text.slice(fn.file.text.lastIndexOf("\n", node.start - 1) + 1, node.start);
  return /^\s*/.exec(line)?.[0] ?? "";
}

/** Puts lines in front of a statement. */
export function before(fn: FnSite, node: SyntaxNode, ...lines: string[]): Edit {
  const indent = indentOf(fn, node);
  return { start: node.start, end: node.start, text: lines.map((l) => `${l}\n${indent}`).join("") };
}

/** Puts lines behind a statement. */
export function behind(fn: FnSite, node: SyntaxNode, ...lines: string[]): Edit {
  const indent = indentOf(fn, node);
  return { start: node.end, end: node.end, text: lines.map((l) => `\n${indent}${l}`).join("") };
}

export const replace = (node: SyntaxNode, text: string): Edit => ({ start: node.start, end: node.end, text });

/** Takes a statement away: with its line when it has one of its own, and leaving `;` where a statement must stand. */
export function remove(fn: FnSite, node: SyntaxNode): Edit {
  const parent = fn.parents.get(node);
  const free = parent?.type === "compound_statement";
  if (!free) return replace(node, ";");
  const { text } = fn.file;
  const lineStart = text.lastIndexOf("\n", node.start - 1) + 1;
  const lineEnd = text.indexOf("\n", node.end);
  const alone = text.slice(lineStart, node.start).trim() === "" && text.slice(node.end, lineEnd).trim() === "";
  return alone && lineEnd !== -1 ? { start: lineStart, end: lineEnd + 1, text: "" } : replace(node, "");
}

/** A new static function in front of another and of its comment. */
export function helper(fn: FnSite, header: string, ...body: string[]): Edit {
  const text = `static ${header}\n{\n${body.map((l) => `\t${l}\n`).join("")}}\n`;
  const first = fn.above === fn.node.start;
  return { start: fn.above, end: fn.above, text: first ? `${text}\n` : `\n\n${text}` };
}
