/** Which series are to be judged, who has them, and what becomes of those that cannot be judged. */
import { type Expression, sql as raw, type SqlBool, type Transaction } from "kysely";
import type { DueSeries, When } from "../../watch/store.js";
import { letterRow, toSeries } from "./rows.js";
import type { SeriesRow, Sql, Tables } from "./tables.js";
import { nameOf } from "./text.js";
import { transact } from "./transact.js";

type Trx = Transaction<Tables>;

/** A series is given up after it failed so often. */
const MAX_ATTEMPTS = 3;

/**
 * A series is given up too when whoever judged it was never heard of again so often: it may be what kills them. More than for
 * failures, because a machine that is turned off says nothing either.
 */
const MAX_UNFINISHED = 10;
const LOST = "whoever judged it was never heard of again";

/**
 * No lease and no wait is meant to last that long: one that ends later was made by a clock that was ahead, and counts for
 * nothing. Milliseconds.
 */
const FARTHEST_MS = 6 * 3_600_000;

/** Store.due: series to judge, oldest arrival first, leased unless they are only looked at. */
export function dueSeries(sql: Sql, when: When): Promise<DueSeries[]> {
  return transact(sql, async (trx) => {
    const rows = await dueRows(trx, when, sql.kind === "postgres" && when.leaseUntil !== null);
    if (when.leaseUntil === null) return withAttempts(trx, rows);
    const lost = rows.filter((row) => row.leased_until_at !== null && row.unfinished + 1 >= MAX_UNFINISHED);
    for (const row of lost) await bury(trx, row, LOST, MAX_UNFINISHED, when.now);
    const leased = rows.filter((row) => !lost.includes(row));
    if (leased.length > 0) {
      const unfinished = raw<number>`unfinished + case when leased_until_at is null then 0 else 1 end`;
      const keys = leased.map(({ key }) => key);
      const set = { unfinished, leased_until_at: when.leaseUntil };
      await trx.updateTable("series").set(set).where("key", "in", keys).execute();
    }
    return withAttempts(trx, leased);
  });
}

async function withAttempts(trx: Trx, rows: readonly SeriesRow[]): Promise<DueSeries[]> {
  const series = await toSeries(trx, rows);
  return series.map((one, i) => ({ series: one, attempts: rows[i]?.attempts ?? 0 }));
}

/** PostgreSQL passes over rows that another worker is just leasing; SQLite lets one write at a time anyway. */
function dueRows(trx: Trx, when: When, lock: boolean): Promise<SeriesRow[]> {
  const rules = nameOf(when.rules);
  let query = trx
    .selectFrom("series as s")
    .selectAll("s")
    .where("s.state", "<>", "dead")
    .where((eb) => {
      const by = eb.ref("s.judged_rules");
      return eb.or(when.unjudged === true ? [raw<boolean>`${by} is null`] : judgedByOthers(by, rules));
    })
    .where((eb) => eb.or([eb("s.incomplete", "is", null), eb("s.arrived_at", "<=", when.quietSince)]))
    .where((eb) => eb.or([eb("s.leased_until_at", "is", null), passed(eb.ref("s.leased_until_at"), when.now)]))
    .where((eb) => eb.or([eb("s.retry_at", "is", null), passed(eb.ref("s.retry_at"), when.now)]))
    .where(raw<boolean>`not exists (select 1 from verdicts v
      where v.series = s.key and v.revision = s.revision and v.rules = ${rules})`)
    .orderBy("s.arrived_at")
    .orderBy(raw`coalesce(s.sent, '')`)
    .orderBy("s.key")
    .limit(when.limit);
  if (when.superseded !== true)
    query = query.where(raw<boolean>`(not exists (select 1 from series later where later.previous = s.key)
      or exists (select 1 from verdicts v where v.series = s.key))`);
  if (when.only !== undefined) query = query.where("s.key", "=", nameOf(when.only));
  if (lock) query = query.forUpdate("s").skipLocked();
  return query.execute();
}

function passed(column: Expression<string | null>, now: string): Expression<SqlBool> {
  const farthest = new Date(Date.parse(now) + FARTHEST_MS).toISOString();
  return raw<boolean>`(${column} <= ${now} or ${column} > ${farthest})`;
}

/** Ranges rather than "is another": an index finds the few that new rules have not judged among all that they have. */
function judgedByOthers(column: Expression<string | null>, rules: string): Expression<SqlBool>[] {
  return [raw<boolean>`${column} is null`, raw<boolean>`${column} < ${rules}`, raw<boolean>`${column} > ${rules}`];
}

/** Store.endLeases: they have run out by now. */
export async function endAllLeases(sql: Sql, now: string): Promise<void> {
  const query = sql.db.updateTable("series").set({ leased_until_at: now }).where("leased_until_at", ">", now);
  await query.execute();
}

/** Store.renew: whoever still judges a revision keeps it, or gives it back. */
export async function renewLease(sql: Sql, key: string, revision: string, leaseUntil: string | null): Promise<boolean> {
  const query = sql.db.updateTable("series").set({ leased_until_at: leaseUntil });
  const held = query.where("key", "=", nameOf(key)).where("revision", "=", nameOf(revision));
  const rows = await held.where("leased_until_at", "is not", null).returning("key").execute();
  return rows.length > 0;
}

/** Store.failSeries. What another worker has judged meanwhile has not failed. */
export function failJudging(sql: Sql, key: string, reason: string, retryAt: string, now: string): Promise<void> {
  return transact(sql, async (trx) => {
    const row = await trx
      .updateTable("series")
      .set({
        attempts: raw<number>`attempts + 1`,
        unfinished: 0,
        retry_at: retryAt,
        leased_until_at: null,
      })
      .where("key", "=", nameOf(key))
      .where("state", "<>", "dead")
      .where((eb) => eb.or([eb("state", "=", "open"), eb("leased_until_at", "is not", null)]))
      .returningAll()
      .executeTakeFirst();
    if (row !== undefined && row.attempts >= MAX_ATTEMPTS) await bury(trx, row, reason, row.attempts, now);
  });
}

/** Gives a series up: it stands among the dead letters until somebody revives it, or another revision comes. */
async function bury(trx: Trx, row: SeriesRow, reason: string, attempts: number, now: string): Promise<void> {
  await trx
    .updateTable("series")
    .set({ state: "dead", leased_until_at: null, retry_at: null })
    .where("key", "=", row.key)
    .execute();
  const letter = {
    kind: "series" as const,
    key: row.key,
    source: null,
    ref: row.revision,
    reason,
    attempts,
    form: null,
  };
  const { kind, key, ...rest } = letterRow({ ...letter, raw: null }, now);
  await trx
    .insertInto("dead_letters")
    .values({ kind, key, ...rest })
    .onConflict((conflict) => conflict.columns(["kind", "key"]).doUpdateSet(rest))
    .execute();
}
