/** Which series is the version before another: by what they are called, who sent them, and where they were sent. */
import type { Message } from "../message/message.js";
import type { Threads } from "./build-threads.js";
import type { Series } from "./series.js";

/** More series than these under one title are not compared: nobody posts so many versions. */
const MAX_CANDIDATES = 64;

/**
 * For each series the one of the next lower version, or null. Versions belong together when their titles or most of
 * their patches' titles agree and one person sent them or one thread holds them; or when b4's change-id is the same.
 */
export function findPrevious(series: readonly Series[], threads: Threads): (Series | null)[] {
  const byKey = new Map<string, Series[]>();
  for (const one of series) {
    for (const key of keysOf(one, threads)) {
      const list = byKey.get(key);
      if (list === undefined) byKey.set(key, [one]);
      else list.push(one);
    }
  }
  return series.map((one) => (one.version > 1 ? previousOf(one, byKey, threads) : null));
}

function previousOf(one: Series, byKey: ReadonlyMap<string, readonly Series[]>, threads: Threads): Series | null {
  let best: Series | null = null;
  let bestScore = 0;
  for (const candidate of candidatesOf(one, byKey, threads)) {
    if (candidate.version >= one.version) continue;
    const likeness = likenessOf(one, candidate, threads);
    if (likeness < ENOUGH) continue;
    // The nearest version counts before the likest, among equals the one sent last before this.
    const score = candidate.version * 1000 + likeness * 10 + (candidate.at < one.at ? 1 : 0);
    if (score > bestScore || (score === bestScore && best !== null && candidate.at > best.at)) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}

function candidatesOf(one: Series, byKey: ReadonlyMap<string, readonly Series[]>, threads: Threads): Set<Series> {
  const found = new Set<Series>();
  for (const key of keysOf(one, threads)) {
    const list = byKey.get(key) ?? [];
    const at = placeOf(list, one.at);
    for (const candidate of list.slice(Math.max(0, at - MAX_CANDIDATES), at + MAX_CANDIDATES)) {
      if (candidate !== one) found.add(candidate);
    }
  }
  return found;
}

/** Where a series that begins at this position stands in a list that is in order of positions. */
function placeOf(list: readonly Series[], position: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.at ?? 0) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function keysOf(one: Series, threads: Threads): string[] {
  const titles = one.patches.slice(0, 200).map((patch) => `patch ${normalTitle(patch)}`);
  const id = changeId(one);
  return [
    `title ${plainTitle(one.title)}`,
    ...titles,
    `thread ${threadOf(one, threads)}`,
    `sender ${one.author.address.toLowerCase()}`,
    ...(id === null ? [] : [`change ${id}`]),
  ];
}

/** True for a series that may be a later version of another. */
export const isVersionOf = (later: Series, earlier: Series, threads: Threads): boolean =>
  later.version > earlier.version && likenessOf(later, earlier, threads) >= ENOUGH;

/** Likeness from which on two series are versions of one. */
const ENOUGH = 3;

/** How much speaks for two series being versions of one; {@link ENOUGH} is enough. */
function likenessOf(one: Series, other: Series, threads: Threads): number {
  const id = changeId(one);
  if (id !== null && id === changeId(other)) return 9;
  const sender = sameSender(one, other);
  const thread = threadOf(one, threads) === threadOf(other, threads);
  // A title that was reworded counts for what its sender sent as the version right before.
  const near = sender && one.version === other.version + 1;
  const title =
    plainTitle(one.title) === plainTitle(other.title) || (near && wordsInCommon(one.title, other.title) >= 0.6);
  const shared = sharedPatches(one, other);
  let likeness = (title ? 2 : 0) + (shared >= 0.5 ? 2 : 0) + (sender ? 1 : 0) + (thread ? 1 : 0);
  // A series that was renamed and rewritten is still told by its sender going on in the old thread.
  if (
    likeness === 2 &&
    sender &&
    thread &&
    one.version === other.version + 1 &&
    (one.cover !== null || one.total === other.total)
  ) {
    likeness = 3;
  }
  return likeness;
}

/** Words of both titles as a share of the words of either. */
function wordsInCommon(a: string, b: string): number {
  const [x, y] = [new Set(plainTitle(a).split(" ")), new Set(plainTitle(b).split(" "))];
  let common = 0;
  for (const word of x) if (y.has(word)) common++;
  return common / (x.size + y.size - common);
}

function sharedPatches(one: Series, other: Series): number {
  const titles = new Set(one.patches.map(normalTitle));
  if (titles.size === 0) return 0;
  let shared = 0;
  for (const patch of other.patches) if (titles.has(normalTitle(patch))) shared++;
  return shared / Math.max(1, Math.min(titles.size, other.patches.length));
}

function sameSender(one: Series, other: Series): boolean {
  const [a, b] = [one.author, other.author];
  return (
    a.address.toLowerCase() === b.address.toLowerCase() ||
    (a.name !== "" && a.name.toLowerCase() === b.name.toLowerCase())
  );
}

function threadOf(one: Series, threads: Threads): number {
  return threads.thread[one.at] ?? -1;
}

/** b4 writes `change-id: date-slug-hash` at the end of the cover, or of a lone patch. */
export function changeId(one: Series): string | null {
  const lead = one.cover ?? one.patches[0];
  if (lead === undefined) return null;
  const at = lead.body.text.lastIndexOf("\nchange-id: ");
  return at < 0 ? null : (/^\S{1,200}/.exec(lead.body.text.slice(at + 12, at + 212))?.[0] ?? null);
}

function normalTitle(message: Message): string {
  return plainTitle(message.subjectInfo.title);
}

/** A title as versions are compared by it: its letters and digits alone. */
export function plainTitle(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
