/**
 * The pages by which pipermail (Mailman 2) lists what it has: months on the archive's own page, articles on a month's. Lists may
 * also be cut by year, quarter, week or day (ARCHIVE_VOLUME_FREQUENCY): all are called months here.
 */
import { decodeEntities, stripTags } from "../../message/html-text.js";

export interface PipermailMonth {
  /** "2019-May". */
  name: string;
  /** The file with its text, where the page links one: "2019-May.txt.gz". */
  text: string | null;
}

const MONTHS = "January February March April May June July August September October November December".split(" ");

/** A key by which months sort in the order of the calendar; null for what is no month. */
export function monthKey(name: string): string | null {
  const month = /^(\d{4})-([A-Z][a-z]+)$/.exec(name);
  const index = month === null ? -1 : MONTHS.indexOf(month[2] ?? "");
  if (index >= 0) return `${month?.[1]}${String(index + 1).padStart(2, "0")}`;
  const quarter = /^(\d{4})q([1-4])$/.exec(name);
  if (quarter !== null) return `${quarter[1]}${String(Number(quarter[2]) * 3 - 2).padStart(2, "0")}`;
  return /^(?:Week-of-Mon-)?(\d{8})$/.exec(name)?.[1] ?? /^(\d{4})$/.exec(name)?.[1] ?? null;
}

/** The months that an archive's page links, oldest first. Of two links to text the compressed one is taken. */
export function parseIndex(html: string): PipermailMonth[] {
  const months = new Map<string, PipermailMonth>();
  for (const href of links(html)) {
    const text = /^([^/]+)\.txt(?:\.gz)?$/.exec(href);
    const page = /^([^/]+)\/(?:(?:thread|date|subject|author|index)\.html)?$/.exec(href);
    const name = text?.[1] ?? page?.[1] ?? "";
    if (monthKey(name) === null) continue;
    const month = months.get(name) ?? { name, text: null };
    if (text !== null && month.text?.endsWith(".gz") !== true) month.text = href;
    months.set(name, month);
  }
  return [...months.values()].sort((a, b) => compare(monthKey(a.name) ?? "", monthKey(b.name) ?? ""));
}

/** Whether a page without any month is pipermail's all the same: a list that got no mail yet. */
export function isPipermailIndex(html: string): boolean {
  return /archives? (?:are|is) currently empty|No messages have been posted to this list|<title>[^<]{0,200}Archives/i.test(
    html,
  );
}

/** Numbers of the articles that a page of a month links, each once, in order. */
export function parseArticles(html: string): string[] {
  const numbers = new Set<string>();
  for (const href of links(html)) {
    const match = /^(\d{1,12})\.html$/.exec(href);
    if (match !== null) numbers.add(match[1] ?? "");
  }
  return [...numbers].sort((a, b) => Number(a) - Number(b) || compare(a, b));
}

export interface ThreadEntry {
  /** "000061". */
  number: string;
  /** Names the thread: the first part of the key in the comment that stands before an entry. */
  thread: string;
  subject: string;
}

/** The entries of a month's thread.html in its order, by the comments that Mailman's HyperArch writes. */
export function parseThreads(html: string): ThreadEntry[] {
  const entries: ThreadEntry[] = [];
  const entry = /<!--\d+ ([0-9.]{1,40})-[0-9.-]{0,2000} -->\s{0,20}<LI><A HREF="(\d{1,12})\.html">([^<]{0,2000})/gi;
  for (const [, thread = "", number = "", subject = ""] of html.matchAll(entry)) {
    entries.push({ thread, number, subject: decodeEntities(stripTags(subject)).replace(/\s+/g, " ").trim() });
  }
  return entries;
}

function* links(html: string): Generator<string> {
  for (const match of html.matchAll(/<a\s[^<>]{0,200}?href\s{0,5}=\s{0,5}["']?([^"'<>\s]{1,300})/gi)) {
    yield decodeEntities(match[1] ?? "")
      .replace(/[#?].*$/, "")
      .replace(/^\.\//, "");
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
