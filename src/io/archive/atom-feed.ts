/** The Atom feed of public-inbox, taken apart: which mails are there, and when they came. */
import { decodeEntities } from "../../message/html-text.js";

export interface FeedEntry {
  /** Message-ID without brackets. */
  id: string;
  /** When the mail came to the archive. Seconds since 1970. */
  arrived: number;
}

/** The entries of a feed in its order; null when the text is no feed. `unread` counts entries that name no mail. */
export function parseFeed(xml: string): { entries: FeedEntry[]; unread: number } | null {
  if (!/<feed[\s>]/.test(xml.slice(0, 2000))) return null;
  const entries: FeedEntry[] = [];
  let unread = 0;
  // Titles and names are escaped, and the mail's text stands last.
  for (const part of xml.split("<entry>").slice(1)) {
    const content = part.indexOf("<content");
    const head = part.slice(0, content < 0 ? part.length : content);
    const arrived = Date.parse(/<updated>([^<]{1,40})<\/updated>/.exec(head)?.[1] ?? "");
    const href = decodeEntities(/<link\s[^<>]{0,200}?href="([^"<>]{1,4000})"/.exec(head)?.[1] ?? "");
    const id = idIn(href);
    if (id === null || Number.isNaN(arrived)) unread++;
    else entries.push({ id, arrived: Math.floor(arrived / 1000) });
  }
  return { entries, unread };
}

function idIn(href: string): string | null {
  const last = href
    .split("/")
    .filter((part) => part !== "")
    .at(-1);
  if (last === undefined) return null;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** A time as the feed's parameter `t` wants it: YYYYMMDDhhmmss. */
export function feedTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace(/[-T:]/g, "");
}
