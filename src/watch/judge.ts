/** One series to a verdict: its mails are reviewed on the tree that was chosen for it, and what came of it is put down. */

import type { Message } from "../message/message.js";
import { renderJson } from "../report/json.js";
import type { Finding, ReviewResult } from "../review/finding.js";
import { recordedMessage } from "./open-mail.js";
import type { FindingRecord, MailRecord, OutboxRecord, SeriesRecord } from "./records.js";
import type { DueSeries, Store } from "./store.js";

/** Reviews the mails of a series; the shell knows rules, trees and caches. `base` says how the tree was chosen. */
export type Reviewer = (series: SeriesRecord, messages: Message[]) => Promise<{ result: ReviewResult; base: unknown }>;

/** What came of judging a series, as the store keeps it, and the result that it was made of. */
export interface Judgement {
  base: unknown;
  report: unknown;
  findings: FindingRecord[];
  outbox: OutboxRecord[];
  result: ReviewResult;
}

const findingRecord = (f: Finding): FindingRecord => ({
  id: f.id,
  rule: f.rule,
  severity: f.severity,
  status: f.status,
  messageId: f.messageId,
  path: f.path,
  line: f.line,
});

/** Judges a series. What it throws is a failure of the series. */
export async function judgeSeries({ series }: DueSeries, store: Store, review: Reviewer): Promise<Judgement> {
  const records = await store.mails(series.members);
  const { result, base } = await review(series, await Promise.all(inOrder(series, records).map(recordedMessage)));
  const report = JSON.parse(renderJson(result.review)) as unknown;
  return { base, report, findings: result.review.findings.map(findingRecord), outbox: [], result };
}

function inOrder(series: SeriesRecord, records: readonly MailRecord[]): MailRecord[] {
  const byId = new Map(records.map((r) => [r.id, r]));
  return series.members.flatMap((id) => byId.get(id) ?? []);
}
