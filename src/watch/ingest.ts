/**
 * From an archive into the store: batch by batch, each recorded with the cursor behind it in one transaction. What cannot be
 * read is put to the dead letters with its reason, in that same transaction, so that the cursor passes nothing unrecorded.
 */

import type { NoteReader } from "./notes.js";
import { type Digest, openMail } from "./open-mail.js";
import type { DeadLetter, MailRecord } from "./records.js";
import { type ArchivedMail, type Batch, type Source, SourceError, type SourceReason } from "./source.js";
import type { RecordedBatch, Store } from "./store.js";

/** A mail is tried this often before it is a dead letter. */
export const MAX_ATTEMPTS = 3;

export interface IngestOptions {
  now: () => string;
  digest: Digest;
  /** Reads commands and links from answers; null or left out: nobody wants them. */
  notes?: NoteReader | null;
  signal?: AbortSignal;
  /** Is told after each batch. */
  onBatch?: (got: { source: string; mails: number; fresh: number; dead: number; removed: number }) => void;
  /** For sources that can leave out what was sent before; only in a store that nobody goes on with. */
  since?: string;
  /** False for a mail that lies outside of what is wanted (--since, --until): it is passed over, and the cursor moves on. */
  wanted?: (mail: MailRecord) => boolean;
}

/** What came of reading a source: how much of it is new, and why it stopped, where it did not reach the end. */
export interface Ingested {
  source: string;
  mails: number;
  fresh: number;
  dead: number;
  failure: { reason: SourceReason | "store-moved"; message: string; retryAfter: number | null } | null;
}

/** Reads everything that is new in a source. Never throws for what the archive does; the store's errors go through. */
export async function ingest(source: Source, store: Store, options: IngestOptions): Promise<Ingested> {
  const total: Ingested = { source: source.name, mails: 0, fresh: 0, dead: 0, failure: null };
  // Another process that reads the same source may be ahead: then on from where it stands, a few times.
  for (let again = 0; again < 5; again++) {
    const moved = await readOn(source, store, options, total);
    if (!moved) return total;
  }
  total.failure = { reason: "store-moved", message: "another process reads this source", retryAfter: null };
  return total;
}

/** Reads from where the store stands; true when another process moved the cursor meanwhile. */
async function readOn(source: Source, store: Store, options: IngestOptions, total: Ingested): Promise<boolean> {
  let cursor = await store.cursor(source.name);
  const { signal, since } = options;
  const reading = { ...(signal === undefined ? {} : { signal }), ...(since === undefined ? {} : { since }) };
  try {
    for await (const batch of source.read(cursor, reading)) {
      if (signal?.aborted) return false;
      const recorded = await openBatch(source.name, batch, options);
      const fresh = await store.record(source.name, cursor, recorded, options.now());
      if (fresh === null) return true;
      cursor = batch.cursor;
      total.mails += batch.mails.length;
      total.fresh += fresh.length;
      total.dead += recorded.dead.length;
      const { dead, removed } = recorded;
      options.onBatch?.({
        source: source.name,
        mails: batch.mails.length,
        fresh: fresh.length,
        dead: dead.length,
        removed: removed.length,
      });
    }
  } catch (error) {
    // Asked to stop, an archive breaks off what it was doing: that is no failure, and it is read on from its cursor.
    if (signal?.aborted && (error instanceof SourceError || isAbort(error))) return false;
    if (!(error instanceof SourceError)) throw error;
    total.failure = { reason: error.reason, message: error.message, retryAfter: error.retryAfter };
  }
  return false;
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";

/** A batch as it is recorded: its mails opened, and what cannot be given or opened as dead letters. */
export async function openBatch(source: string, batch: Batch, options: IngestOptions): Promise<RecordedBatch> {
  const out: RecordedBatch = { mails: [], removed: [], dead: [], cursor: batch.cursor };
  for (const mail of batch.mails) {
    const opened = await tryToOpen(mail, options.digest, options.notes ?? null);
    if ("reason" in opened) out.dead.push(deadMail(source, mail, opened.reason));
    else if (options.wanted?.(opened.mail) !== false) out.mails.push({ mail: opened.mail, ref: mail.ref });
  }
  for (const mail of batch.removed) {
    const opened = await tryToOpen(mail, options.digest);
    if ("mail" in opened) out.removed.push(opened.mail.id);
  }
  for (const { ref, reason, message } of batch.lost) {
    out.dead.push({
      kind: "mail",
      key: `${source} ${ref}`,
      source,
      ref,
      reason: `${reason}: ${message}`,
      attempts: 1,
      form: null,
      raw: null,
    });
  }
  return out;
}

/** Opens a mail, up to three times: memory may be short now and not in a moment. */
async function tryToOpen(
  mail: ArchivedMail,
  digest: Digest,
  notes: NoteReader | null = null,
): Promise<{ mail: MailRecord } | { reason: string }> {
  let reason = "";
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    try {
      return { mail: await openMail(mail, digest, notes) };
    } catch (error) {
      reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  }
  return { reason };
}

const deadMail = (source: string, { ref, form, raw }: ArchivedMail, reason: string): DeadLetter => ({
  kind: "mail",
  key: `${source} ${ref}`,
  source,
  ref,
  reason,
  attempts: MAX_ATTEMPTS,
  form,
  raw,
});
