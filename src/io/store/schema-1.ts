/** Schema 1. Released: not to be changed any more. What the columns mean is told in tables.ts. */
import { type Kysely, sql } from "kysely";
import type { Sql } from "./tables.js";

/** Makes all tables and indexes of the first version. */
export async function firstSchema(db: Kysely<unknown>, kind: Sql["kind"]): Promise<void> {
  for (const statement of statements(kind)) await sql.raw(statement).execute(db);
}

/** Text compares by code in SQLite; PostgreSQL would compare by the language of whoever made the database. */
function statements(kind: Sql["kind"]): string[] {
  const types: Record<string, string> =
    kind === "postgres"
      ? { TEXT: 'text collate "C"', BYTES: "bytea", INT: "integer", BIG: "bigint" }
      : { TEXT: "text", BYTES: "blob", INT: "integer", BIG: "integer" };
  return [...TABLES, ...INDEXES].map((statement) =>
    statement.replace(/\b(?:TEXT|BYTES|INT|BIG)\b/g, (name) => types[name] ?? name),
  );
}

const TABLES = [
  `create table mails (id TEXT primary key, kind TEXT not null, subject TEXT not null, sender TEXT not null, sent TEXT,
    sent_ms BIG, form TEXT not null, digest TEXT not null, raw BYTES not null, sorted INT not null, arrived_at TEXT not null)`,
  `create table mail_parents (mail TEXT not null references mails (id), place INT not null, parent TEXT not null,
    primary key (mail, place))`,
  `create table sightings (source TEXT not null, mail TEXT not null references mails (id), ref TEXT not null,
    primary key (source, mail, ref))`,
  "create table removals (source TEXT not null, mail TEXT not null, primary key (source, mail))",
  `create table cursors (source TEXT primary key, cursor TEXT not null, mails INT not null, moved_at TEXT not null)`,
  `create table dead_letters (kind TEXT not null, key TEXT not null, source TEXT, ref TEXT not null, reason TEXT not null,
    attempts INT not null, form TEXT, raw BYTES, died_at TEXT not null, primary key (kind, key))`,
  `create table series (key TEXT primary key, title TEXT not null, author TEXT not null, version INT not null,
    total INT not null, has_cover INT not null, incomplete TEXT, change_id TEXT, previous TEXT, sent TEXT,
    revision TEXT not null, state TEXT not null, judged_rules TEXT, attempts INT not null, unfinished INT not null,
    arrived_at TEXT not null, retry_at TEXT, leased_until_at TEXT)`,
  `create table series_members (mail TEXT primary key references mails (id),
    series TEXT not null references series (key) on delete cascade, place INT not null)`,
  `create table series_keys (key TEXT not null, series TEXT not null references series (key) on delete cascade,
    primary key (key, series))`,
  `create table verdicts (series TEXT not null, revision TEXT not null, rules TEXT not null, base TEXT not null,
    report TEXT not null, judged_at TEXT not null, primary key (series, revision, rules))`,
  `create table findings (series TEXT not null, revision TEXT not null, rules TEXT not null, place INT not null,
    id TEXT not null, rule TEXT not null, severity TEXT not null, status TEXT not null, message_id TEXT,
    path TEXT not null, line INT not null, primary key (series, revision, rules, place),
    foreign key (series, revision, rules) references verdicts (series, revision, rules) on delete cascade)`,
  `create table outbox (target TEXT not null, key TEXT not null, payload TEXT not null, attempts INT not null,
    put_at TEXT not null, retry_at TEXT, leased_until_at TEXT, sent_at TEXT, primary key (target, key))`,
  `create table suppressions (finding TEXT primary key, said_by TEXT not null, reason TEXT not null,
    suppressed_at TEXT not null)`,
];

const INDEXES = [
  "create index mails_unsorted on mails (arrived_at, id) where sorted = 0",
  "create index mails_by_sender on mails (sender, sent_ms)",
  "create index mail_parents_down on mail_parents (parent, mail)",
  "create index series_due on series (judged_rules, arrived_at)",
  "create index series_after on series (previous)",
  "create index series_members_of on series_members (series, place)",
  "create index series_keys_of on series_keys (series)",
  "create index findings_by_id on findings (id)",
  "create index outbox_waiting on outbox (put_at, target, key) where sent_at is null",
];
