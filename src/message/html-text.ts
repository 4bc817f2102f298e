/** Text out of HTML: enough for archive pages and for mail that is HTML alone. Tags go, entities are decoded. */

const NAMED: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  copy: "©",
  reg: "®",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  shy: "\u00ad",
  euro: "€",
  middot: "·",
  bull: "•",
  szlig: "ß",
  auml: "ä",
  ouml: "ö",
  uuml: "ü",
  Auml: "Ä",
  Ouml: "Ö",
  Uuml: "Ü",
  eacute: "é",
  egrave: "è",
  agrave: "à",
  ccedil: "ç",
};

/** Decodes the character references of HTML that mail and archives use; unknown ones stay. */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

/** Removes tags, keeping what stands between them as it is: for the inside of a <PRE>. A `<` that opens no tag stays. */
export function stripTags(html: string): string {
  return html.replace(/<(?:!--|\/?[A-Za-z!])[^<>]{0,4000}>/g, "");
}

/** Readable text of an HTML document: blocks become lines, scripts and styles are left out. */
export function htmlToText(html: string): string {
  const kept = dropElements(dropElements(dropElements(html, "head"), "script"), "style");
  const lines = splitPre(kept).map(({ pre, text }) => {
    if (pre) return decodeEntities(stripTags(text));
    const blocks = text
      .replace(/\s+/g, " ")
      .replace(
        /<br\s?\/?> ?|<\/?(?:p|div|tr|li|ul|ol|h[1-6]|table|blockquote|hr|body|html|title)\b[^<>]{0,2000}>/gi,
        "\n",
      );
    return decodeEntities(stripTags(blocks))
      .replace(/[ \t]+\n/g, "\n")
      .replace(/\n[ \t]+/g, "\n")
      .replaceAll("\u00a0", " ");
  });
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

/** The pieces of a document inside and outside of <PRE>, where white space counts. */
function splitPre(html: string): { pre: boolean; text: string }[] {
  const pieces: { pre: boolean; text: string }[] = [];
  const lower = html.toLowerCase();
  for (let pos = 0; pos < html.length; ) {
    const open = lower.indexOf("<pre", pos);
    if (open < 0) {
      pieces.push({ pre: false, text: html.slice(pos) });
      break;
    }
    const start = lower.indexOf(">", open) + 1;
    const close = start === 0 ? -1 : lower.indexOf("</pre", start);
    const end = close < 0 ? html.length : close;
    pieces.push(
      { pre: false, text: html.slice(pos, open) },
      { pre: true, text: html.slice(start === 0 ? open : start, end) },
    );
    pos = end === html.length ? end : Math.max(end + 6, pos + 1);
  }
  return pieces;
}

function dropElements(html: string, name: string): string {
  const lower = html.toLowerCase();
  const kept: string[] = [];
  let pos = 0;
  for (;;) {
    const open = findTag(lower, name, pos);
    const close = open < 0 ? -1 : lower.indexOf(`</${name}`, open);
    if (close < 0) break;
    kept.push(html.slice(pos, open));
    const end = lower.indexOf(">", close);
    pos = end < 0 ? html.length : end + 1;
  }
  kept.push(html.slice(pos));
  return kept.join("");
}

function findTag(lower: string, name: string, from: number): number {
  for (let at = lower.indexOf(`<${name}`, from); at >= 0; at = lower.indexOf(`<${name}`, at + 1)) {
    if (/[\s>]/.test(lower[at + name.length + 1] ?? "")) return at;
  }
  return -1;
}
