/**
 * The first stage: one mail, whatever archive it came from, as plain data. A message is never refused: what could not
 * be read is null or empty and named in `problems`.
 */
import type { Problem } from "../errors.js";

/** A mail address with its display name, both decoded; `name` is "" when none was given. */
export interface Mailbox {
  name: string;
  address: string;
}

/** What the subject line says about the place of a mail in a series (Documentation/process/submitting-patches.rst). */
export interface SubjectInfo {
  /** Subject without reply marks and bracket prefixes, white space folded. */
  title: string;
  /** True when the subject starts with a reply mark (Re:, AW:, 回复: …). */
  reply: boolean;
  /** Words of the brackets without version and counter, in order: ["RFC", "PATCH", "net-next"]. */
  prefixes: string[];
  /** True when a bracket holds a PATCH word (also run together as in v2PATCH12/15). */
  patch: boolean;
  /** True for [GIT PULL] and its like. */
  pull: boolean;
  /** Series version; 1 when none is named. */
  version: number;
  /** n and m of n/m; null when there is no counter. */
  index: number | null;
  total: number | null;
}

/** The text of a mail that a person reads, decoded to a string with LF line ends. */
export interface Body {
  /** As it was sent: format=flowed is not undone. All text/plain parts and text attachments, in order. */
  text: string;
  /** Not null when the mail declared format=flowed (RFC 3676). */
  flowed: { delSp: boolean } | null;
}

/** Where a message came from: a real mail, or a page of a pipermail archive that lost parts of it. */
export type MessageOrigin = "mail" | "pipermail-text" | "pipermail-html" | "pasted";

/** One mail. Message-IDs are without angle brackets; header names in `headers` are lower case, values unfolded and raw. */
export interface Message {
  messageId: string | null;
  subject: string;
  subjectInfo: SubjectInfo;
  /** The sender; a munged one (DMARC) is undone where the mail says how. */
  from: Mailbox;
  to: Mailbox[];
  cc: Mailbox[];
  replyTo: Mailbox[];
  /** ISO 8601 in UTC, or null when the header is missing or nonsense. */
  date: string | null;
  inReplyTo: string[];
  references: string[];
  headers: ReadonlyMap<string, readonly string[]>;
  body: Body;
  origin: MessageOrigin;
  problems: Problem[];
}
