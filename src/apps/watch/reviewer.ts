/** Reviews the mails of a series on the tree that was found for it. */
import { type KernelTrees, openKernelTrees } from "../../io/kernel-trees.js";
import type { Message } from "../../message/message.js";
import type { Patch } from "../../patch/patch.js";
import { readPatches } from "../../patch/read-patch.js";
import { reviewMessages } from "../../review/review.js";
import { parseDuration } from "../../speak/duration.js";
import { baseQuery, type FindPatch } from "../../watch/base.js";
import type { Prerequisite } from "../../watch/base-notes.js";
import type { Reviewer } from "../../watch/judge.js";
import { recordedMessage } from "../../watch/open-mail.js";
import type { SeriesRecord } from "../../watch/records.js";
import type { Store } from "../../watch/store.js";
import type { WatchContext } from "./context.js";

/** A reviewer over the configured trees; `update` fetches those that are older than their configuration allows. */
export function makeReviewer(context: WatchContext): {
  review: Reviewer;
  update: () => Promise<void>;
  trees: KernelTrees;
} {
  const { config, rules, parse, version, index, log } = context;
  const intervalMs = Math.min(...config.trees.map((t) => parseDuration(t.every) ?? 0), 24 * 3_600_000);
  const trees = openKernelTrees(config.trees, { fetch: { intervalMs, now: () => context.now().getTime() } });
  const review: Reviewer = async (_series, messages) => {
    const { choice, tree } = await trees.choose(queryOf(messages), findIn(context));
    try {
      const result = await reviewMessages(messages, { tree, rules, parse, version, index });
      return { result, base: choice };
    } finally {
      await tree?.close();
    }
  };
  const update = async (): Promise<void> => {
    for (const { tree, fetched, reason } of await trees.update()) {
      if (reason !== null) log.warn({ tree, reason }, "tree could not be fetched: used as it is");
      else if (fetched) log.info({ tree }, "tree fetched");
    }
  };
  return { review, update, trees };
}

/** The patches of mails, in order, and the mail that only introduces them. */
function queryOf(messages: readonly Message[]) {
  const patches: { message: Message; patch: Patch }[] = [];
  let cover: Message | null = null;
  for (const message of messages) {
    const { patch } = readPatches(message);
    if (patch !== null) patches.push({ message, patch });
    else cover ??= message;
  }
  return baseQuery(cover, patches);
}

/** Looks prerequisites up among the mails that are known, by patch id, or the series that a Message-ID or change-id means. */
function findIn({ store }: WatchContext): FindPatch {
  return async (wanted) => {
    if (wanted.kind === "patch-id") {
      const mail = await store.mailOfPatch(wanted.id);
      return mail === null ? null : patchesOf(store, [mail]);
    }
    const series = wanted.kind === "message-id" ? await seriesWith(store, wanted.id) : await changed(store, wanted);
    return series === null ? null : patchesOf(store, series.members);
  };
}

/** The patches of mails, in order; null when they have none. */
async function patchesOf(store: Store, mails: readonly string[]): Promise<Patch[] | null> {
  const records = new Map((await store.mails(mails)).map((r) => [r.id, r]));
  const patches: Patch[] = [];
  for (const id of mails) {
    const record = records.get(id);
    if (record === undefined || record.kind !== "patch") continue;
    const { patch } = readPatches(await recordedMessage(record));
    if (patch !== null) patches.push(patch);
  }
  return patches.length === 0 ? null : patches;
}

async function seriesWith(store: Store, mail: string): Promise<SeriesRecord | null> {
  const key = await store.seriesOf(mail);
  return key === null ? null : store.series(key);
}

/** The series of a change-id, of the version that is named or the highest one. */
async function changed(store: Store, wanted: Prerequisite): Promise<SeriesRecord | null> {
  if (wanted.kind !== "change-id") return null;
  const found = (await store.ofChange(wanted.id)).filter(
    (s) => wanted.version === null || s.version === wanted.version,
  );
  return found.reduce<SeriesRecord | null>((best, s) => (best === null || s.version > best.version ? s : best), null);
}
