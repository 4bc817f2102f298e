/**
 * GitHub's page of a body, as near as it can be had: GFM as micromark renders it, with the HTML that GitHub lets through, and what
 * GitHub's own filters would look for in its text (as GitHub Desktop has them in app/src/lib/markdown-filters).
 */
import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

export const renderGfm = (markdown: string): string =>
  micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });

export interface Page {
  /** Tags as they stand in the page, closing ones and comments left out. */
  tags: string[];
  /** Texts of the page, and whether they stand in what filters leave alone. */
  texts: { text: string; quiet: boolean }[];
  comments: string[];
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
const decoded = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot);/g, (_, name: string) => ENTITIES[name] ?? "");

/** The page in pieces. The renderer writes `<` for tags only, so that a scan tells all of them. */
const readPage = (html: string): Page => {
  const page: Page = { tags: [], texts: [], comments: [] };
  let quiet = 0;
  for (const [piece] of html.matchAll(/<!--[\s\S]*?-->|<[^>]*>|[^<]+/g)) {
    if (piece.startsWith("<!--")) page.comments.push(piece);
    else if (!piece.startsWith("<")) page.texts.push({ text: decoded(piece), quiet: quiet > 0 });
    else {
      if (!piece.startsWith("</")) page.tags.push(piece);
      if (/^<(code|pre|a)\b/.test(piece)) quiet += 1;
      if (/^<\/(code|pre|a)\b/.test(piece)) quiet -= 1;
    }
  }
  return page;
};

export const pageOf = (markdown: string): Page => readPage(renderGfm(markdown));

export const textOf = (page: Page): string => page.texts.map(({ text }) => text).join("");

/** What GitHub makes something of in text that is neither code nor a link. */
const LIVE = [
  /@[A-Za-z0-9]/,
  /#[0-9]/,
  /gh-[0-9]/i,
  /\/(?:issues|pull|discussions)\/[0-9]/,
  /(?<![0-9A-Za-z_])[0-9a-f]{7,40}(?![0-9A-Za-z_])/,
  /:[a-z0-9_+-]+:/i,
  /\$/,
  /:\/\//,
  /www\./i,
];

/** Texts of a page that GitHub would make links, pictures or formulas of. */
export const liveTexts = ({ texts }: Page): string[] =>
  texts.filter(({ text, quiet }) => !quiet && LIVE.some((one) => one.test(text))).map(({ text }) => text);

const PIECES = [
  ..."`~*_#@!$&<>[](){}|\\/-+=.:;'\"^ \t\n\r\0\u001b\u202e\u200b\u2066\u2028\ud800\u00a0😀é",
  ...[
    "@torvalds",
    "@org/team",
    "#12",
    "GH-12",
    "torvalds/linux#1",
    "a/b/issues/3",
    "0acc7239c20a",
    ":+1:",
    "x@evil.example",
  ],
  ...[
    "<script>",
    "<img src=x onerror=alert(1)>",
    "</details>",
    "<!--",
    "-->",
    "&lt;",
    "&#64;x",
    "&amp;",
    "]]>",
    "<b",
    "<?x",
  ],
  ...[
    "https://evil.example/x",
    "www.evil.example",
    "[x](javascript:alert(1))",
    "![x](http://e.example/x.png)",
    "[^1]",
    "[x]: /u",
  ],
  ...[
    "- [ ] x",
    "1. x",
    "# x",
    "---",
    "===",
    "```",
    "~~~",
    "| a | b |",
    "|---|",
    "    x",
    "> x",
    "$x$",
    "$`x`$",
    "**x**",
    "~~x~~",
  ],
  ...[
    "pw-bot: accept",
    "#syz fix",
    "Reviewed-by: X",
    "/lgtm",
    "foo(a, b)",
    "kvm_park_system()",
    "a",
    "the lock",
    "v2]",
  ],
  ...["<!-- patchwitness:finding 0123456789abcdef -->", "\n<!-- patchwitness:review "],
];

/** Text as an attacker puts it together. */
export const hostileText = (most = 12): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "binary", maxLength: 6 })), { maxLength: most })
    .map((parts) => parts.join(""));
