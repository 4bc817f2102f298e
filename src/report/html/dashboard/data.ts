/** What the pages of the dashboard show: plain data, which their JSON twins give as it is. */
import type { DeadKind, FoundStatus } from "./words.js";

/** Some rows of a list, and the key behind the last of them; null where there are no more. */
export interface Listed<Row> {
  rows: Row[];
  next: string | null;
}

/** An archive that is followed. */
export interface ListRow {
  name: string;
  series: number;
  /** Findings of the last verdict of each of its series. */
  findings: number;
  /** When its latest series was sent; null for none. */
  latest: string | null;
}

export interface SeriesRow {
  key: string;
  title: string;
  author: string;
  version: number;
  total: number;
  sent: string | null;
  /** open: waiting for mails, or to be judged. judged. dead: given up. */
  state: string;
  incomplete: string | null;
  findings: number;
}

export interface FindingRow {
  id: string;
  rule: string;
  severity: string;
  status: FoundStatus;
  path: string;
  line: number;
  messageId: string | null;
  /** Of the patch; of the series where the mail is not there. */
  subject: string;
  series: string;
  version: number;
  sent: string | null;
}

/** What findings are asked for by; null is any. */
export interface FindingFilter {
  rule: string | null;
  severity: string | null;
  status: string | null;
  list: string | null;
  /** Words of the subject. */
  text: string | null;
}

/** A version of a series, with what its last verdict says. */
export interface VersionRow {
  key: string;
  version: number;
  sent: string | null;
  state: string;
  incomplete: string | null;
  judgedAt: string | null;
  rules: string | null;
  findings: FindingRow[];
}

export interface RuleRow {
  id: string;
  title: string | null;
  /** Of the rule set that is loaded; null for a rule that is not in it any more. */
  stage: string | null;
  kind: string | null;
  findings: number;
  valid: number;
  invalid: number;
  precision: number | null;
  demoted: boolean;
}

export interface AnswerRow {
  finding: string;
  valid: boolean;
  by: string;
  reason: string;
  via: string;
  at: string;
}

/** A pull request as it was last reviewed. */
export interface PullRow {
  repository: string;
  subject: string;
  head: string;
  madeAt: string;
  findings: number;
}

export interface QueueRow {
  target: string;
  key: string;
  state: string;
  reason: string | null;
  list: string;
  author: string;
  notBefore: string | null;
  attempts: number;
  /** Subject and recipients of a mail; null for what is none. */
  subject: string | null;
  recipients: string[];
}

export interface LetterRow {
  kind: DeadKind;
  key: string;
  source: string | null;
  ref: string;
  reason: string;
  attempts: number;
}
