/** Port to what people said to us, and to what a plan has to know of what was said before. */
import type { LedgerAnswer } from "../speak/ledger.js";
import type { MailNotes } from "./mail-notes.js";
import type { OutboxRecord } from "./outbox.js";
import type { MailRecord, SeriesRecord } from "./records.js";

/** A mail with commands that nobody has dealt with. */
export interface PendingCommand {
  mail: MailRecord;
  notes: MailNotes;
}

/** What dealing with a mail's commands comes to; it is put down as a whole. */
export interface CommandEnd {
  /** For the record: what was done, or why nothing was. */
  outcome: string;
  suppress: { what: string; by: string; reason: string }[];
  answers: LedgerAnswer[];
  /** Series to judge again. */
  recheck: string[];
  approve: string[];
  drop: { key: string; reason: string }[];
  /** Mails to put into the outbox. */
  outbox: OutboxRecord[];
}

export interface SpeechStore {
  /** Mails whose commands wait, in order of arrival. */
  pendingCommands(limit: number): Promise<PendingCommand[]>;
  /** Puts down what became of a mail's commands; false when somebody else has done so. */
  endCommands(mail: string, end: CommandEnd, now: string): Promise<boolean>;
  /** Pages of other reviewers linked in answers to these mails, in order of arrival. */
  linksOf(mails: readonly string[]): Promise<string[]>;
  /** A series and the versions before it, latest first. */
  lineage(series: string): Promise<SeriesRecord[]>;
  /** Whether a later version of a series is there. */
  hasLater(series: string): Promise<boolean>;
  /** The version that follows a series, the first one by its key where several do; null for the last. */
  nextVersion(series: string): Promise<string | null>;
  /** All findings of some series, by id: the rule, and in which of the series (their keys) it was found. */
  findingsOf(series: readonly string[]): Promise<Map<string, { rule: string; series: string[] }>>;
  /** The rule of a finding that was ever found; null for an id that is none. */
  ruleOf(finding: string): Promise<string | null>;
  /** Finding ids that mails about these series tell of: sent, held or waiting. */
  saidOf(series: readonly string[]): Promise<Set<string>>;
  /** Answers of people about findings, oldest first. */
  ledger(): Promise<LedgerAnswer[]>;
  /** Puts an answer down; the last one of a person about a finding counts. */
  putAnswer(answer: LedgerAnswer): Promise<void>;
  /** All suppressions with who, when, why. */
  suppressions(): Promise<{ what: string; by: string; reason: string; at: string }[]>;
  /** A secret of this store, made when it is first asked for: `fresh` is what it becomes then. */
  secret(fresh: string): Promise<string>;
}
