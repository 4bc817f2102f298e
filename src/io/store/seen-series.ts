/** Lists and series as the dashboard shows them: the newest first, page by page. */
import { sql as raw } from "kysely";
import type { Listed, ListRow, SeriesRow, VersionRow } from "../../report/html/dashboard/data.js";
import type { VerdictRecord } from "../../watch/records.js";
import { decodeKey, pageOf } from "./keyset.js";
import { findingsOfVerdicts } from "./seen-findings.js";
import type { Sql } from "./tables.js";
import { nameOf } from "./text.js";

/** All lists that have a series, with how much there is on each. */
export async function seenLists(sql: Sql): Promise<ListRow[]> {
  const rows = await sql.db
    .selectFrom("series_lists")
    .select(["list", (eb) => eb.fn.countAll().as("series"), (eb) => eb.fn.sum("found").as("found")])
    .select((eb) => eb.fn.max("newest_at").as("latest"))
    .groupBy("list")
    .orderBy("list")
    .execute();
  return rows.map(({ list, series, found, latest }) => ({
    name: list,
    series: Number(series),
    findings: Number(found),
    latest,
  }));
}

/** A row of a list as it is selected: PostgreSQL gives its numbers as text. */
interface Shown extends Omit<SeriesRow, "findings"> {
  newest_at: string;
  found: number;
}

const seriesRow = ({ newest_at: _place, found, ...row }: Shown): SeriesRow => ({
  ...row,
  version: Number(row.version),
  total: Number(row.total),
  findings: Number(found),
});

/** Series of a list behind a key; null for a key that is none. `found`: only those with findings. */
export async function seenSeries(
  sql: Sql,
  list: string,
  after: string | null,
  limit: number,
  found = false,
): Promise<Listed<SeriesRow> | null> {
  const key = after === null ? null : decodeKey(after, ["string", "string"]);
  if (after !== null && key === null) return null;
  const behind = key === null ? raw`1 = 1` : raw`(l.newest_at, l.series) < (${key[0]}, ${key[1]})`;
  const { rows } = await raw<Shown>`select s.key, s.title, s.author, s.version, s.total, s.sent, s.state, s.incomplete,
      l.newest_at, l.found
    from series_lists l cross join series s
    where l.list = ${nameOf(list)} and s.key = l.series and ${found ? raw`l.found > 0` : raw`1 = 1`} and ${behind}
    order by l.newest_at desc, l.series desc limit ${raw.lit(limit + 1)}`.execute(sql.db);
  return pageOf(rows, limit, (row) => [row.newest_at, row.key], seriesRow);
}

/** Lists on which a series stands. */
export async function listsOf(sql: Sql, key: string): Promise<string[]> {
  const query = sql.db.selectFrom("series_lists").select("list").where("series", "=", nameOf(key)).orderBy("list");
  return (await query.execute()).map(({ list }) => list);
}

/** Versions with their last verdict and what that found, in the order of the keys. */
export async function seenVersions(sql: Sql, keys: readonly string[]): Promise<VersionRow[]> {
  const names = keys.map(nameOf);
  if (names.length === 0) return [];
  const series = await sql.db.selectFrom("series").selectAll().where("key", "in", names).execute();
  const verdicts = await sql.db
    .selectFrom("verdicts")
    .select(["series", "rules", "judged_at"])
    .where("series", "in", names)
    .orderBy("judged_at")
    .execute();
  const last = new Map(verdicts.map((row) => [row.series, row]));
  const findings = await findingsOfVerdicts(sql, names);
  return names.flatMap((name) => {
    const row = series.find(({ key }) => key === name);
    if (row === undefined) return [];
    return {
      key: name,
      version: row.version,
      sent: row.sent,
      state: row.state,
      incomplete: row.incomplete,
      judgedAt: last.get(name)?.judged_at ?? null,
      rules: last.get(name)?.rules ?? null,
      findings: findings.filter((finding) => finding.series === name),
    };
  });
}

/** The last verdict of a series; null before the first. */
export async function lastVerdict(sql: Sql, key: string): Promise<VerdictRecord | null> {
  const row = await sql.db
    .selectFrom("verdicts")
    .select(["series", "revision", "rules", "base", "report"])
    .where("series", "=", nameOf(key))
    .orderBy("judged_at", "desc")
    .orderBy("revision")
    .orderBy("rules")
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { ...row, base: JSON.parse(row.base), report: JSON.parse(row.report) };
}

/** When the last verdicts of some series were given. */
export async function judgedAt(sql: Sql, keys: readonly string[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const rows = await sql.db
    .selectFrom("verdicts")
    .select(["series", (eb) => eb.fn.max("judged_at").as("at")])
    .where("series", "in", keys.map(nameOf))
    .groupBy("series")
    .execute();
  return new Map(rows.map(({ series, at }) => [series, at]));
}
