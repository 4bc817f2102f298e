/** Schema 3: what is sent, and what people say to it. Released: not to be changed any more. */
import { type Kysely, sql } from "kysely";
import type { Sql } from "./tables.js";

/** Adds to the outbox what sending needs, and tables for commands, links and answers. */
export async function speechSchema(db: Kysely<unknown>, kind: Sql["kind"]): Promise<void> {
  for (const statement of STATEMENTS) {
    const text = kind === "postgres" ? 'text collate "C"' : "text";
    await sql.raw(statement.replace(/\bTEXT\b/g, text).replace(/\bINT\b/g, "integer")).execute(db);
  }
}

const STATEMENTS = [
  "alter table outbox add column state TEXT not null default 'waiting'",
  "alter table outbox add column reason TEXT",
  "alter table outbox add column not_before_at TEXT",
  "alter table outbox add column list TEXT not null default ''",
  "alter table outbox add column author TEXT not null default ''",
  "alter table outbox add column thread TEXT not null default ''",
  "alter table outbox add column word TEXT",
  "alter table outbox add column pending INT not null default 0",
  "alter table outbox add column first_attempt_at TEXT",
  "alter table outbox add column attempted_at TEXT",
  "create index outbox_attempted on outbox (target, attempted_at) where attempted_at is not null",
  "create index outbox_by_thread on outbox (thread)",
  `create table mail_notes (mail TEXT primary key references mails (id), notes TEXT not null, has_commands INT not null,
    outcome TEXT, came_at TEXT not null, ended_at TEXT)`,
  "create index mail_notes_open on mail_notes (came_at, mail) where has_commands = 1 and outcome is null",
  `create table answers (finding TEXT not null, said_by TEXT not null, rule TEXT not null, valid INT not null,
    reason TEXT not null, via TEXT not null, answered_at TEXT not null, primary key (finding, said_by))`,
  "create table secrets (name TEXT primary key, secret TEXT not null)",
];
