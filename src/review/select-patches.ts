/** Which patches of the messages are reviewed, in which groups: series in order, single patches, patches only quoted. */
import type { Message } from "../message/message.js";
import type { Patch } from "../patch/patch.js";
import { quotedPatch } from "../patch/quoted-patch.js";
import { type ReadPatches, readPatches } from "../patch/read-patch.js";
import { collectSeries } from "../thread/collect-series.js";

export interface SelectedPatch {
  message: Message;
  patch: Patch;
  /** Place of the message in the input. */
  order: number;
  series: { version: number; index: number; total: number } | null;
}

/** Patches that build on each other, in order. */
export type PatchGroup = SelectedPatch[];

interface Read {
  message: Message;
  order: number;
  read: ReadPatches;
}

/** Groups every patch of the messages. A patch that stands only in quotes is taken where it is quoted most fully. */
export function selectPatches(messages: readonly Message[]): PatchGroup[] {
  const reads: Read[] = messages.map((message, order) => ({ message, order, read: readPatches(message) }));
  const withPatch = new Map<Message, Read>();
  for (const r of reads) if (r.read.patch !== null) withPatch.set(r.message, r);
  const groups: PatchGroup[] = [];
  const grouped = new Set<Message>();
  const inputs = reads.map(({ message, read }) => ({ message, hasDiff: read.patch !== null, author: read.author }));
  for (const series of collectSeries(inputs)) {
    const members = series.patches.flatMap((message) => withPatch.get(message) ?? []);
    for (const m of members) grouped.add(m.message);
    if (members.length > 0) groups.push(members.map((m) => selected(m, series.version, series.total)));
  }
  for (const r of withPatch.values()) if (!grouped.has(r.message)) groups.push([selected(r, 1, 1)]);
  groups.push(...quotedOnly(reads));
  return groups.sort((a, b) => (a[0] as SelectedPatch).order - (b[0] as SelectedPatch).order);
}

function selected({ message, order, read }: Read, version: number, total: number): SelectedPatch {
  const index = message.subjectInfo.index ?? 1;
  const series = message.subjectInfo.patch || total > 1 ? { version, index, total } : null;
  return { message, order, patch: read.patch as Patch, series };
}

const sizeOf = (patch: Patch): number => patch.files.reduce((n, f) => n + f.hunks.filter((h) => h.closed).length, 0);

function quotedOnly(reads: readonly Read[]): PatchGroup[] {
  const present = new Set<string>();
  const ids = new Set<string>();
  for (const { read, message } of reads) {
    if (read.patch === null) continue;
    present.add(read.patch.title);
    if (message.messageId !== null) ids.add(message.messageId);
  }
  const best = new Map<string, SelectedPatch>();
  for (const { message, order, read } of reads) {
    if (read.patch !== null || message.subjectInfo.pull) continue;
    if ([...message.inReplyTo, ...message.references].some((id) => ids.has(id))) continue;
    for (const quoted of read.quoted) {
      if (quoted.depth === 0) continue;
      const patch = { ...quotedPatch(message, quoted), messageId: quotedId(message, quoted.depth) };
      if (patch.files.length === 0 || present.has(patch.title)) continue;
      const own = best.get(patch.title);
      if (own !== undefined && sizeOf(own.patch) >= sizeOf(patch)) continue;
      const { version, index, total } = message.subjectInfo;
      best.set(patch.title, { message, order, patch, series: { version, index: index ?? 1, total: total ?? 1 } });
    }
  }
  return [...best.values()].map((s) => [s]);
}

/** The id of the mail that stands at this quote depth: depth 1 is what was answered, depth 2 what that answered. */
function quotedId(message: Message, depth: number): string | null {
  const chain = [
    ...message.references.filter((id) => !message.inReplyTo.includes(id)),
    ...message.inReplyTo.slice(0, 1),
  ];
  return chain[chain.length - depth] ?? null;
}
