/**
 * Which series new mails make, or change: their neighbours are looked up, and series are collected from all of them anew. A
 * late patch so joins its series, and what comes out does not depend on the order in which mails came in.
 */
import type { Message } from "../message/message.js";
import { buildThreads } from "../thread/build-threads.js";
import { collectSeries, type Series, type SeriesInput } from "../thread/collect-series.js";
import { changeId, findPrevious } from "../thread/versions.js";
import { type Digest, seriesInput } from "./open-mail.js";
import type { SeriesRecord } from "./records.js";
import type { Store } from "./store.js";

/** Mails of an unthreaded series leave their sender within this time; twice that, for a mail between two others. Milliseconds. */
const WINDOW = 2 * 60 * 60 * 1000;

/** A thread longer than this is cut: no series is. */
const MAX_NEIGHBOURS = 2000;

/** Lower versions that are looked at. */
const MAX_CANDIDATES = 40;

/** How many new mails are sorted at a time. */
const SLICE = 100;

/** Puts all patches and covers that were recorded into series. Gives how many mails that were; `between` is waited for each time. */
export async function sortNewMails(
  store: Store,
  digest: Digest,
  now: () => string,
  signal?: AbortSignal,
  between?: () => Promise<void>,
): Promise<number> {
  let sorted = 0;
  for (;;) {
    if (signal?.aborted) return sorted;
    const ids = await store.unsorted(SLICE);
    if (ids.length === 0) return sorted;
    const { mails, series } = await regroup(ids, store, digest);
    await store.putSeries(mails, series, now());
    sorted += ids.length;
    await between?.();
  }
}

/** The series of some mails, other versions of them that now follow another one, and all mails that are settled with these. */
async function regroup(ids: readonly string[], store: Store, digest: Digest) {
  const near = await store.neighbours(ids, WINDOW, MAX_NEIGHBOURS);
  const inputs = await Promise.all(near.map(seriesInput));
  const wanted = new Set(ids);
  const found = collectSeries(inputs).filter((s) => membersOf(s).some((m) => wanted.has(idOf(m))));
  const records = found.map((s) => toRecord(s, digest));
  const versions = new Map<string, SeriesRecord>();
  for (const [i, record] of records.entries()) {
    const titles = (found[i]?.patches ?? []).map((p) => p.subjectInfo.title);
    for (const c of await store.candidates(record, titles, MAX_CANDIDATES)) versions.set(c.key, c);
  }
  const series = await linked(records, [...versions.values()], inputs, store);
  const settled = new Set([...ids, ...series.flatMap((s) => s.members)]);
  return { mails: [...settled].sort(), series };
}

const idOf = (message: Message): string => message.messageId ?? "";
const membersOf = ({ cover, patches }: Series): Message[] => (cover === null ? patches : [cover, ...patches]);

function toRecord(series: Series, digest: Digest): SeriesRecord {
  const members = membersOf(series).map(idOf);
  const { author, title, version, total, incomplete, cover } = series;
  const dates = membersOf(series).flatMap((m) => m.date ?? []);
  return {
    key: members[0] ?? "",
    title,
    author: author.name === "" ? `<${author.address}>` : `${author.name} <${author.address}>`,
    version,
    total,
    members,
    hasCover: cover !== null,
    incomplete,
    changeId: changeId(series),
    previous: null,
    sent: dates.length === 0 ? null : dates.reduce((a, b) => (a > b ? a : b)),
    revision: digest(Buffer.from(members.join("\n"))).slice(0, "sha256-".length + 16),
  };
}

/** Series with the versions before them, and of other versions those whose version before is another than was known. */
async function linked(
  own: readonly SeriesRecord[],
  others: readonly SeriesRecord[],
  near: readonly SeriesInput[],
  store: Store,
): Promise<SeriesRecord[]> {
  const known = new Set(near.map((input) => idOf(input.message)));
  const missing = others.flatMap((c) => c.members).filter((id) => !known.has(id));
  const inputs = [...(await Promise.all((await store.mails([...new Set(missing)])).map(seriesInput))), ...near];
  const threads = buildThreads(inputs.map((i) => i.message));
  const together = collectSeries(inputs, threads);
  const previous = findPrevious(together, threads);
  const links = new Map(together.map((s, i) => [membersOf(s).map(idOf).join("\n"), leadOf(previous[i] ?? null)]));
  const before = (s: SeriesRecord): string | null => links.get(s.members.join("\n")) ?? null;
  const replaced = new Set(own.flatMap((s) => s.members));
  const moved = others.filter((s) => !s.members.some((m) => replaced.has(m)) && before(s) !== s.previous);
  return [...own, ...moved].map((s) => ({ ...s, previous: before(s) }));
}

function leadOf(series: Series | null): string | null {
  const [lead] = series === null ? [] : membersOf(series);
  return lead === undefined ? null : idOf(lead);
}
