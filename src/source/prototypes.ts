/**
 * Declarations of functions, and file-level macros that are given a function's name. They are told by their first words
 * alone, without the parser: a header has thousands of them, and only where they stand and what is written at them matters.
 */
import type { Prototype } from "./ast.js";
import type { Item } from "./items.js";
import type { Prepassed } from "./prepass.js";

const NAME = /([A-Za-z_]\w*)\s*\(/;
/** Beyond this a declaration is no prototype that anybody wrote. */
const LONGEST = 2000;

/** The prototypes among a file's items, and its file-level macros, in order. */
export function prototypesOf(items: readonly Item[], pre: Prepassed): Prototype[] {
  const out: Prototype[] = pre.fileMacros.map(({ name, args, at }) => ({
    name,
    args,
    at,
    end: at,
    annotations: [],
    typed: false,
  }));
  const annotations = [...pre.annotations].sort((a, b) => a.at - b.at);
  let next = 0;
  for (const { kind, start, end } of items) {
    while (next < annotations.length && (annotations[next]?.at ?? 0) < start) next++;
    if (kind !== "declaration" || end - start > LONGEST) continue;
    const text = pre.text.slice(start, end);
    const match = NAME.exec(text);
    if (match === null || /^\s*typedef\b/.test(text)) continue;
    const before = text.slice(0, match.index).trim();
    const at = start + match.index - text.slice(0, match.index).trimStart().length;
    const own = [];
    for (let i = next; i < annotations.length && (annotations[i]?.at ?? end) < end; i++)
      if (annotations[i] !== undefined) own.push(annotations[i] as Prototype["annotations"][number]);
    const args = text.slice(match.index + match[0].length, text.lastIndexOf(")"));
    out.push({ name: match[1] as string, args, at, end, annotations: own, typed: before !== "" });
  }
  return out.sort((a, b) => a.at - b.at);
}
