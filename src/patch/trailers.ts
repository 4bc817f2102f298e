/** Trailers of a patch's commit message, with the habits of kernel authors and of archives allowed for. */
import { restoreAt } from "../message/address.js";
import { parseTrailers } from "../message/trailers.js";
import type { Trailer } from "./patch.js";

/** Tags of the kernel (Documentation/process/submitting-patches.rst, 5.Posting.rst), one of them at a line's begin. */
const KNOWN =
  /^(?:fixes|signed-off-by|co-developed-by|reviewed-by|acked-by|tested-by|reported-by|suggested-by|reported-and-tested-by|assisted-by|debugged-by|cc|link|closes|bug|buglink|change-id|depends-on)[ \t]*:/i;

/**
 * The trailers of a commit message, in order. git reads only the last paragraph; authors often set `Fixes:` apart with a
 * blank line, so paragraphs above it that hold nothing but known tags are taken too.
 */
export function collectTrailers(description: string): Trailer[] {
  const paragraphs = description.split(/\n[ \t]*\n/);
  const blocks: Trailer[][] = [];
  for (let i = paragraphs.length - 1; i >= 0; i -= 1) {
    const paragraph = paragraphs[i] ?? "";
    if (paragraph.trim() === "") continue;
    if (blocks.length > 0 && !isKnownOnly(paragraph)) break;
    const found = parseTrailers(paragraph);
    if (found.length === 0) break;
    blocks.push(found.map(({ key, value }) => ({ key, value: restoreAddress(value) })));
  }
  return blocks.reverse().flat();
}

function isKnownOnly(paragraph: string): boolean {
  return paragraph.split("\n").every((line, i) => KNOWN.test(line) || (i > 0 && /^[ \t]+\S/.test(line)));
}

/** Archives write `user at host` inside the angle brackets (pipermail). */
function restoreAddress(value: string): string {
  const open = value.indexOf("<");
  const close = value.indexOf(">", open);
  if (open < 0 || close < 0) return value;
  return value.slice(0, open + 1) + restoreAt(value.slice(open + 1, close)) + value.slice(close);
}
