/**
 * One mail from an HTML page of pipermail (Mailman 2, HyperArch's article template): the body stands between
 * `<!--beginarticle-->` and `<!--endarticle-->`, the mail's own id in the mailto link that answers it, subject in
 * <H1>, name in <B>, address in the link after it, date in <I>. The parent is named on thread.html only.
 */
import { restoreAt } from "./address.js";
import { restoreAtSigns } from "./at-sign.js";
import { parseDate } from "./date.js";
import { decodeEntities, stripTags } from "./html-text.js";
import type { Message } from "./message.js";
import { parseMessageIds } from "./message-ids.js";
import { pageMessage } from "./page-message.js";
import { scrubbed, withoutEcho } from "./pipermail-text.js";

const BEGIN = "<!--beginarticle-->";
const END = "<!--endarticle-->";

/** Whether a page holds an article as pipermail marks it. */
export function isPipermailPage(html: string): boolean {
  return html.includes(BEGIN);
}

/** Parses a page that {@link isPipermailPage} knows. */
export function parsePipermailPage(html: string): Message {
  const begin = html.indexOf(BEGIN);
  const end = html.indexOf(END, begin);
  const head = html.slice(0, begin);
  const text = articleText(html.slice(begin + BEGIN.length, end < 0 ? html.length : end));
  const title = element(head, "H1") ?? element(head, "TITLE") ?? "";
  return pageMessage({
    messageId: ownId(head),
    subject: title.replace(/\s+/g, " ").trim(),
    from: withoutEcho({ name: (element(head, "B") ?? "").replace(/\s+/g, " ").trim(), address: addressIn(head) }),
    date: parseDate(element(head, "I") ?? ""),
    text,
    origin: "pipermail-html",
    problems: [
      ...(end < 0 ? [{ code: "truncated-page", message: "The page ends before its article does." }] : []),
      ...scrubbed(text),
    ],
  });
}

/** The text of the first element of this name, or null. */
function element(html: string, name: string): string | null {
  const lower = html.toLowerCase();
  const open = lower.indexOf(`<${name.toLowerCase()}>`);
  const start = open + name.length + 2;
  const close = open < 0 ? -1 : lower.indexOf(`</${name.toLowerCase()}>`, start);
  return close < 0 ? null : decodeEntities(stripTags(html.slice(start, close)));
}

/** The link after the sender's name holds the address, as `user at host`. */
function addressIn(head: string): string {
  const name = head.toLowerCase().indexOf("</b>");
  const link = head.toLowerCase().indexOf("<a ", name);
  if (name < 0 || link < 0) return "";
  const start = head.indexOf(">", link);
  const close = head.toLowerCase().indexOf("</a>", start);
  if (start < 0 || close < 0) return "";
  const text = decodeEntities(stripTags(head.slice(start + 1, close))).replace(/\s+/g, " ");
  return restoreAt(text.trim()).replaceAll(" ", "");
}

function ownId(head: string): string | null {
  const match = /[?&;]In-Reply-To=([^"&\s]{1,1000})/i.exec(decodeEntities(head));
  if (match === null) return null;
  let value = match[1] ?? "";
  try {
    value = decodeURIComponent(value);
  } catch {
    // A stray % of the id itself: read as it stands.
    value = value.replace(/%3C/gi, "<").replace(/%3E/gi, ">").replace(/%40/g, "@");
  }
  return parseMessageIds(value)[0] ?? null;
}

/** The article as text. Each address that pipermail obscured is a link of its own, which tells it from English. */
function articleText(article: string): string {
  const lf = article.replaceAll("\r\n", "\n");
  let linked = false;
  const restored = lf.replace(/<A HREF="[^"<>]{0,2000}">([-+,.\w]+) at ([-+.\w]+)<\/A>/gi, (_whole, left, right) => {
    linked = true;
    return `${left}@${right}`;
  });
  const inside = restored.replace(/^\s*<pre>\n?/i, "").replace(/<\/pre>\s*$/i, "");
  const text = decodeEntities(stripTags(inside));
  return `${(linked ? text : restoreAtSigns(text)).replace(/\n+$/, "")}\n`;
}
