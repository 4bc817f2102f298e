/** One thread, or one mail, of an archive on the web: what a person names by a link or a Message-ID. */
import { decodeEntities } from "../../message/html-text.js";
import { splitMbox } from "../../message/split-mbox.js";
import { type ArchivedMail, type LostMail, SourceError } from "../../watch/source.js";
import type { HttpSettings } from "../../watch/source-config.js";
import { type ArchiveLink, MBOXRD_LINE, mailUrl, parseArchiveLink } from "./archive-link.js";
import type { ArchiveContext } from "./context.js";
import { HttpClient } from "./http.js";
import { httpOptions } from "./http-source.js";
import { monthKey, parseIndex, parseThreads, type ThreadEntry } from "./pipermail-index.js";
import { readPage } from "./pipermail-month.js";

export interface ThreadOptions extends HttpSettings {
  /** The public-inbox in which a bare Message-ID is looked for; default: all of lore.kernel.org. */
  inbox?: string;
  /** Only the mail itself. Links that end in /raw mean that too. */
  single?: boolean;
  /** Hosts that links may lead to; default: the host of the link. Addresses inside stay out either way. */
  hosts?: readonly string[];
  /** A thread of more mails is not read; default 500. */
  maxMails?: number;
  signal?: AbortSignal;
}

export interface FetchedThread {
  /** In the order of the archive. */
  mails: ArchivedMail[];
  /** What the archive names and does not have. */
  lost: LostMail[];
}

/**
 * The thread that a link or Message-ID names, from public-inbox or pipermail.
 * @throws SourceError not-found when the archive does not have it, not-allowed when the text is no link to a mail
 */
export async function fetchThread(
  target: string,
  options: ThreadOptions,
  context: ArchiveContext,
): Promise<FetchedThread> {
  const link = parseArchiveLink(target, options.inbox);
  if (link === null) {
    throw new SourceError("not-allowed", `${target.slice(0, 200)} is neither a Message-ID nor a link to a mail`);
  }
  const home = link.kind === "pipermail" ? link.archive : link.inbox;
  const http = new HttpClient({ ...httpOptions(options, home, context), hosts: options.hosts ?? [home.host] });
  try {
    const fetched =
      link.kind === "pipermail" ? await pipermailThread(link, http, options) : await inboxThread(link, http, options);
    return fetched;
  } finally {
    await http.close();
  }
}

const MAX_MAILS = 500;

async function inboxThread(
  link: ArchiveLink & { kind: "public-inbox" },
  http: HttpClient,
  options: ThreadOptions,
): Promise<FetchedThread> {
  const single = options.single ?? link.single;
  const url = mailUrl(link.inbox, link.id, single ? "raw" : "t.mbox.gz");
  const expected = single ? "text" : "gzip";
  const { status, body } = await http.get(url, { expected, accept: [404, 300], signal: options.signal });
  if (status !== 200) throw await notFound(link, http, options);
  const mails = splitMbox(body, { dialect: "mboxrd" });
  if (mails[0]?.fromLine !== MBOXRD_LINE) throw new SourceError("malformed", `${url} holds no mail of a public-inbox`);
  checkCount(mails.length, url, options);
  const fetched: FetchedThread = { mails: [], lost: [] };
  mails.forEach(({ bytes, problems }, n) => {
    const ref = `${url} ${n + 1}`;
    const cut = problems.find((problem) => problem.code === "message-too-large");
    if (cut !== undefined) fetched.lost.push({ ref, reason: "too-large", message: cut.message });
    else fetched.mails.push({ ref, form: "mail", raw: bytes });
  });
  return fetched;
}

/** public-inbox says "Not Found" of a mailbox; the page of the mail may know other inboxes that have it (status 300). */
async function notFound(
  link: ArchiveLink & { kind: "public-inbox" },
  http: HttpClient,
  options: ThreadOptions,
): Promise<SourceError> {
  const page = mailUrl(link.inbox, link.id, "");
  const said = `${link.inbox.href} has no mail <${link.id}>`;
  const { status, body } = await http.get(page, { expected: "html", accept: [300, 404], signal: options.signal });
  if (status !== 300) return new SourceError("not-found", said);
  const others = new Set<string>();
  for (const match of body.toString("utf8").matchAll(/href="([^"<>\s]{1,2000})"/g)) {
    const href = decodeEntities(match[1] ?? "");
    if (!URL.canParse(href, page)) continue;
    const other = new URL(href, page);
    if (other.host === link.inbox.host && parseArchiveLink(other.href)?.kind === "public-inbox") others.add(other.href);
  }
  const list = [...others].slice(0, 3).join(", ");
  return new SourceError("not-found", list === "" ? said : `${said}; it may be ${list}`);
}

/** The pages of a thread by thread.html, which alone tells what answers what; and what it has in the months beside. */
async function pipermailThread(
  link: ArchiveLink & { kind: "pipermail" },
  http: HttpClient,
  options: ThreadOptions,
): Promise<FetchedThread> {
  const { archive, month, number } = link;
  const own = options.single === true ? [] : await threadsOf(month, archive, http, options);
  const entry = own.find((e) => Number(e.number) === Number(number));
  const thread = entry === undefined ? [] : own.filter((e) => e.thread === entry.thread);
  const pages = thread.map((e) => `${month}/${e.number}.html`);
  if (entry === undefined) pages.push(`${month}/${number}.html`);
  else {
    const { before, after } = await monthsBeside(month, archive, http, options);
    const subjects = new Set(thread.map((e) => sameSubject(e.subject)).filter((s) => s !== "" && s !== "no subject"));
    const beside = async (name: string | undefined): Promise<string[]> =>
      name === undefined ? [] : continued(name, subjects, await threadsOf(name, archive, http, options));
    pages.unshift(...(await beside(before)));
    pages.push(...(await beside(after)));
  }
  checkCount(pages.length, new URL(`${month}/${number}.html`, archive).href, options);
  const fetched: FetchedThread = { mails: [], lost: [] };
  for (const path of pages) {
    const page = await readPage({ http, archive, signal: options.signal }, path);
    if (page instanceof Uint8Array) fetched.mails.push({ ref: path, form: "pipermail-html", raw: page });
    else fetched.lost.push(page);
  }
  if (fetched.mails.length === 0) {
    throw new SourceError("not-found", `${new URL(`${month}/${number}.html`, archive).href} is no mail of the archive`);
  }
  return fetched;
}

async function threadsOf(
  month: string,
  archive: URL,
  http: HttpClient,
  options: ThreadOptions,
): Promise<ThreadEntry[]> {
  const url = new URL(`${month}/thread.html`, archive).href;
  const page = await http.get(url, { expected: "html", accept: [404], signal: options.signal });
  return page.status === 200 ? parseThreads(page.body.toString("utf8")) : [];
}

async function monthsBeside(
  month: string,
  archive: URL,
  http: HttpClient,
  options: ThreadOptions,
): Promise<{ before: string | undefined; after: string | undefined }> {
  const index = await http.get(archive.href, { expected: "html", accept: [403, 404], signal: options.signal });
  const months = index.status === 200 ? parseIndex(index.body.toString("utf8")).map((m) => m.name) : [];
  const before = months.filter((name) => (monthKey(name) ?? "") < (monthKey(month) ?? "")).at(-1);
  const after = months.find((name) => (monthKey(name) ?? "") > (monthKey(month) ?? ""));
  return { before, after };
}

/** pipermail breaks threads at the end of a month; their subjects, without Re: there, tell what belongs together. */
function continued(month: string, subjects: ReadonlySet<string>, entries: readonly ThreadEntry[]): string[] {
  const threads = new Set(entries.filter((e) => subjects.has(sameSubject(e.subject))).map((e) => e.thread));
  return entries.filter((e) => threads.has(e.thread)).map((e) => `${month}/${e.number}.html`);
}

function sameSubject(subject: string): string {
  return subject.replace(/^(?:re|aw|fwd?)\s{0,3}:\s*/i, "").toLowerCase();
}

function checkCount(count: number, url: string, options: ThreadOptions): void {
  const most = options.maxMails ?? MAX_MAILS;
  if (count > most)
    throw new SourceError("too-large", `the thread at ${url} has ${count} mails; up to ${most} are read`);
}
