/** Schema 5: what a person looks through, in the order in which it was sent. Released: not to be changed any more. */
import { type Kysely, sql } from "kysely";
import type { Sql } from "./tables.js";

/** Adds the columns, the table and the indexes that overview.ts keeps, and fills them. */
export async function overviewSchema(db: Kysely<unknown>, kind: Sql["kind"]): Promise<void> {
  for (const statement of [...STATEMENTS, ...FILLING, ...INDEXES]) {
    const text = kind === "postgres" ? 'text collate "C"' : "text";
    await sql.raw(statement.replace(/\bTEXT\b/g, text).replace(/\bINT\b/g, "integer")).execute(db);
  }
}

const STATEMENTS = [
  "alter table series add column newest_at TEXT not null default ''",
  "alter table findings add column newest_at TEXT not null default ''",
  "alter table findings add column latest INT not null default 0",
  `create table series_lists (list TEXT not null, series TEXT not null references series (key) on delete cascade,
    newest_at TEXT not null, found INT not null, primary key (list, series))`,
  "create index sightings_of on sightings (mail, source)",
];

const FILLING = [
  "update series set newest_at = case when sent is not null and sent < arrived_at then sent else arrived_at end",
  `update findings set newest_at = (select s.newest_at from series s where s.key = findings.series),
    latest = case when (select v.judged_at from verdicts v where v.series = findings.series
      and v.revision = findings.revision and v.rules = findings.rules)
      = (select max(w.judged_at) from verdicts w where w.series = findings.series) then 1 else 0 end
    where exists (select 1 from series s where s.key = findings.series)`,
  `insert into series_lists (list, series, newest_at, found)
    select distinct si.source, s.key, s.newest_at,
      (select count(*) from findings f where f.series = s.key and f.latest = 1)
    from series s join series_members m on m.series = s.key join sightings si on si.mail = m.mail`,
];

const INDEXES = [
  "create index series_newest on series (newest_at desc, key desc)",
  "create index series_lists_newest on series_lists (list, newest_at desc, series desc, found)",
  "create index series_lists_of on series_lists (series)",
  "create index findings_newest on findings (newest_at desc, series desc, place) where latest = 1",
  "create index findings_by_rule on findings (rule, newest_at desc, series desc, place) where latest = 1",
  "create index findings_by_severity on findings (severity, newest_at desc, series desc, place) where latest = 1",
  "create index findings_by_status on findings (status, newest_at desc, series desc, place) where latest = 1",
  "create index answers_by_rule on answers (rule, answered_at)",
  "create index pull_reports_made on pull_reports (made_at desc, repository desc, subject desc)",
];
