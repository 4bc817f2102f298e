/** Verdicts out of a store as they were given, and one of them as a page with what became of its findings and what to read beside it. */
import { verdictsAbout } from "../io/store/found.js";
import type { SqlStore } from "../io/store/store.js";
import { readPatches } from "../patch/read-patch.js";
import { fatesOf } from "../report/fates.js";
import { type PageLink, renderHtml } from "../report/html/page.js";
import type { Review, ReviewedPatch, ReviewResult } from "../review/finding.js";
import { linksFor } from "../speak/links.js";
import { listOf } from "../speak/plan.js";
import type { BaseChoice } from "../watch/base.js";
import type { WatchConfig } from "../watch/config.js";
import { recordedMessage } from "../watch/open-mail.js";
import type { SeriesRecord, VerdictRecord } from "../watch/records.js";
import { treeLabel } from "../watch/telling.js";

/** What was reviewed, with the mails as they are kept: all of them, or only the one of an id. */
export async function storedResult(
  { series: key, report }: VerdictRecord,
  store: SqlStore,
  only: string | null = null,
): Promise<ReviewResult> {
  const ids = only === null ? ((await store.series(key))?.members ?? []) : [only];
  // A verdict is what this program wrote there itself: the document of --format json.
  const review = report as Review;
  const reviewed: ReviewedPatch[] = [];
  for (const record of await store.mails(ids)) {
    const message = await recordedMessage(record);
    const { patch } = readPatches(message);
    const of = review.patches.find(({ messageId }) => messageId === record.id);
    if (patch === null || of === undefined) continue;
    const findings = review.findings.filter(({ messageId }) => messageId === record.id);
    reviewed.push({ message, patch, report: of, findings });
  }
  return { review, reviewed };
}

/** The page of a verdict: diff, findings and witness; their fates over all versions that were judged; links of the thread. */
export async function verdictPage(verdict: VerdictRecord, store: SqlStore, config: WatchConfig): Promise<string> {
  const result = await storedResult(verdict, store);
  const versions: ReviewedPatch[] = [];
  for (const { key } of await allVersions(verdict.series, store)) {
    const [own] = (await verdictsAbout(store.sql, key)).filter(({ series }) => series === key);
    if (own !== undefined) versions.push(...(await storedResult(own, store)).reviewed);
  }
  return renderHtml(result, {
    tree: treeLabel(verdict.base as BaseChoice),
    all: true,
    fates: fatesOf(versions),
    links: await pageLinks(result, store, config),
  });
}

/** More versions than these nobody posts. */
const MAX_VERSIONS = 100;

/** All versions of a series, from the first to the last that is known. */
export async function allVersions(key: string, store: SqlStore): Promise<SeriesRecord[]> {
  let last = key;
  for (let steps = 0; steps < MAX_VERSIONS; steps++) {
    const next = await store.nextVersion(last);
    if (next === null) break;
    last = next;
  }
  return (await store.lineage(last)).toReversed();
}

/** Links of a page, by the ids of its mails: their thread, and pages of other reviewers. */
export async function pageLinks(
  { reviewed }: ReviewResult,
  store: SqlStore,
  { lists, mail }: WatchConfig,
): Promise<Map<string, PageLink[]>> {
  const out = new Map<string, PageLink[]>();
  const linked = await store.linksOf(reviewed.flatMap(({ message }) => message.messageId ?? []));
  for (const one of reviewed) {
    const id = one.message.messageId;
    if (id === null) continue;
    const { thread, pages } = linksFor(id, listOf(one, lists), mail?.reviewers ?? [], linked);
    const own = thread === null ? [] : [{ label: "Thread in the archive", url: thread }];
    out.set(id, [...own, ...pages.map(({ name, url }) => ({ label: name, url }))]);
  }
  return out;
}
