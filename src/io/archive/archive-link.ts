/** Links to one mail of an archive, as they stand in mails and are pasted by people; and plain Message-IDs. */
import { listUrl } from "./http-source.js";

export type ArchiveLink =
  | {
      kind: "public-inbox";
      /** The inbox, ending in "/". */
      inbox: URL;
      /** Message-ID without brackets. */
      id: string;
      /** Whether the link is to the one mail and not to its thread. */
      single: boolean;
    }
  | {
      kind: "pipermail";
      /** The page that lists the months. */
      archive: URL;
      /** "2019-May" */
      month: string;
      /** "000061" */
      number: string;
    };

/** Where kernel.org's short links lead: all lists in one. */
const LORE_ALL = "https://lore.kernel.org/all/";
/** Hosts whose links have no list in them. */
const SHORT_HOSTS = new Set(["lkml.kernel.org", "patch.msgid.link", "msgid.link", "www.msgid.link"]);
/** What public-inbox puts behind an id: thread nested and flat, raw mail, mailbox, feed, how to reply. */
const VIEWS = new Set(["T", "t", "raw", "t.mbox.gz", "t.mbox", "t.atom", "R"]);

/**
 * What a link or Message-ID means; `inbox` is where a bare id is looked for. Null for what is neither.
 * Known are https://lore.kernel.org/LIST/ID/ with any view and fragment behind, kernel.org's short links
 * (/r/ID, lkml.kernel.org/r/ID, patch.msgid.link/ID), other public-inboxes, and pages of pipermail.
 */
export function parseArchiveLink(text: string, inbox: string = LORE_ALL): ArchiveLink | null {
  const trimmed = text.trim().replace(/^<(.*)>$/, "$1");
  if (!/^https?:\/\//i.test(trimmed)) {
    const id = trimmed.replace(/^(?:mid|id|message-id):\s*<?/i, "").replace(/>$/, "");
    return isId(id) ? { kind: "public-inbox", inbox: listUrl(inbox), id, single: false } : null;
  }
  if (!URL.canParse(trimmed)) return null;
  const url = new URL(trimmed);
  return pipermailLink(url) ?? publicInboxLink(url);
}

function pipermailLink(url: URL): ArchiveLink | null {
  const match = /^(.*\/)(\d{4}-[A-Z][a-z]{2,8}|\d{4}q[1-4]|Week-of-Mon-\d{8}|\d{8}|\d{4})\/(\d{1,12})\.html$/.exec(
    url.pathname,
  );
  if (match === null) return null;
  const [, folder = "/", month = "", number = ""] = match;
  return { kind: "pipermail", archive: listUrl(`${url.origin}${folder}`), month, number };
}

function publicInboxLink(url: URL): ArchiveLink | null {
  const parts = url.pathname.split("/").filter((part) => part !== "");
  const view = VIEWS.has(parts.at(-1) ?? "") ? parts.pop() : undefined;
  const single = view === "raw";
  const lore = url.hostname === "lore.kernel.org";
  if (SHORT_HOSTS.has(url.hostname) || (lore && parts[0] === "r")) {
    const id = decoded(parts.slice(parts[0] === "r" ? 1 : 0).join("/"));
    return isId(id) ? { kind: "public-inbox", inbox: new URL(LORE_ALL), id, single } : null;
  }
  // On lore a list is one word; ids may hold slashes, which few escape.
  const lists = lore ? 1 : parts.length - 1;
  const id = decoded(parts.slice(lists).join("/"));
  if (lists < 1 || parts.length <= lists || !isId(id)) return null;
  return { kind: "public-inbox", inbox: listUrl(`${url.origin}/${parts.slice(0, lists).join("/")}`), id, single };
}

/** With an @ inside and nothing that no id holds: links to lists and their help pages are none. */
function isId(text: string): boolean {
  return text.length <= 1000 && /^[^\s<>@\x00-\x1f][^\s<>\x00-\x1f]*@[^\s<>\x00-\x1f]+$/.test(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What public-inbox puts before every mail that it gives as text: what begins otherwise is something else. */
export const MBOXRD_LINE = "From mboxrd@z Thu Jan  1 00:00:00 1970";

/** The URL of something about a mail of a public-inbox: "" for its page, "raw", "t.mbox.gz". */
export function mailUrl(inbox: URL, id: string, view: string): string {
  return new URL(`${inbox.pathname}${encodeURIComponent(id).replaceAll("%40", "@")}/${view}`, inbox).href;
}
