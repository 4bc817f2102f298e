/**
 * Which version a series comes after, when only some series of an archive are at hand: those that may be other versions of it are
 * asked for. Each link rests on all candidates of its series, so that it is the same whatever came first.
 */
import { parseAddressList } from "../message/address.js";
import type { Message } from "../message/message.js";
import { parseSubject } from "../message/subject.js";
import { buildThreads, type Threads } from "../thread/build-threads.js";
import type { Series } from "../thread/series.js";
import { findPrevious, isVersionOf } from "../thread/versions.js";
import { recordedMessage } from "./open-mail.js";
import type { MailRecord, SeriesRecord } from "./records.js";
import type { Store } from "./store.js";

/** Versions that are looked at on each side of a series. */
const MAX_CANDIDATES = 40;

/** A thread longer than this is cut: no series is. */
export const MAX_NEIGHBOURS = 2000;

/** Series of some records with their mails, in order of time, and how the mails hang together. */
interface View {
  series: ReadonlyMap<string, Series>;
  inOrder: readonly Series[];
  keys: ReadonlyMap<Series, string>;
  threads: Threads;
}

/**
 * Gives new or changed series their previous versions, and with them those later versions of theirs whose previous version is
 * another now. `near` are mails of their threads.
 */
export async function linkVersions(
  own: readonly SeriesRecord[],
  near: readonly MailRecord[],
  store: Store,
): Promise<SeriesRecord[]> {
  const taken = new Set(own.flatMap((s) => s.members));
  const isApart = (s: SeriesRecord): boolean => !s.members.some((m) => taken.has(m));
  const others = new Map<string, SeriesRecord>();
  for (const one of own) for (const c of await candidates(one, near, store)) if (isApart(c)) others.set(c.key, c);
  const view = await viewOf([...own, ...others.values()], near, store);
  const linked = withPrevious(own, view);
  for (const later of [...others.values()].filter((c) => follows(c, own, view))) {
    const mails = await store.neighbours(later.members, 0, MAX_NEIGHBOURS);
    const around = (await candidates(later, mails, store)).filter(isApart);
    const there = await viewOf([later, ...own, ...around], [...mails, ...near], store);
    const [now] = withPrevious([later], there);
    if (now !== undefined && now.previous !== later.previous) linked.push(now);
  }
  return linked;
}

/** Whether a series may be a later version of one of these. */
function follows(later: SeriesRecord, own: readonly SeriesRecord[], { series, threads }: View): boolean {
  const one = series.get(later.key);
  return own.some((o) => {
    const other = series.get(o.key);
    return one !== undefined && other !== undefined && isVersionOf(one, other, threads);
  });
}

function withPrevious(records: readonly SeriesRecord[], { series, inOrder, keys, threads }: View): SeriesRecord[] {
  const previous = findPrevious(inOrder, threads);
  const before = new Map(inOrder.map((s, i) => [s, previous[i] ?? null]));
  return records.map((record) => {
    const one = series.get(record.key);
    const found = one === undefined ? null : (before.get(one) ?? null);
    return { ...record, previous: found === null ? null : (keys.get(found) ?? null) };
  });
}

async function candidates(one: SeriesRecord, known: readonly MailRecord[], store: Store): Promise<SeriesRecord[]> {
  const own = new Set(one.members);
  const here = known.filter((m) => own.has(m.id));
  const mails = here.length === own.size ? here : await store.mails(one.members);
  const titles = mails.filter((m) => m.kind === "patch").map((m) => parseSubject(m.subject).title);
  return store.candidates(one, titles, MAX_CANDIDATES);
}

async function viewOf(records: readonly SeriesRecord[], near: readonly MailRecord[], store: Store): Promise<View> {
  const unique = [...new Map(records.map((r) => [r.key, r])).values()];
  // In order of time, and where that is the same of keys: findPrevious prefers what was sent before.
  unique.sort((a, b) => compare(a.sent ?? "", b.sent ?? "") || compare(a.key, b.key));
  const members = new Set(unique.flatMap((r) => r.members));
  const mails = new Map(near.map((m) => [m.id, m]));
  const missing = [...members].filter((id) => !mails.has(id));
  for (const mail of await store.mails(missing)) mails.set(mail.id, mail);
  const messages = new Map<string, Message>();
  for (const mail of mails.values()) messages.set(mail.id, await recordedMessage(mail));
  const list: Message[] = [];
  const series = new Map<string, Series>();
  for (const record of unique) {
    const own = record.members.flatMap((id) => messages.get(id) ?? []);
    series.set(record.key, toSeries(record, own, list.length));
    list.push(...own);
  }
  for (const [id, message] of messages) if (!members.has(id)) list.push(message);
  const keys = new Map([...series].map(([key, s]) => [s, key]));
  return { series, inOrder: [...series.values()], keys, threads: buildThreads(list) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function toSeries(record: SeriesRecord, messages: readonly Message[], at: number): Series {
  const { title, version, total, hasCover } = record;
  const [author = { name: "", address: "" }] = parseAddressList(record.author);
  const cover = hasCover ? (messages[0] ?? null) : null;
  const patches = hasCover ? messages.slice(1) : [...messages];
  return { title, author, version, total, cover, patches, incomplete: null, at };
}
