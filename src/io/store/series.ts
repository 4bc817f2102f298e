/** Series as they are known now, which mails are their members, and by what a later version may find them. */
import { sql as raw, type Transaction } from "kysely";
import type { SeriesRecord, SeriesState } from "../../watch/records.js";
import { forgetSeries, lockSorting, settleSeries } from "./overview.js";
import { seriesRow, toSeries } from "./rows.js";
import { keysOf, memberTitles } from "./series-keys.js";
import type { SeriesRow, Sql, Tables } from "./tables.js";
import { nameOf } from "./text.js";
import { chunks, transact } from "./transact.js";

type Trx = Transaction<Tables>;

/** Store.putSeries: series in the place of all that have any of these mails, which count as sorted then. */
export function putSeriesOf(
  sql: Sql,
  mails: readonly string[],
  series: readonly SeriesRecord[],
  now: string,
): Promise<void> {
  return transact(sql, async (trx) => {
    await lockSorting(sql, trx);
    const rows = series.map((one) => seriesRow(one, now));
    const members = series.map((one) => one.members.map(nameOf));
    const asked = [...new Set([...mails.map(nameOf), ...members.flat()])];
    await takeApart(trx, asked, new Set(rows.map(({ key }) => key)));
    for (const [i, row] of rows.entries()) await putOne(trx, row, members[i] ?? [], series[i]?.author ?? "");
    for (const some of chunks(asked)) {
      await trx
        .updateTable("mails")
        .set({ sorted: 1 })
        .where("id", "in", some)
        .where("sorted", "=", raw.lit(0))
        .execute();
    }
  });
}

/**
 * Takes the series apart that have any of these mails. A member that nobody asked about came in meanwhile from another process;
 * it waits to be sorted again, rather than being lost.
 */
async function takeApart(trx: Trx, asked: readonly string[], kept: ReadonlySet<string>): Promise<void> {
  const keys = new Set<string>(kept);
  for (const some of chunks(asked)) {
    const rows = await trx.selectFrom("series_members").select("series").distinct().where("mail", "in", some).execute();
    for (const { series } of rows) keys.add(series);
  }
  for (const some of chunks([...keys])) {
    const members = trx.selectFrom("series_members").select("mail").where("series", "in", some);
    await trx.updateTable("mails").set({ sorted: 0 }).where("id", "in", members).where("kind", "<>", "other").execute();
    await trx.deleteFrom("series_members").where("series", "in", some).execute();
    await trx.deleteFrom("series_keys").where("series", "in", some).execute();
  }
  const gone = [...keys].filter((key) => !kept.has(key));
  await forgetSeries(trx, gone);
  for (const some of chunks(gone)) {
    await trx.deleteFrom("series").where("key", "in", some).execute();
    await trx.deleteFrom("dead_letters").where("kind", "=", "series").where("key", "in", some).execute();
  }
}

async function putOne(trx: Trx, row: SeriesRow, members: readonly string[], author: string): Promise<void> {
  const old = await trx.selectFrom("series").select("revision").where("key", "=", row.key).executeTakeFirst();
  if (old?.revision === row.revision) {
    // Judged, failed or leased as it was: only what may be found out later about the same mails is new.
    const { title, version, total, incomplete, change_id, previous, sent } = row;
    const set = {
      title,
      author: row.author,
      version,
      total,
      has_cover: row.has_cover,
      incomplete,
      change_id,
      previous,
      sent,
    };
    await trx.updateTable("series").set(set).where("key", "=", row.key).execute();
  } else await putRevision(trx, row, old !== undefined);
  const places = members.map((mail, place) => ({ mail, series: row.key, place }));
  for (const some of chunks(places)) await trx.insertInto("series_members").values(some).execute();
  const keys = keysOf({ ...row, author }, await memberTitles(trx, members));
  for (const some of chunks(keys.map((key) => ({ key, series: row.key }))))
    await trx.insertInto("series_keys").values(some).execute();
  await settleSeries(trx, row.key);
}

/** A revision that was judged before (a mail came and went) is known to be so. */
async function putRevision(trx: Trx, row: SeriesRow, known: boolean): Promise<void> {
  const { rules } = await trx
    .selectFrom("verdicts")
    .select((eb) => eb.fn.max("rules").as("rules"))
    .where("series", "=", row.key)
    .where("revision", "=", row.revision)
    .executeTakeFirstOrThrow();
  const values = rules === null ? row : { ...row, state: "judged", judged_rules: rules };
  if (!known) await trx.insertInto("series").values(values).execute();
  else {
    await trx.updateTable("series").set(values).where("key", "=", row.key).execute();
    await trx.deleteFrom("dead_letters").where("kind", "=", "series").where("key", "=", row.key).execute();
  }
}

/** Store.series. */
export async function seriesByKey(
  sql: Sql,
  key: string,
): Promise<(SeriesRecord & { state: SeriesState; arrived: string }) | null> {
  const row = await sql.db.selectFrom("series").selectAll().where("key", "=", nameOf(key)).executeTakeFirst();
  if (row === undefined) return null;
  const [record] = await toSeries(sql.db, [row]);
  return record === undefined ? null : { ...record, state: row.state as SeriesState, arrived: row.arrived_at };
}

/** Store.ofChange. */
export async function seriesOfChange(sql: Sql, changeId: string): Promise<SeriesRecord[]> {
  const query = sql.db.selectFrom("series").selectAll().where("change_id", "=", nameOf(changeId)).orderBy("key");
  return toSeries(sql.db, await query.execute());
}

/** Store.seriesOf. */
export async function seriesOfMail(sql: Sql, mail: string): Promise<string | null> {
  const query = sql.db.selectFrom("series_members").select("series").where("mail", "=", nameOf(mail));
  return (await query.executeTakeFirst())?.series ?? null;
}
