/**
 * Which series new mails make, or change: their neighbours are looked up, and series are collected from all of them anew. A
 * late patch so joins its series, and what comes out does not depend on the order in which mails came in.
 */
import type { Message } from "../message/message.js";
import { patchId } from "../patch/patch-id.js";
import { readPatches } from "../patch/read-patch.js";
import { collectSeries } from "../thread/collect-series.js";
import type { Series, SeriesInput } from "../thread/series.js";
import { changeId } from "../thread/versions.js";
import { linkVersions, MAX_NEIGHBOURS } from "./link-versions.js";
import { type Digest, type Digests, seriesInput } from "./open-mail.js";
import type { SeriesRecord } from "./records.js";
import type { Store } from "./store.js";

/** Mails of an unthreaded series leave their sender within this time; twice that, for a mail between two others. Milliseconds. */
const WINDOW = 2 * 60 * 60 * 1000;

/** How many new mails are sorted at a time. */
const SLICE = 100;

/** Puts all patches and covers that were recorded into series. Gives how many mails that were; `between` is waited for each time. */
export async function sortNewMails(
  store: Store,
  digests: Digests,
  now: () => string,
  signal?: AbortSignal,
  between?: () => Promise<void>,
): Promise<number> {
  let sorted = 0;
  for (;;) {
    if (signal?.aborted) return sorted;
    const ids = await store.unsorted(SLICE);
    if (ids.length === 0) return sorted;
    const { mails, series, patchIds } = await regroup(ids, store, digests);
    await store.putPatchIds(patchIds);
    await store.putSeries(mails, series, now());
    sorted += ids.length;
    await between?.();
  }
}

/** The series of some mails, other versions of them that now follow another one, and all mails that are settled with these. */
async function regroup(ids: readonly string[], store: Store, { sha256, sha1 }: Digests) {
  const near = await store.neighbours(ids, WINDOW, MAX_NEIGHBOURS);
  const inputs = await Promise.all(near.map(seriesInput));
  const wanted = new Set(ids);
  const found = collectSeries(inputs).filter((s) => membersOf(s).some((m) => wanted.has(idOf(m))));
  const records = found.map((s) => toRecord(s, sha256));
  const series = await linkVersions(records, near, store);
  const settled = new Set([...ids, ...series.flatMap((s) => s.members)]);
  const fresh = inputs.filter(({ message, hasDiff }) => hasDiff && wanted.has(idOf(message)));
  return { mails: [...settled].sort(), series, patchIds: patchIdsOf(fresh, sha1) };
}

function patchIdsOf(inputs: readonly SeriesInput[], sha1: Digests["sha1"]): Map<string, string> {
  const out = new Map<string, string>();
  for (const { message } of inputs) {
    const { patch } = readPatches(message);
    const id = patch === null ? null : patchId(patch.diff, sha1);
    if (id !== null) out.set(idOf(message), id);
  }
  return out;
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
