/**
 * The tables as the newest schema has them, the same in both databases. Names are natural keys: a row is told by what it is
 * about, never by a number that depends on who came first. What a clock said stands only in columns whose names end in `_at`;
 * all others are the same however often a run was cut off (see dump.ts).
 */
import type { Kysely } from "kysely";
import type { Pool } from "./postgres.js";

export interface Tables {
  mails: MailRow;
  mail_parents: { mail: string; place: number; parent: string };
  sightings: { source: string; mail: string; ref: string };
  /** That a source took a mail out. Kept for mails that nobody has seen too: another source may still bring them. */
  removals: { source: string; mail: string };
  /** `mails` counts what was read of the source, by which its mails are in order. */
  cursors: { source: string; cursor: string; mails: number; moved_at: string };
  dead_letters: LetterRow;
  series: SeriesRow;
  /** On which lists a series stands, by what its mails were seen in; how many findings its last verdict has. */
  series_lists: { list: string; series: string; newest_at: string; found: number };
  series_members: { mail: string; series: string; place: number };
  /** What a later version may be known by: "change …", "title …", "patch …", "author …", "name …". */
  series_keys: { key: string; series: string };
  verdicts: { series: string; revision: string; rules: string; base: string; report: string; judged_at: string };
  findings: FindingRow;
  outbox: OutboxRow;
  /** What is kept of the text of answers: commands and links (MailNotes, as JSON), and what became of the commands. */
  mail_notes: {
    mail: string;
    notes: string;
    has_commands: number;
    outcome: string | null;
    came_at: string;
    ended_at: string | null;
  };
  answers: {
    finding: string;
    said_by: string;
    rule: string;
    valid: number;
    reason: string;
    via: string;
    answered_at: string;
  };
  secrets: { name: string; secret: string };
  pull_tasks: PullTaskRow;
  pull_subjects: PullSubjectRow;
  pull_reports: {
    repository: string;
    subject: string;
    head: string;
    findings: string;
    report: string;
    made_at: string;
  };
  patch_memory: { key: string; judged: string; used_at: string };
  /** Installations of the App that GitHub told to wait. */
  pauses: { installation: number; until_at: string };
  /** `finding` also names what is left alone otherwise: "series:<key>", "author:<address>". */
  suppressions: { finding: string; said_by: string; reason: string; suppressed_at: string };
}

export interface MailRow {
  id: string;
  kind: string;
  subject: string;
  sender: string;
  sent: string | null;
  /** `sent` in milliseconds, for windows of time. PostgreSQL gives it as text; it is only compared there. */
  sent_ms: number | null;
  form: string;
  digest: string;
  patch_id: string | null;
  raw: Uint8Array;
  /** 0 for a patch or cover that was not put into series yet. */
  sorted: number;
  /** When it came, then its place in the source: in the order of these mails arrived. */
  arrived_at: string;
}

export interface LetterRow {
  kind: string;
  key: string;
  source: string | null;
  ref: string;
  reason: string;
  attempts: number;
  form: string | null;
  raw: Uint8Array | null;
  died_at: string;
}

export interface SeriesRow {
  key: string;
  title: string;
  author: string;
  version: number;
  total: number;
  has_cover: number;
  incomplete: string | null;
  change_id: string | null;
  previous: string | null;
  sent: string | null;
  revision: string;
  state: string;
  /** Rules of the last verdict over this revision: what finds the series that new rules have not judged. */
  judged_rules: string | null;
  /** How often judging failed, and how often whoever judged was never heard of again. */
  attempts: number;
  unfinished: number;
  arrived_at: string;
  /** When it was sent, and no later than it came: the order in which it is looked through. */
  newest_at: string;
  retry_at: string | null;
  leased_until_at: string | null;
}

interface FindingRow {
  series: string;
  revision: string;
  rules: string;
  place: number;
  id: string;
  rule: string;
  severity: string;
  status: string;
  message_id: string | null;
  path: string;
  line: number;
  /** That of its series. */
  newest_at: string;
  /** 1 when the last verdict of its series says so. */
  latest: number;
}

interface OutboxRow {
  target: string;
  key: string;
  payload: string;
  attempts: number;
  put_at: string;
  retry_at: string | null;
  leased_until_at: string | null;
  sent_at: string | null;
  state: string;
  reason: string | null;
  not_before_at: string | null;
  list: string;
  author: string;
  thread: string;
  word: string | null;
  /** 1 while an attempt is under way, or nobody knows how it ended. */
  pending: number;
  first_attempt_at: string | null;
  attempted_at: string | null;
}

/** A delivery. PostgreSQL gives its numbers as text. */
interface PullTaskRow {
  id: string;
  repository: string;
  installation: number;
  subject: string;
  kind: string;
  data: string;
  state: string;
  outcome: string | null;
  /** How many of its subject were recorded before it, and itself. */
  place: number;
  came_at: string;
  ended_at: string | null;
}

interface PullSubjectRow {
  repository: string;
  subject: string;
  installation: number;
  /** When the oldest task that waits came; null when none does. */
  waiting_since_at: string | null;
  attempts: number;
  /** Tasks that were ever recorded. */
  tasks: number;
  reason: string | null;
  retry_at: string | null;
  leased_until_at: string | null;
}

/** An open database, as the queries of this folder get it. */
export interface Sql {
  kind: "sqlite" | "postgres";
  db: Kysely<Tables>;
  /** The connections to PostgreSQL, which the job queue shares. */
  pool: Pool | null;
}
