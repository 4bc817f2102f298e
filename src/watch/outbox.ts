/**
 * Port to what waits to be sent. A row is leased, then an attempt is begun (which is where caps are counted), then ended with
 * what came of it. Whoever dies in between leaves an open attempt: the archive is asked before there is a second one.
 */

/**
 * draft: written in a dry run, and never sent. held: a moderator's word is missing. waiting: goes out when its time has come.
 * sent. dropped: not to be sent any more. failed: refused for good. unsure: an attempt whose end nobody can find out.
 */
export const OUTBOX_STATES = ["draft", "held", "waiting", "sent", "dropped", "failed", "unsure"] as const;
export type OutboxState = (typeof OUTBOX_STATES)[number];

/** Something that is to be sent once. `key` is unique for its target: the same is never put in twice. */
export interface OutboxRecord {
  /** "mail", or "patchwork". */
  target: string;
  key: string;
  payload: unknown;
  state: OutboxState;
  /** Not to be sent before; ISO 8601, or null. */
  notBefore: string | null;
  /** What caps count by: the list's address, the author's, the key of the series. "" counts for no cap. */
  list: string;
  author: string;
  thread: string;
  /** The word by which a moderator names it in a mail; null where none has to. */
  word: string | null;
}

/** A row as it stands. */
export interface OutboxRow extends OutboxRecord {
  reason: string | null;
  attempts: number;
  /** An attempt was begun and nobody knows how it ended. */
  open: boolean;
  firstAttempt: string | null;
  lastAttempt: string | null;
  sent: string | null;
}

/** A row, and the lease by which its holder names itself. */
export interface LeasedRow {
  row: OutboxRow;
  lease: string;
}

/** The most that may be begun in any span. `by` says which rows count: all, or those alike in one field. */
export interface Cap {
  by: "all" | "list" | "author" | "thread";
  count: number;
  ms: number;
}

/** How work on a leased row ended. */
export type SendEnd =
  | { state: "sent"; at: string }
  /** Tried again later. `sure`: nothing was sent, so that the attempt does not count. */
  | { state: "waiting"; retryAt: string; reason: string; sure: boolean }
  /** No attempt was made, and there may be one later. */
  | { state: "postponed"; retryAt: string; reason: string | null }
  | { state: "dropped" | "failed" | "unsure"; reason: string };

export interface OutboxStore {
  /** Puts rows in; those whose target and key are there already are left as they are. */
  putOutbox(rows: readonly OutboxRecord[], now: string): Promise<void>;
  /** Leases the row of a target that waits longest and whose time has come; null when there is none. */
  leaseOutbox(target: string, now: string, leaseUntil: string): Promise<LeasedRow | null>;
  /**
   * Begins an attempt, unless a cap forbids it: all in one transaction, so that no two workers use the same room. "lost" when
   * the lease is another's by now; a time is when the cap leaves room again.
   */
  beginSend(leased: LeasedRow, caps: readonly Cap[], now: string): Promise<"begun" | "lost" | { until: string }>;
  /** Ends work on a leased row; false when the lease is another's by now. */
  endSend(leased: LeasedRow, end: SendEnd): Promise<boolean>;
  /** Rows by state, oldest first; all states when none is named. */
  outbox(states?: readonly OutboxState[], limit?: number): Promise<OutboxRow[]>;
  outboxRow(target: string, key: string): Promise<OutboxRow | null>;
  /**
   * A person's word on a row that was not attempted: approve (held, and with `drafts` a draft, becomes waiting), drop, or another
   * payload. False when the row is not there, or it is too late.
   */
  decideOutbox(
    target: string,
    key: string,
    decision:
      | { kind: "approve"; drafts?: boolean }
      | { kind: "drop"; reason: string }
      | { kind: "edit"; payload: unknown },
  ): Promise<boolean>;
}
