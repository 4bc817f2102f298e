/** One series to a verdict: its mails are reviewed on the tree that was chosen for it, and what came of it is put down. */

import type { Message } from "../message/message.js";
import { renderJson } from "../report/json.js";
import type { Finding, ReviewResult } from "../review/finding.js";
import { recordedMessage } from "./open-mail.js";
import type { FindingRecord, MailRecord, SeriesRecord, VerdictRecord } from "./records.js";
import type { DueSeries, Store } from "./store.js";

/** Reviews the mails of a series; the shell knows rules, trees and caches. `base` says how the tree was chosen. */
export type Reviewer = (series: SeriesRecord, messages: Message[]) => Promise<{ result: ReviewResult; base: unknown }>;

export interface JudgeOptions {
  review: Reviewer;
  /** Version of the rules. */
  rules: string;
  now: () => string;
  /** When a series that failed is tried again, by how often it did. */
  retryAt: (attempts: number) => string;
  onJudged?: (series: SeriesRecord, result: ReviewResult) => void;
  onFailed?: (series: SeriesRecord, reason: string, attempts: number) => void;
}

export type Judged = "judged" | "changed" | "failed";

const findingRecord = (f: Finding): FindingRecord => ({
  id: f.id,
  rule: f.rule,
  severity: f.severity,
  status: f.status,
  messageId: f.messageId,
  path: f.path,
  line: f.line,
});

/** Judges a series that was leased, and records the verdict, or that it failed. Only the store's own errors are thrown. */
export async function judgeSeries(due: DueSeries, store: Store, options: JudgeOptions): Promise<Judged> {
  const { series } = due;
  let reviewed: { result: ReviewResult; base: unknown };
  try {
    const records = await store.mails(series.members);
    reviewed = await options.review(series, await Promise.all(inOrder(series, records).map(recordedMessage)));
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    await store.failSeries(series.key, reason, options.retryAt(due.attempts + 1), options.now());
    options.onFailed?.(series, reason, due.attempts + 1);
    return "failed";
  }
  const { result, base } = reviewed;
  const report = JSON.parse(renderJson(result.review)) as unknown;
  const verdict: VerdictRecord = { series: series.key, revision: series.revision, rules: options.rules, base, report };
  const kept = await store.putVerdict(verdict, result.review.findings.map(findingRecord), [], options.now());
  if (kept) options.onJudged?.(series, result);
  return kept ? "judged" : "changed";
}

function inOrder(series: SeriesRecord, records: readonly MailRecord[]): MailRecord[] {
  const byId = new Map(records.map((r) => [r.id, r]));
  return series.members.flatMap((id) => byId.get(id) ?? []);
}
