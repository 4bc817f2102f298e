/**
 * Ports to archives: where mails come from. A source gives batches in the order of the archive, each with the cursor that
 * stands behind it; whoever reads it records a batch and its cursor in one transaction, or neither.
 */

/** How the bytes of a mail are to be read: RFC 5322, a mail of a pipermail month, a page of a pipermail archive. */
export type MailForm = "mail" | "pipermail-text" | "pipermail-html";

/** One mail of an archive, as bytes. */
export interface ArchivedMail {
  /** Where it stands in its source, for people and dead letters: "0.git 3f2a91…", "2019-May.txt 17". */
  ref: string;
  form: MailForm;
  raw: Uint8Array;
}

/** Something of an archive that cannot be given as a mail: it goes to the dead letters, and the cursor moves on. */
export interface LostMail {
  ref: string;
  /** One of {@link SOURCE_REASONS}, and a sentence. */
  reason: SourceReason;
  message: string;
}

export interface Batch {
  mails: ArchivedMail[];
  /** Mails that the archive took out since (`d` of public-inbox v2), as they stood there. */
  removed: ArchivedMail[];
  lost: LostMail[];
  /** Where to go on after this batch; opaque, at most 64 KB of JSON. */
  cursor: string;
}

/** The mails of a place that stands for many, and those of them that cannot be given. */
export type ManyMails = Pick<Batch, "mails" | "lost">;

export interface ReadOptions {
  signal?: AbortSignal;
  /**
   * Mails that were sent before (ISO 8601) are of no use to whoever asks: what is sure to hold only such need not be asked for.
   * Only for reading that nobody goes on with, since a cursor passes what was left out.
   */
  since?: string;
}

/** A list archive that is followed. */
export interface Source {
  /** Unique in a configuration. */
  readonly name: string;
  /**
   * Everything behind a cursor (null: from the start), in batches of bounded size; nothing when nothing is new. Throws a
   * {@link SourceError} when the archive cannot be read on; what was yielded before is sound and may be kept.
   */
  read(cursor: string | null, options: ReadOptions): AsyncIterable<Batch>;
  /**
   * Asks once more for what was a {@link LostMail} under this `ref`; null when there is no such place. A place may stand for
   * many mails (a month). Left out where a place never changes (a commit), or cannot be asked for alone. Throws as `read` does.
   */
  again?(ref: string, options: { signal?: AbortSignal }): Promise<ArchivedMail | LostMail | ManyMails | null>;
  close(): Promise<void>;
}

/** Why an archive, or a part of it, could not be read. */
export const SOURCE_REASONS = [
  "unreachable",
  "http-status",
  "rate-limited",
  "challenge-page",
  "not-allowed",
  "truncated",
  "too-large",
  "not-found",
  "malformed",
  "git-failed",
  "login-failed",
  "bad-cursor",
  "not-written",
] as const;
export type SourceReason = (typeof SOURCE_REASONS)[number];

/** An archive that cannot be read now. `retryAfter`: seconds that it asked to be left alone for. */
export class SourceError extends Error {
  constructor(
    readonly reason: SourceReason,
    message: string,
    readonly retryAfter: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "SourceError";
  }
}
