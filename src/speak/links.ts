/** Pages about a patch: its thread in the archive of a list, and what other reviewers have to say of it. */
import type { ReplyLinks } from "../report/mail-reply.js";
import type { ListPolicy, MailPolicy } from "./policy.js";

type Reviewer = MailPolicy["reviewers"][number];

/** Longest URL that is kept: two share a line of a footer, which has at most 998 octets. */
const MAX_URL = 450;
/** Links that are kept of one mail. */
const MAX_LINKS = 20;

const escaped = (id: string): string => encodeURIComponent(id).replaceAll("%40", "@");

/** URL of a mail's thread in a public-inbox; null where the list names none, or no line would hold it. */
export function threadUrl(list: ListPolicy | null, messageId: string): string | null {
  if (list?.archive === undefined) return null;
  const url = `${list.archive.replace(/\/*$/, "/")}${escaped(messageId)}/`;
  return url.length <= MAX_URL ? url : null;
}

/** URL where a public-inbox gives a mail as it came, when it has it. */
export function rawUrl(list: ListPolicy | null, messageId: string): string | null {
  const thread = threadUrl(list, messageId);
  return thread === null ? null : `${thread}raw`;
}

/** Links to pages of known reviewers in the text of a mail, in order, each once. */
export function reviewerLinks(text: string, reviewers: readonly Reviewer[]): string[] {
  const hosts = new Set(reviewers.flatMap(({ url }) => hostOf(url) ?? []));
  if (hosts.size === 0) return [];
  const found = new Set<string>();
  // Printable ASCII (RFC 3986): what is cut off or shown otherwise is another page, or none.
  for (const [url] of text.matchAll(/https?:\/\/[!#-&(-;=?-_a-~]+/g)) {
    if (url.length > MAX_URL) continue;
    const clean = url.replace(/[.,;:!?)\]]+$/, "");
    if (hosts.has(hostOf(clean) ?? "")) found.add(clean);
    if (found.size >= MAX_LINKS) break;
  }
  return [...found];
}

function hostOf(url: string): string | null {
  // A template may hold {id}, which no URL does.
  return /^https?:\/\/([^/?#@\s]+)(?:[/?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? null;
}

/** What a reply to a patch links: pages that its thread speaks of, and those that a configuration lets us guess. */
export function linksFor(
  messageId: string,
  list: ListPolicy | null,
  reviewers: readonly Reviewer[],
  inThread: readonly string[],
): ReplyLinks {
  const pages = reviewers.flatMap((reviewer) => {
    const own = inThread.filter((url) => hostOf(url) === hostOf(reviewer.url) && speaksOf(url, messageId));
    if (own.length > 0) return own.slice(0, 1).map((url) => ({ name: reviewer.name, url }));
    const guessed = reviewer.guess ? pageOf(reviewer, messageId) : "";
    return guessed !== "" && guessed.length <= MAX_URL ? [{ name: reviewer.name, url: guessed }] : [];
  });
  return { thread: threadUrl(list, messageId), pages };
}

const pageOf = ({ url }: Reviewer, messageId: string): string =>
  url.replace("{id}", encodeURIComponent(messageId)).replace("%7Bid%7D", encodeURIComponent(messageId));

/** A page of the thread: of this very mail, or of the series, whose mails share most of their ids as git makes them. */
function speaksOf(url: string, messageId: string): boolean {
  const text = decoded(url);
  if (text.includes(messageId)) return true;
  const series = /^(.+?-)\d+(-[^@]+@.+)$/.exec(messageId);
  return series === null || (text.includes(series[1] ?? "") && text.includes(series[2] ?? ""));
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
