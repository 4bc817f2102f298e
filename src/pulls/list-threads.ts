/**
 * Threads on mailing lists that a pull request names: by the Link: trailers that maintainers add to commits
 * (Documentation/maintainer/configure-git.rst), Message-ID: lines, and links in its description.
 */

/** A mail that is named, and the page that was named with it; null where there is only the id. */
export interface NamedMail {
  id: string;
  url: string | null;
}

/** Names that are kept of one text. */
const MAX_NAMED = 20;
const MAX_URL = 450;

/** Hosts whose paths end in a Message-ID: lore.kernel.org/r/<id>, lore.kernel.org/kvm/<id>/, patch.msgid.link/<id>. */
const PAGE = /https?:\/\/(?:lore\.kernel\.org|patch\.msgid\.link|msgid\.link)\/[!#-&(-;=?-_a-~]+/g;
const LINE = /^(?:message-id|msgid): *<?([^\s<>]+@[^\s<>]+)>?\s*$/gim;

/** Mails that a text names, in order, each once. */
export function namedMails(text: string): NamedMail[] {
  const named = new Map<string, NamedMail>();
  const add = (id: string | null, url: string | null): void => {
    if (id === null || named.size >= MAX_NAMED) return;
    if (named.get(id)?.url == null) named.set(id, { id, url });
  };
  for (const [found] of text.matchAll(PAGE)) {
    const url = found.replace(/[.,;:!?)\]]+$/, "");
    if (url.length <= MAX_URL) add(idOf(url), url);
  }
  for (const [, id] of text.matchAll(LINE)) add(id ?? null, null);
  return [...named.values()];
}

/** The Message-ID that a page's address ends in; null for other pages of the host. */
function idOf(url: string): string | null {
  const part = url
    .replace(/[#?].*$/, "")
    .split("/")
    .slice(3)
    .filter((one) => one !== "" && one !== "raw" && one !== "T" && one !== "t" && one !== "r")
    .at(-1);
  if (part === undefined) return null;
  try {
    const id = decodeURIComponent(part);
    return /^[^\s<>@]+@[^\s<>@]+$/.test(id) ? id : null;
  } catch {
    return null;
  }
}
