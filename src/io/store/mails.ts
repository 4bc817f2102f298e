/** Mails as they were recorded, and the threads they stand in. */
import { sql as raw } from "kysely";
import type { MailKind, MailRecord } from "../../watch/records.js";
import type { MailForm } from "../../watch/source.js";
import { bytesOf } from "./rows.js";
import type { MailRow, Sql } from "./tables.js";
import { nameOf } from "./text.js";
import { chunks, compare, transact } from "./transact.js";

/** Ids that no mail stands behind may outnumber the known mails of a thread by this much. */
const UNKNOWN_PER_MAIL = 20;

/** Store.mails: mails by id, in the order asked for; unknown ones are left out. */
export async function mailsById(sql: Sql, ids: readonly string[]): Promise<MailRecord[]> {
  const rows = await rowsOf(sql, ids.map(nameOf));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const found = [...new Set(ids.map(nameOf))].flatMap((id) => byId.get(id) ?? []);
  return toRecords(sql, found);
}

/** Store.putPatchIds. */
export function putPatchIdsOf(sql: Sql, ids: ReadonlyMap<string, string>): Promise<void> {
  return transact(sql, async (trx) => {
    for (const [mail, patchId] of [...ids].sort(([a], [b]) => compare(a, b)))
      await trx.updateTable("mails").set({ patch_id: patchId }).where("id", "=", nameOf(mail)).execute();
  });
}

/** Store.mailOfPatch: the mail of a patch id that came first. */
export async function mailByPatch(sql: Sql, patchId: string): Promise<string | null> {
  const query = sql.db.selectFrom("mails").select("id").where("patch_id", "=", patchId);
  const row = await query.orderBy("arrived_at").orderBy("id").limit(1).executeTakeFirst();
  return row?.id ?? null;
}

/** Store.unsorted: patches and covers that are in no series yet. */
export async function unsortedMails(sql: Sql, limit: number): Promise<string[]> {
  const query = sql.db.selectFrom("mails").select("id").where("sorted", "=", raw.lit(0));
  const rows = await query.orderBy("arrived_at").orderBy("id").limit(limit).execute();
  return rows.map(({ id }) => id);
}

/** Store.neighbours: the mails among which the series of these have to be looked for. */
export async function neighboursOf(
  sql: Sql,
  ids: readonly string[],
  windowMs: number,
  limit: number,
): Promise<MailRecord[]> {
  const names = [...new Set(ids.map(nameOf))];
  const found = new Set([...names, ...(await threadOf(sql, names, Math.max(limit, names.length)))]);
  for (const some of chunks(names)) for (const id of await sentNear(sql, some, windowMs, limit)) found.add(id);
  const rows = await rowsOf(sql, [...found]);
  rows.sort((a, b) => compare(a.arrived_at, b.arrived_at) || compare(a.id, b.id));
  return toRecords(sql, rows);
}

/**
 * Known mails of the threads of these, nearest first. Mails that nobody has are gone through as well: two answers to a
 * lost mail are one thread.
 */
export async function threadOf(sql: Sql, ids: readonly string[], limit: number): Promise<string[]> {
  const seen = new Set<string>();
  const known: string[] = [];
  let edge = [...new Set(ids)].sort(compare);
  while (edge.length > 0 && known.length < limit && seen.size < limit * UNKNOWN_PER_MAIL) {
    for (const id of edge) seen.add(id);
    const next = new Set<string>();
    for (const some of chunks(edge)) {
      const here = await sql.db.selectFrom("mails").select("id").where("id", "in", some).orderBy("id").execute();
      for (const { id } of here) known.push(id);
      for (const id of await linked(sql, some, limit * UNKNOWN_PER_MAIL)) if (!seen.has(id)) next.add(id);
    }
    edge = [...next].sort(compare);
  }
  return known.slice(0, limit);
}

/** Ids that these mails answer, and mails that answer these. */
async function linked(sql: Sql, ids: readonly string[], limit: number): Promise<string[]> {
  const up = sql.db.selectFrom("mail_parents").select("parent as id").where("mail", "in", ids);
  const down = sql.db.selectFrom("mail_parents").select("mail as id").where("parent", "in", ids);
  const rows = [
    ...(await up.orderBy("parent").limit(limit).execute()),
    ...(await down.orderBy("mail").limit(limit).execute()),
  ];
  return rows.map(({ id }) => id);
}

/** Patches and covers that the senders of these sent at about the same time, the nearest first. */
async function sentNear(sql: Sql, ids: readonly string[], windowMs: number, limit: number): Promise<string[]> {
  const window = raw.lit(Math.trunc(windowMs));
  const rows = await sql.db
    .selectFrom("mails as one")
    .innerJoin("mails as near", (join) =>
      join
        .onRef("near.sender", "=", "one.sender")
        .on(raw<boolean>`near.sent_ms between one.sent_ms - ${window} and one.sent_ms + ${window}`),
    )
    .select("near.id")
    .where("one.id", "in", ids)
    .where("one.sender", "<>", "")
    .where("near.kind", "<>", "other")
    .groupBy("near.id")
    .orderBy(raw`min(abs(near.sent_ms - one.sent_ms))`)
    .orderBy("near.id")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

async function rowsOf(sql: Sql, ids: readonly string[]): Promise<MailRow[]> {
  const rows: MailRow[] = [];
  for (const some of chunks(ids))
    rows.push(...(await sql.db.selectFrom("mails").selectAll().where("id", "in", some).execute()));
  return rows;
}

async function toRecords(sql: Sql, rows: readonly MailRow[]): Promise<MailRecord[]> {
  const parents = new Map<string, string[]>(rows.map(({ id }) => [id, []]));
  for (const some of chunks(rows)) {
    const ids = some.map(({ id }) => id);
    const links = sql.db.selectFrom("mail_parents").select(["mail", "parent"]).where("mail", "in", ids);
    for (const { mail, parent } of await links.orderBy("mail").orderBy("place").execute())
      parents.get(mail)?.push(parent);
  }
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind as MailKind,
    subject: row.subject,
    sender: row.sender,
    sent: row.sent,
    parents: parents.get(row.id) ?? [],
    form: row.form as MailForm,
    raw: bytesOf(row.raw),
    digest: row.digest,
  }));
}
