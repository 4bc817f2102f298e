/** One series to a verdict: its mails are reviewed on the tree that was chosen for it, and what came of it is put down. */

import type { Message } from "../message/message.js";
import { renderJson } from "../report/json.js";
import type { Finding, ReviewResult } from "../review/finding.js";
import type { PatchPlan } from "../speak/planned.js";
import type { BaseChoice } from "./base.js";
import { recordedMessage } from "./open-mail.js";
import type { OutboxRecord } from "./outbox.js";
import type { FindingRecord, MailRecord, SeriesRecord } from "./records.js";
import type { DueSeries, Store } from "./store.js";
import type { Told } from "./telling.js";

/** Reviews the mails of a series; the shell knows rules, trees and caches. `base` says how the tree was chosen. */
export type Reviewer = (
  series: SeriesRecord,
  messages: Message[],
) => Promise<{ result: ReviewResult; base: BaseChoice }>;

/** Plans what is said of a judged series. */
export type Teller = (series: SeriesRecord, judged: { result: ReviewResult; base: BaseChoice }) => Promise<Told>;

/** What came of judging a series, as the store keeps it, and the result that it was made of. */
export interface Judgement {
  base: unknown;
  report: unknown;
  findings: FindingRecord[];
  outbox: OutboxRecord[];
  result: ReviewResult;
  plans: PatchPlan[];
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
export async function judgeSeries(
  { series }: DueSeries,
  store: Store,
  review: Reviewer,
  tell: Teller | null = null,
): Promise<Judgement> {
  const records = await store.mails(series.members);
  const { result, base } = await review(series, await Promise.all(inOrder(series, records).map(recordedMessage)));
  const report = JSON.parse(renderJson(result.review)) as unknown;
  const { plans, outbox } = tell === null ? { plans: [], outbox: [] } : await tell(series, { result, base });
  return { base, report, findings: result.review.findings.map(findingRecord), outbox, result, plans };
}

function inOrder(series: SeriesRecord, records: readonly MailRecord[]): MailRecord[] {
  const byId = new Map(records.map((r) => [r.id, r]));
  return series.members.flatMap((id) => byId.get(id) ?? []);
}
