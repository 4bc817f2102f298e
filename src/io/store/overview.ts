/**
 * What is looked through, kept beside what it follows from, so that a page of it costs the same in a store of any size: when a
 * series was sent, which findings are those of its last verdict, and on which lists it stands. Whatever changes one of these
 * settles the series anew, within its own transaction.
 */
import { sql as raw, type Transaction } from "kysely";
import type { Sql, Tables } from "./tables.js";
import { chunks } from "./transact.js";

type Trx = Transaction<Tables>;

/** Any number: whoever puts series, or finds known mails on another list, holds this lock of PostgreSQL. */
const SORTING = 7_301_996;

/** Waits until nobody else puts mails into series: no mail becomes a member of two, and no list is overlooked. */
export async function lockSorting(sql: Sql, trx: Trx): Promise<void> {
  if (sql.kind === "postgres") await raw`select pg_advisory_xact_lock(${raw.lit(SORTING)})`.execute(trx);
}

/** Works out anew what is kept of a series. A date from the future does not put it before all others: it came when it came. */
export async function settleSeries(trx: Trx, key: string): Promise<void> {
  await raw`update series set newest_at =
    case when sent is not null and sent < arrived_at then sent else arrived_at end where key = ${key}`.execute(trx);
  await raw`update findings set newest_at = (select s.newest_at from series s where s.key = findings.series),
    latest = case when (select v.judged_at from verdicts v where v.series = findings.series
      and v.revision = findings.revision and v.rules = findings.rules)
      = (select max(w.judged_at) from verdicts w where w.series = findings.series) then 1 else 0 end
    where series = ${key} and exists (select 1 from series s where s.key = findings.series)`.execute(trx);
  await trx.deleteFrom("series_lists").where("series", "=", key).execute();
  await raw`insert into series_lists (list, series, newest_at, found)
    select distinct si.source, s.key, s.newest_at,
      (select count(*) from findings f where f.series = s.key and f.latest = 1)
    from series s join series_members m on m.series = s.key join sightings si on si.mail = m.mail
    where s.key = ${key}`.execute(trx);
}

/** Findings of series that are not known any more are shown nowhere; they come back with the series. */
export async function forgetSeries(trx: Trx, keys: readonly string[]): Promise<void> {
  for (const some of chunks(keys))
    await trx.updateTable("findings").set({ latest: 0 }).where("series", "in", some).where("latest", "=", 1).execute();
}

/** Settles the series that have any of these mails, which came to a list or were taken out of one. */
export async function settleMembers(sql: Sql, trx: Trx, mails: readonly string[]): Promise<void> {
  if (mails.length === 0) return;
  await lockSorting(sql, trx);
  const keys = new Set<string>();
  for (const some of chunks(mails)) {
    const members = trx.selectFrom("series_members as m").innerJoin("series as s", "s.key", "m.series");
    // A verdict that is being recorded holds the row, and what is counted here must count its findings.
    const query = members.select("s.key").where("m.mail", "in", some).orderBy("s.key");
    const rows = await (sql.kind === "postgres" ? query.forUpdate("s") : query).execute();
    for (const { key } of rows) keys.add(key);
  }
  for (const key of [...keys].sort()) await settleSeries(trx, key);
}
