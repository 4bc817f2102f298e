/**
 * The store: one schema and one set of queries for SQLite (a file, no set-up) and PostgreSQL (many workers). Each file
 * beside this one is a part of the port in src/watch/store.ts: record.ts takes mails in, mails.ts gives them back in their
 * threads, series.ts and series-keys.ts know series and their versions, due.ts leases them, verdicts.ts keeps what came of it,
 * outbox.ts what is sent because of that, speech.ts what people say to it; pull-tasks.ts and pull-reports.ts are about pull requests
 * (the port in src/pulls/tasks.ts).
 */
import type { TaskStore } from "../../pulls/tasks.js";
import type { OutboxStore } from "../../watch/outbox.js";
import type { SpeechStore } from "../../watch/speech.js";
import type { Store } from "../../watch/store.js";
import { dueSeries, endAllLeases, failJudging, renewLease } from "./due.js";
import {
  allLetters,
  countAll,
  reviveLetter,
  suppressedFindings,
  suppressFinding,
  unsuppressFinding,
} from "./letters.js";
import { mailByPatch, mailsById, neighboursOf, putPatchIdsOf, unsortedMails } from "./mails.js";
import { outboxOver } from "./outbox.js";
import { reportsOver } from "./pull-reports.js";
import { tasksOver } from "./pull-tasks.js";
import { cursorOf, recordBatch } from "./record.js";
import { migrate } from "./schema.js";
import { putSeriesOf, seriesByKey, seriesOfChange, seriesOfMail } from "./series.js";
import { candidatesFor } from "./series-keys.js";
import { speechOver } from "./speech.js";
import type { Sql } from "./tables.js";
import { allVerdicts, recordVerdict } from "./verdicts.js";

/** A store in a database, which the job queue and the dump look into. */
export interface SqlStore extends Store, OutboxStore, SpeechStore, TaskStore {
  readonly sql: Sql;
}

/**
 * Where the store is: a file for SQLite, or the URL of a PostgreSQL database, with how many connections to hold to it, and what
 * the URL stands in, for messages: DATABASE_URL when left out.
 */
export type StorePlace = { file: string } | { url: string; connections?: number; named?: string };

/** Enough for a few workers and the queue; a server takes 100 by default. */
const CONNECTIONS = 10;

/**
 * Opens the store and brings it to the newest schema; a file is made when it is not there. A process opens a file once and shares
 * the store: SQLite waits for another connection's transaction without letting the rest of the process go on.
 * @throws ReviewError exit 4 when it cannot be opened, is none, or was written by a newer program; 5 when the server cannot be
 * reached; 2 for a URL that is none
 */
export async function openStore(place: StorePlace): Promise<SqlStore> {
  const sql = await connect(place);
  try {
    await migrate(sql);
  } catch (error) {
    // What went wrong is worth more than that closing goes wrong as well.
    await sql.db.destroy().catch(() => {});
    throw error;
  }
  return storeOver(sql);
}

/** Each driver is loaded only where it is used. */
async function connect(place: StorePlace): Promise<Sql> {
  if ("file" in place) return (await import("./sqlite.js")).openSqlite(place.file);
  return (await import("./postgres.js")).openPostgres(
    place.url,
    place.connections ?? CONNECTIONS,
    place.named ?? "DATABASE_URL",
  );
}

function storeOver(sql: Sql): SqlStore {
  return {
    sql,
    cursor: (source) => cursorOf(sql, source),
    record: (source, before, batch, now) => recordBatch(sql, source, before, batch, now),
    unsorted: (limit) => unsortedMails(sql, limit),
    neighbours: (ids, windowMs, limit) => neighboursOf(sql, ids, windowMs, limit),
    candidates: (series, titles, limit) => candidatesFor(sql, series, titles, limit),
    putPatchIds: (ids) => putPatchIdsOf(sql, ids),
    mailOfPatch: (patchId) => mailByPatch(sql, patchId),
    ofChange: (changeId) => seriesOfChange(sql, changeId),
    putSeries: (mails, series, now) => putSeriesOf(sql, mails, series, now),
    mails: (ids) => mailsById(sql, ids),
    series: (key) => seriesByKey(sql, key),
    seriesOf: (mail) => seriesOfMail(sql, mail),
    due: (when) => dueSeries(sql, when),
    endLeases: (now) => endAllLeases(sql, now),
    renew: (key, revision, leaseUntil) => renewLease(sql, key, revision, leaseUntil),
    putVerdict: (verdict, findings, outbox, now) => recordVerdict(sql, verdict, findings, outbox, now),
    failSeries: (key, reason, retryAt, now) => failJudging(sql, key, reason, retryAt, now),
    deadLetters: () => allLetters(sql),
    revive: (kind, key) => reviveLetter(sql, kind, key),
    suppress: (finding, by, reason, now) => suppressFinding(sql.db, finding, by, reason, now),
    unsuppress: (finding) => unsuppressFinding(sql.db, finding),
    suppressed: () => suppressedFindings(sql),
    verdicts: () => allVerdicts(sql),
    counts: () => countAll(sql),
    ...outboxOver(sql),
    ...speechOver(sql),
    ...tasksOver(sql),
    ...reportsOver(sql),
    close: () => sql.db.destroy(),
  };
}
