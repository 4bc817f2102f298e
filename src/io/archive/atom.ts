/**
 * A public-inbox by its Atom feed, for lists with little traffic: the feed is paged back to what is known, then each mail is
 * fetched by itself, oldest first. A mail whose time of arrival is more than a day before the newest one is not noticed when
 * it appears; whoever cannot have that follows the epochs.
 */
import { createHash } from "node:crypto";
import { splitMbox } from "../../message/split-mbox.js";
import { type Batch, type LostMail, type Source, SourceError } from "../../watch/source.js";
import type { AtomConfig } from "../../watch/source-config.js";
import { MBOXRD_LINE, mailUrl } from "./archive-link.js";
import { type FeedEntry, feedTime, parseFeed } from "./atom-feed.js";
import { type BatchLimits, inBatches, type Step } from "./batches.js";
import type { ArchiveContext } from "./context.js";
import { badCursor, countOf, parseCursor } from "./cursor.js";
import { HttpClient } from "./http.js";
import { httpOptions, listUrl } from "./http-source.js";

interface AtomPosition {
  /** What came before is done with. Seconds since 1970. */
  horizon: number;
  /** Digests of the ids of mails that came since, and were given. */
  seen: string[];
}

const DAY = 24 * 3600;
/** 14 bytes each in a cursor. */
const MAX_SEEN = 3000;
/** 50,000 mails: a request each, that is hours already. */
const MAX_PAGES = 2000;

/** Follows the feed of a public-inbox. */
export function openAtom(config: AtomConfig, context: ArchiveContext, limits?: BatchLimits): Source {
  const inbox = listUrl(config.url);
  const http = new HttpClient(httpOptions(config, inbox, context));
  const since = config.since === undefined ? 0 : Date.parse(config.since) / 1000;
  if (Number.isNaN(since)) throw new SourceError("malformed", `since is no date: ${config.since}`);
  return {
    name: config.name,
    read: (cursor, { signal, since: wanted }): AsyncGenerator<Batch> => {
      // Nothing arrives before it was sent.
      const horizon = Math.max(since, wanted === undefined ? 0 : Math.floor(Date.parse(wanted) / 1000));
      const start = atomPosition(cursor) ?? { horizon, seen: [] };
      return inBatches(readFeed({ http, inbox, signal }, start), signal, limits);
    },
    again: async (ref, { signal }) => {
      // What names no mail is a second that was too crowded.
      if (ref.startsWith("new.atom?")) return null;
      const { mails = [], lost = [] } = await fetchMail({ http, inbox, signal }, ref);
      return mails[0] ?? lost[0] ?? null;
    },
    close: () => http.close(),
  };
}

interface FeedContext {
  http: HttpClient;
  inbox: URL;
  signal: AbortSignal | undefined;
}

function atomPosition(cursor: string | null): AtomPosition | null {
  const record = parseCursor(cursor);
  if (record === null) return null;
  const { seen } = record;
  if (!Array.isArray(seen) || !seen.every((digest) => typeof digest === "string")) throw badCursor("it lists no mails");
  return { horizon: countOf(record, "horizon"), seen };
}

async function* readFeed(context: FeedContext, start: AtomPosition): AsyncGenerator<Step<AtomPosition>> {
  const known = new Set(start.seen);
  const { entries, lost } = await listFeed(context, start.horizon);
  // What is known is told by the listing too: the cursor keeps no times.
  let done = entries.filter((entry) => known.has(digestOf(entry.id)));
  for (const entry of entries) {
    if (known.has(digestOf(entry.id))) continue;
    const content = await fetchMail(context, entry.id);
    done = recent([...done, entry]);
    const horizon = Math.max(start.horizon, done.length < MAX_SEEN ? newest(done) - DAY : (done[0]?.arrived ?? 0));
    yield {
      ...content,
      lost: [...(content.lost ?? []), ...lost.splice(0)],
      position: { horizon, seen: done.map((e) => digestOf(e.id)) },
    };
  }
}

/** Those within a day of the newest one, and not more than a cursor holds. */
function recent(entries: FeedEntry[]): FeedEntry[] {
  const from = newest(entries) - DAY;
  return entries
    .filter((entry) => entry.arrived >= from)
    .sort(byArrival)
    .slice(-MAX_SEEN);
}

function newest(entries: readonly FeedEntry[]): number {
  return entries.reduce((latest, entry) => Math.max(latest, entry.arrived), 0);
}

/** All that came since a time, oldest first. The feed gives 25 entries up to a second, the newest first. */
async function listFeed(context: FeedContext, horizon: number): Promise<{ entries: FeedEntry[]; lost: LostMail[] }> {
  const found = new Map<string, FeedEntry>();
  const lost: LostMail[] = [];
  let pageSize = 0;
  let until: number | null = null;
  for (let pages = 0; ; pages++) {
    if (pages >= MAX_PAGES) {
      throw new SourceError("too-large", `the feed of ${context.inbox.href} is too long; follow its epochs instead`);
    }
    const page = await fetchPage(context, until);
    pageSize = Math.max(pageSize, page.length);
    for (const entry of page) if (entry.arrived >= horizon) found.set(entry.id, entry);
    const oldest = page.reduce((least, entry) => Math.min(least, entry.arrived), Number.POSITIVE_INFINITY);
    if (page.length === 0 || oldest < horizon) break;
    if (until !== null && oldest >= until) {
      if (page.length < pageSize) break;
      lost.push(crowded(oldest, page.length));
      until = oldest - 1;
    } else until = oldest;
  }
  return { entries: [...found.values()].sort(byArrival), lost };
}

/** A long series may come within one second, and the feed cannot be paged within that. */
function crowded(second: number, count: number): LostMail {
  const message = `${count} or more mails came within one second, and the feed shows no more of them.`;
  return { ref: `new.atom?t=${feedTime(second)}`, reason: "too-large", message };
}

async function fetchPage(context: FeedContext, until: number | null): Promise<FeedEntry[]> {
  const url = new URL(until === null ? "new.atom" : `new.atom?t=${feedTime(until)}`, context.inbox).href;
  // public-inbox has no feed for a time before its first mail.
  const accept = until === null ? [] : [404];
  const answer = await context.http.get(url, {
    expected: "text",
    accept,
    keep: until === null,
    signal: context.signal,
  });
  if (answer.status === 404) return [];
  const feed = parseFeed(answer.body.toString("utf8"));
  if (feed === null) throw new SourceError("malformed", `${url} is no feed`);
  if (feed.unread > 0) throw new SourceError("malformed", `${url} has ${feed.unread} entries that name no mail`);
  return feed.entries;
}

async function fetchMail(context: FeedContext, id: string): Promise<Omit<Step<never>, "position">> {
  const { http, inbox, signal } = context;
  const url = mailUrl(inbox, id, "raw");
  const { status, body } = await http.get(url, { expected: "text", accept: [404], keep: false, signal });
  if (status === 404) {
    return {
      lost: [{ ref: id, reason: "not-found", message: "The feed names the mail, and the archive has it not." }],
    };
  }
  const mails = splitMbox(body, { dialect: "mboxrd" });
  if (mails[0]?.fromLine !== MBOXRD_LINE) throw new SourceError("malformed", `${url} is no mail of a public-inbox`);
  const cut = mails.find((mail) => mail.problems.some((problem) => problem.code === "message-too-large"));
  if (cut !== undefined)
    return { lost: [{ ref: id, reason: "too-large", message: "The mail is too large to be read." }] };
  return { mails: mails.map((mail) => ({ ref: id, form: "mail", raw: mail.bytes })) };
}

function byArrival(a: FeedEntry, b: FeedEntry): number {
  return a.arrived - b.arrived || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function digestOf(id: string): string {
  return createHash("sha256").update(id).digest("hex").slice(0, 12);
}
