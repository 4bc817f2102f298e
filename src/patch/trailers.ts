/** Trailers of a commit message: git-interpret-trailers(1) and Documentation/process/submitting-patches.rst. */
import { restoreAt } from "../message/address.js";
import type { Trailer } from "./patch.js";

/** Trailers that the kernel uses: a paragraph of these alone is a trailer block even when it is not the last one. */
const KNOWN =
  /^(?:fixes|signed-off-by|co-developed-by|reviewed-by|acked-by|tested-by|reported-by|suggested-by|reported-and-tested-by|assisted-by|debugged-by|cc|link|closes|bug|buglink|change-id|depends-on)$/i;
const KEY = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;
const GIT_GENERATED = /^(?:signed-off-by: |\(cherry picked from commit )/i;

/** The trailers of a commit message, in order; continuation lines are folded in. */
export function parseTrailers(description: string): Trailer[] {
  const paragraphs = splitParagraphs(description);
  const blocks: Trailer[][] = [];
  for (let i = paragraphs.length - 1; i >= 0; i -= 1) {
    const lines = paragraphs[i] ?? [];
    const found = readBlock(lines);
    const isLast = i === paragraphs.length - 1;
    const accepted = isLast ? isTrailerBlock(lines, found) : found.whole && found.trailers.every(({ key }) => KNOWN.test(key));
    if (!accepted || found.trailers.length === 0) break;
    blocks.push(found.trailers);
  }
  return blocks.reverse().flat();
}

function splitParagraphs(description: string): string[][] {
  const paragraphs: string[][] = [];
  let open: string[] = [];
  for (const line of description.split("\n")) {
    if (line.trim() !== "") open.push(line);
    else if (open.length > 0) {
      paragraphs.push(open);
      open = [];
    }
  }
  if (open.length > 0) paragraphs.push(open);
  return paragraphs;
}

interface Block {
  trailers: Trailer[];
  /** True when every line is a trailer or continues one. */
  whole: boolean;
}

function readBlock(lines: readonly string[]): Block {
  const block: Block = { trailers: [], whole: true };
  let open: { key: string; parts: string[] } | null = null;
  const close = (): void => {
    if (open !== null) block.trailers.push({ key: open.key, value: restoreAddress(open.parts.join(" ")) });
    open = null;
  };
  for (const line of lines) {
    const current: { key: string; parts: string[] } | null = open;
    if (current !== null && /^[ \t]/.test(line)) {
      (current as { parts: string[] }).parts.push(line.trim());
      continue;
    }
    close();
    const colon = line.indexOf(":");
    const key = colon < 0 ? "" : line.slice(0, colon).trimEnd();
    const value = line.slice(colon + 1).trim();
    if (KEY.test(key) && value !== "" && !value.startsWith("//")) open = { key, parts: [value] };
    else block.whole = false;
  }
  close();
  return block;
}

/** git takes the last paragraph when all of it is trailers, or a quarter of it is and one line is git's own. */
function isTrailerBlock(lines: readonly string[], block: Block): boolean {
  if (block.whole) return true;
  return block.trailers.length * 4 >= lines.length && lines.some((line) => GIT_GENERATED.test(line) || isKnown(line));
}

function isKnown(line: string): boolean {
  const colon = line.indexOf(":");
  return colon > 0 && KNOWN.test(line.slice(0, colon));
}

/** Archives write `user at host` inside the angle brackets (pipermail). */
function restoreAddress(value: string): string {
  const open = value.indexOf("<");
  const close = value.indexOf(">", open);
  if (open < 0 || close < 0) return value;
  return value.slice(0, open + 1) + restoreAt(value.slice(open + 1, close)) + value.slice(close);
}
