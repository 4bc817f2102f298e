/**
 * Port to the store. Every method is one transaction: it happened as a whole, or not at all. The same mails in the same
 * archives give the same store, however often a run was cut off in between.
 */

import type { OutboxRecord } from "./outbox.js";
import type { DeadLetter, FindingRecord, MailRecord, SeriesRecord, SeriesState, VerdictRecord } from "./records.js";

/** Mails of a batch, as they are recorded together with the cursor behind them. */
export interface RecordedBatch {
  mails: { mail: MailRecord; ref: string }[];
  /**
   * Ids of mails that the archive took out. They stay known, with this source no longer among their sightings. One that was
   * taken out and came again within the batch stands only among the mails.
   */
  removed: string[];
  dead: DeadLetter[];
  cursor: string;
}

/** A series that is to be judged, leased to whoever asked for it. */
export interface DueSeries {
  series: SeriesRecord;
  /** How often judging it failed so far. */
  attempts: number;
}

/** Which series are asked for. Times are compared as text: all are written as Date.toISOString does. */
export interface When {
  now: string;
  quietSince: string;
  /** Null: they are only looked at, and anybody may lease them. */
  leaseUntil: string | null;
  rules: string;
  limit: number;
  /** Only the series of this key. */
  only?: string;
  /** Only revisions that no rules have judged so far: new rules speak of what comes, not of all that ever came. */
  unjudged?: boolean;
  /** Also series that a later version has superseded: for looking back over years. */
  superseded?: boolean;
}

export interface Counts {
  mails: number;
  sightings: number;
  series: Record<SeriesState, number>;
  verdicts: number;
  findings: number;
  /** What waits to be sent. */
  outbox: number;
  deadLetters: number;
}

export interface Store {
  /** The cursor of a source, or null before its first batch. */
  cursor(source: string): Promise<string | null>;

  /**
   * Records a batch and moves the source's cursor from `before`. A mail that is known gets a sighting more; the first bytes
   * under an id stay. Gives the ids of patches and covers that are new, or null when the cursor was not `before`: another
   * process has read on, and nothing was recorded.
   */
  record(source: string, before: string | null, batch: RecordedBatch, now: string): Promise<string[] | null>;

  /**
   * Ids of patches and covers that were recorded and not put into series yet (see putSeries), in order of arrival. What a
   * killed process left is found here.
   */
  unsorted(limit: number): Promise<string[]>;

  /**
   * The mails among which the series of these have to be looked for: their threads up and down (answers included, up to
   * `limit` mails), and patches and covers that the same senders sent within `windowMs` of them. In order of arrival.
   */
  neighbours(ids: readonly string[], windowMs: number, limit: number): Promise<MailRecord[]>;

  /** Series that may be other versions of one, earlier or later: same change-id, title, thread or author. The latest first. */
  candidates(series: SeriesRecord, titles: readonly string[], limit: number): Promise<SeriesRecord[]>;

  /** Notes what git patch-id --stable says of the patches of mails. */
  putPatchIds(ids: ReadonlyMap<string, string>): Promise<void>;
  /** The mail with the patch of an id, the first one that came; null when none has it. */
  mailOfPatch(patchId: string): Promise<string | null>;

  /** All versions of the series of a change-id (b4), in order of their keys. */
  ofChange(changeId: string): Promise<SeriesRecord[]>;

  /**
   * Puts series in the place of all series that have any of `mails` as a member, and marks the mails as sorted; other members
   * of a series that so goes are unsorted again. A series whose revision is another than before is open again; `arrived` is when its last member came (set to `now` then).
   */
  putSeries(mails: readonly string[], series: readonly SeriesRecord[], now: string): Promise<void>;

  /** Mails by id; unknown ones are left out. */
  mails(ids: readonly string[]): Promise<MailRecord[]>;
  series(key: string): Promise<(SeriesRecord & { state: SeriesState; arrived: string }) | null>;
  /** Key of the series that a mail is a member of. */
  seriesOf(mail: string): Promise<string | null>;

  /**
   * Series to judge with these rules, oldest arrival first: complete ones, and others that got no mail since `quietSince`;
   * not those that are leased, that a later version has superseded and nobody has judged, or that failed and wait (`retryAt`).
   * They are leased until `leaseUntil`. One whose lease ran out ten times with no word of it is dead.
   */
  due(when: When): Promise<DueSeries[]>;

  /** Ends all leases. Only for whoever is alone with the store: those who held them are gone. */
  endLeases(now: string): Promise<void>;

  /**
   * Prolongs the lease of a series that takes long to judge, or gives it back (null); false when it has another revision or no
   * lease by now.
   */
  renew(key: string, revision: string, leaseUntil: string | null): Promise<boolean>;

  /**
   * Records a verdict with its findings and what is to be sent, and ends the lease. False, and nothing is recorded, when the
   * series has another revision by now, or this verdict (series, revision, rules) is there already.
   */
  putVerdict(
    verdict: VerdictRecord,
    findings: readonly FindingRecord[],
    outbox: readonly OutboxRecord[],
    now: string,
  ): Promise<boolean>;

  /** Notes that judging a series failed: it is tried again after `retryAt`, and dead after the third time. */
  failSeries(key: string, reason: string, retryAt: string, now: string): Promise<void>;

  deadLetters(): Promise<DeadLetter[]>;
  /** Takes a dead letter away: the mail was recorded after all, or the series is open again. */
  revive(kind: DeadLetter["kind"], key: string): Promise<void>;

  /** Suppressed findings: who said so, when, why. */
  suppress(finding: string, by: string, reason: string, now: string): Promise<void>;
  /** Takes a suppression back. */
  unsuppress(finding: string): Promise<void>;
  suppressed(): Promise<ReadonlySet<string>>;

  /** Verdicts with their findings, in order of series and revision. */
  verdicts(): AsyncIterable<{ verdict: VerdictRecord; findings: FindingRecord[] }>;
  counts(): Promise<Counts>;
  close(): Promise<void>;
}
