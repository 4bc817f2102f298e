/** Batches of an archive: mails, where they were seen, what could not be read, and the cursor behind them. */
import { sql as raw, type Transaction } from "kysely";
import type { MailNotes } from "../../watch/mail-notes.js";
import type { DeadLetter } from "../../watch/records.js";
import type { RecordedBatch } from "../../watch/store.js";
import { settleMembers } from "./overview.js";
import { letterRow, mailRow } from "./rows.js";
import type { LetterRow, MailRow, Sql, Tables } from "./tables.js";
import { nameOf } from "./text.js";
import { chunks, compare, transact } from "./transact.js";

type Trx = Transaction<Tables>;

/** Rows of mails go into statements of this many: each may be some megabytes. */
const MAILS_AT_ONCE = 50;

/** The cursor of a source, or null before its first batch. */
export async function cursorOf(sql: Sql, source: string): Promise<string | null> {
  const row = await sql.db.selectFrom("cursors").select("cursor").where("source", "=", source).executeTakeFirst();
  return row?.cursor ?? null;
}

/** Store.record: a batch together with its cursor, or null and nothing when the cursor was not `before`. */
export function recordBatch(
  sql: Sql,
  source: string,
  before: string | null,
  batch: RecordedBatch,
  now: string,
): Promise<string[] | null> {
  return transact(sql, async (trx) => {
    const moved = await moveCursor(trx, source, before, batch, now);
    if (moved === null) return null;
    const fresh = await putMails(trx, batch, moved.start, moved.at);
    await putSightings(trx, source, batch);
    const removed = batch.removed.map(nameOf);
    await putRemovals(trx, source, removed);
    const isFresh = new Set(fresh);
    const patches = batch.mails.filter(({ mail }) => mail.kind !== "other").map(({ mail }) => nameOf(mail.id));
    const known = patches.filter((id) => !isFresh.has(id));
    await settleMembers(sql, trx, [...known, ...removed]);
    await putLetters(trx, batch.dead, now);
    return fresh;
  });
}

/**
 * Compares and sets: of two processes that read the same batch one finds the cursor as it was. Gives how many mails of the
 * source came before, and the time, which never goes back within a source: by both its mails stay in order.
 */
async function moveCursor(
  trx: Trx,
  source: string,
  before: string | null,
  { cursor, mails }: RecordedBatch,
  now: string,
): Promise<{ start: number; at: string } | null> {
  const count = mails.length;
  const changed =
    before === null
      ? trx
          .insertInto("cursors")
          .values({ source, cursor, mails: count, moved_at: now })
          .onConflict((conflict) => conflict.column("source").doNothing())
          .returning(["mails", "moved_at"])
          .execute()
      : trx
          .updateTable("cursors")
          .set({
            cursor,
            mails: raw<number>`mails + ${raw.lit(count)}`,
            moved_at: raw<string>`case when moved_at > ${now} then moved_at else ${now} end`,
          })
          .where("source", "=", source)
          .where("cursor", "=", before)
          .returning(["mails", "moved_at"])
          .execute();
  const [row] = await changed;
  return row === undefined ? null : { start: row.mails - count, at: row.moved_at };
}

/** Mails that nobody has seen before; gives the ids of patches and covers among them, in order. */
async function putMails(trx: Trx, batch: RecordedBatch, start: number, at: string): Promise<string[]> {
  const rows = new Map<string, { row: MailRow; parents: string[] }>();
  for (const [i, { mail }] of batch.mails.entries()) {
    const row = mailRow(mail, `${at} ${String(start + i).padStart(10, "0")}`);
    if (!rows.has(row.id)) rows.set(row.id, { row, parents: [...new Set(mail.parents.map(nameOf))] });
  }
  // In one order, so that two processes that record the same mails do not wait for each other.
  const sorted = [...rows.values()].sort((a, b) => compare(a.row.id, b.row.id));
  const fresh = new Set<string>();
  for (const some of chunks(sorted, MAILS_AT_ONCE)) {
    const put = trx.insertInto("mails").values(some.map(({ row }) => row));
    const known = put.onConflict((conflict) => conflict.column("id").doNothing());
    for (const { id } of await known.returning("id").execute()) fresh.add(id);
  }
  const parents = sorted
    .filter(({ row }) => fresh.has(row.id))
    .flatMap(({ row, parents }) => parents.map((parent, place) => ({ mail: row.id, place, parent })));
  for (const some of chunks(parents)) await trx.insertInto("mail_parents").values(some).execute();
  const notes = new Map<string, MailNotes>();
  for (const { mail } of batch.mails) {
    const name = nameOf(mail.id);
    if (mail.notes !== undefined && !notes.has(name)) notes.set(name, mail.notes);
  }
  await putNotes(trx, notes, sorted, fresh);
  return [...rows.values()].filter(({ row }) => row.sorted === 0 && fresh.has(row.id)).map(({ row }) => row.id);
}

/** Commands and links of mails that nobody has seen before. */
async function putNotes(
  trx: Trx,
  notes: ReadonlyMap<string, MailNotes>,
  mails: readonly { row: MailRow }[],
  fresh: ReadonlySet<string>,
): Promise<void> {
  const rows = mails.flatMap(({ row }) => {
    const found = notes.get(row.id);
    if (found === undefined || !fresh.has(row.id)) return [];
    const has_commands = found.commands.length > 0 ? 1 : 0;
    return [{ mail: row.id, notes: JSON.stringify(found), has_commands, outcome: null, came_at: row.arrived_at }];
  });
  for (const some of chunks(rows)) await trx.insertInto("mail_notes").values(some).execute();
}

/** A mail that stands in the source again is no longer one that was taken out of it. */
async function putSightings(trx: Trx, source: string, { mails }: RecordedBatch): Promise<void> {
  const rows = mails.map(({ mail, ref }) => ({ source, mail: nameOf(mail.id), ref: nameOf(ref) }));
  for (const some of chunks(rows)) {
    const put = trx.insertInto("sightings").values(some);
    await put.onConflict((conflict) => conflict.columns(["source", "mail", "ref"]).doNothing()).execute();
    const ids = some.map(({ mail }) => mail);
    await trx.deleteFrom("removals").where("source", "=", source).where("mail", "in", ids).execute();
  }
}

async function putRemovals(trx: Trx, source: string, ids: readonly string[]): Promise<void> {
  for (const some of chunks(ids)) {
    await trx.deleteFrom("sightings").where("source", "=", source).where("mail", "in", some).execute();
    const put = trx.insertInto("removals").values(some.map((mail) => ({ source, mail })));
    await put.onConflict((conflict) => conflict.columns(["source", "mail"]).doNothing()).execute();
  }
}

/**
 * Dead letters. The same mail may fail in several archives, and which is read first is chance: the letter of the first
 * source by name stays, of that the first place.
 */
async function putLetters(trx: Trx, letters: readonly DeadLetter[], now: string): Promise<void> {
  const rows = new Map<string, LetterRow>();
  for (const row of letters.map((letter) => letterRow(letter, now)).sort(compareLetters)) {
    const name = JSON.stringify([row.kind, row.key]);
    if (!rows.has(name)) rows.set(name, row);
  }
  for (const some of chunks([...rows.values()], MAILS_AT_ONCE)) await putRows(trx, some);
}

async function putRows(trx: Trx, rows: LetterRow[]): Promise<void> {
  const put = trx.insertInto("dead_letters").values(rows);
  const merged = put.onConflict((conflict) =>
    conflict
      .columns(["kind", "key"])
      .doUpdateSet((eb) => ({
        source: eb.ref("excluded.source"),
        ref: eb.ref("excluded.ref"),
        reason: eb.ref("excluded.reason"),
        attempts: eb.ref("excluded.attempts"),
        form: eb.ref("excluded.form"),
        raw: eb.ref("excluded.raw"),
        died_at: eb.ref("excluded.died_at"),
      }))
      .where(
        raw<boolean>`(coalesce(excluded.source, ''), excluded.ref) < (coalesce(dead_letters.source, ''), dead_letters.ref)`,
      ),
  );
  await merged.execute();
}

function compareLetters(a: LetterRow, b: LetterRow): number {
  return (
    compare(a.kind, b.kind) ||
    compare(a.key, b.key) ||
    compare(a.source ?? "", b.source ?? "") ||
    compare(a.ref, b.ref) ||
    compare(a.reason, b.reason)
  );
}
