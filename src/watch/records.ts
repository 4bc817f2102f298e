/**
 * What is remembered of mails, series and verdicts: plain data, the same in every store. Times are ISO 8601 in UTC, as
 * Date.toISOString writes them, so that they compare as text.
 */

import type { MailNotes } from "./mail-notes.js";
import type { MailForm } from "./source.js";

/** patch: carries a diff and may be part of a series. cover: begins one. other: an answer, an announcement, anything else. */
export type MailKind = "patch" | "cover" | "other";

export interface MailRecord {
  /** Message-ID without brackets, or "sha256-<hex>" of the bytes where there is none: the mail's name everywhere. */
  id: string;
  kind: MailKind;
  subject: string;
  /** Address of the sender, in lower case. */
  sender: string;
  /** The Date header; null where it is missing or nonsense. */
  sent: string | null;
  /** Mails that this one answers: In-Reply-To, then References from the last to the first, each once. */
  parents: string[];
  form: MailForm;
  /** The whole mail for a patch or cover; for others the header fields that threads are built from. */
  raw: Uint8Array;
  /** "sha256-<hex>" of the mail as the archive gave it. */
  digest: string;
  /** Commands and links in an answer; left out where there are none. */
  notes?: MailNotes;
}

/** A series as it is known now. Its key is the id of its first mail: the cover, or the patch with the lowest number. */
export interface SeriesRecord {
  key: string;
  title: string;
  /** "Name <address>". */
  author: string;
  version: number;
  total: number;
  /** Ids in order, the cover first where there is one. */
  members: string[];
  hasCover: boolean;
  /** Why it is not all there (INCOMPLETE of thread/collect-series.ts), or null. */
  incomplete: string | null;
  changeId: string | null;
  /** Key of the version before, where one is known. */
  previous: string | null;
  /** Latest date of its mails. */
  sent: string | null;
  /** Changes whenever its members do. */
  revision: string;
}

/** Where a series stands: waiting for mails, to be judged, judged, given up after three attempts. */
export type SeriesState = "open" | "judged" | "dead";

export interface VerdictRecord {
  series: string;
  revision: string;
  /** Version of the rules that judged it. */
  rules: string;
  /** How the tree was chosen, and why no better one was; JSON. */
  base: unknown;
  /** The report of the run; JSON (the contract of --format json). */
  report: unknown;
}

export interface FindingRecord {
  id: string;
  rule: string;
  severity: string;
  status: string;
  messageId: string | null;
  path: string;
  line: number;
}

/** A mail or series that could not be dealt with; kept with its bytes so that it can be tried again. */
export interface DeadLetter {
  kind: "mail" | "series";
  /** Id of the mail or key of the series; for something that never became a mail "<source> <ref>". */
  key: string;
  source: string | null;
  ref: string;
  reason: string;
  attempts: number;
  form: MailForm | null;
  raw: Uint8Array | null;
}
