/** Findings of the last verdicts as the dashboard shows them: filtered, the newest first, page by page. */
import { type RawBuilder, sql as raw } from "kysely";
import type { FindingFilter, FindingRow, Listed } from "../../report/html/dashboard/data.js";
import type { FoundStatus } from "../../report/html/dashboard/words.js";
import { decodeKey, type KeyPart, pageOf } from "./keyset.js";
import type { Sql } from "./tables.js";
import { nameOf } from "./text.js";

interface Shown {
  id: string;
  rule: string;
  severity: string;
  status: string;
  path: string;
  line: number;
  message_id: string | null;
  series: string;
  place: number;
  newest_at: string;
  title: string;
  version: number;
  subject: string | null;
  sent: string | null;
}

const COLUMNS = raw`f.id, f.rule, f.severity, f.status, f.path, f.line, f.message_id, f.series, f.place, f.newest_at,
  s.title, s.version, m.subject, coalesce(m.sent, s.sent) as sent`;

const findingRow = (row: Shown): FindingRow => ({
  id: row.id,
  rule: row.rule,
  severity: row.severity,
  status: row.status as FoundStatus,
  path: row.path,
  line: Number(row.line),
  messageId: row.message_id,
  subject: row.subject ?? row.title,
  series: row.series,
  version: Number(row.version),
  sent: row.sent,
});

/** Findings behind a key; null for a key that is none. */
export async function seenFindings(
  sql: Sql,
  filter: FindingFilter,
  after: string | null,
  limit: number,
): Promise<Listed<FindingRow> | null> {
  const key = after === null ? null : decodeKey(after, ["string", "string", "number"]);
  if (after !== null && key === null) return null;
  const { from, order } = walk(filter);
  const wanted = [...conditions(sql, filter), ...(key === null ? [] : behind(order, key))];
  const { rows } = await raw<Shown>`select ${COLUMNS} from ${from} left join mails m on m.id = f.message_id
    where ${raw.join(wanted, raw` and `)}
    order by ${order.newest} desc, ${order.series} desc, f.place limit ${raw.lit(limit + 1)}`.execute(sql.db);
  return pageOf(rows, limit, (row) => [row.newest_at, row.series, Number(row.place)], findingRow);
}

interface Order {
  newest: RawBuilder<unknown>;
  series: RawBuilder<unknown>;
}

/**
 * Along which index the rows are gone through, so that they come in their order and no more of them is read than is shown:
 * SQLite keeps the order in which a cross join is written. Words are looked for series by series, of which there are fewer.
 */
function walk({ list, text }: FindingFilter): { from: RawBuilder<unknown>; order: Order } {
  if (list !== null) {
    return {
      from: raw`series_lists l cross join series s cross join findings f`,
      order: { newest: raw`l.newest_at`, series: raw`l.series` },
    };
  }
  if (text !== null)
    return {
      from: raw`series s cross join findings f`,
      order: { newest: raw`s.newest_at`, series: raw`s.key` },
    };
  return { from: raw`findings f cross join series s`, order: { newest: raw`f.newest_at`, series: raw`f.series` } };
}

function conditions(sql: Sql, { rule, severity, status, list, text }: FindingFilter): RawBuilder<unknown>[] {
  const out = [raw`f.series = s.key`, raw`f.latest = 1`];
  if (list !== null) out.push(raw`l.list = ${nameOf(list)}`, raw`s.key = l.series`, raw`l.found > 0`);
  if (rule !== null) out.push(raw`f.rule = ${rule}`);
  if (severity !== null) out.push(raw`f.severity = ${severity}`);
  if (status !== null) out.push(raw`f.status = ${status}`);
  if (text === null) return out;
  const pattern = `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  const like = sql.kind === "postgres" ? raw`ilike` : raw`like`;
  const has = (column: RawBuilder<unknown>) => raw`${column} ${like} ${pattern} escape '\\'`;
  const patch = raw`exists (select 1 from series_members sm join mails p on p.id = sm.mail
    where sm.series = s.key and ${has(raw`p.subject`)})`;
  out.push(raw`(${has(raw`s.title`)} or ${patch})`);
  return out;
}

function behind({ newest, series }: Order, [at, key, place]: readonly KeyPart[]): RawBuilder<unknown>[] {
  return [
    raw`(${newest}, ${series}) <= (${at}, ${key})`,
    raw`(${newest} <> ${at} or ${series} <> ${key} or f.place > ${place})`,
  ];
}

/** What the last verdicts of some series found, in their order. */
export async function findingsOfVerdicts(sql: Sql, series: readonly string[]): Promise<FindingRow[]> {
  const { rows } = await raw<Shown>`select ${COLUMNS} from findings f join series s on s.key = f.series
    left join mails m on m.id = f.message_id
    where f.latest = 1 and f.series in (${raw.join(series)}) order by f.series, f.place`.execute(sql.db);
  return rows.map(findingRow);
}

/** Where a finding of an id stands, the newest series first: an id is the same in all versions. */
export async function findingsById(sql: Sql, id: string, limit: number): Promise<FindingRow[]> {
  const { rows } = await raw<Shown>`select ${COLUMNS} from findings f join series s on s.key = f.series
    left join mails m on m.id = f.message_id
    where f.latest = 1 and f.id = ${nameOf(id)}
    order by f.newest_at desc, f.series desc, f.place limit ${raw.lit(limit)}`.execute(sql.db);
  return rows.map(findingRow);
}

/** How many findings of last verdicts each rule has. */
export async function ruleCounts(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql.db
    .selectFrom("findings")
    .select(["rule", (eb) => eb.fn.countAll().as("count")])
    .where("latest", "=", raw.lit(1))
    .groupBy("rule")
    .orderBy("rule")
    .execute();
  return new Map(rows.map(({ rule, count }) => [rule, Number(count)]));
}
