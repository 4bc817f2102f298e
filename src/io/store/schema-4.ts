/** Schema 4: what waits to be done about pull requests, and what was made of them. */
import { type Kysely, sql } from "kysely";
import type { Sql } from "./tables.js";

/** Adds the tables of deliveries, of subjects that are worked on, of reports and of remembered patches. */
export async function pullSchema(db: Kysely<unknown>, kind: Sql["kind"]): Promise<void> {
  for (const statement of STATEMENTS) {
    const text = kind === "postgres" ? 'text collate "C"' : "text";
    await sql.raw(statement.replace(/\bTEXT\b/g, text).replace(/\bINT\b/g, "bigint")).execute(db);
  }
}

const STATEMENTS = [
  `create table pull_tasks (id TEXT primary key, repository TEXT not null, installation INT not null, subject TEXT not null,
    kind TEXT not null, data TEXT not null, state TEXT not null, outcome TEXT, place INT not null, came_at TEXT not null,
    ended_at TEXT)`,
  "create index pull_tasks_waiting on pull_tasks (repository, subject, place, id) where state = 'waiting'",
  "create index pull_tasks_ended on pull_tasks (ended_at) where state = 'done'",
  `create table pull_subjects (repository TEXT not null, subject TEXT not null, installation INT not null,
    waiting_since_at TEXT, attempts INT not null, tasks INT not null, reason TEXT, retry_at TEXT, leased_until_at TEXT,
    primary key (repository, subject))`,
  "create index pull_subjects_waiting on pull_subjects (waiting_since_at) where waiting_since_at is not null",
  `create table pull_reports (repository TEXT not null, subject TEXT not null, head TEXT not null, findings TEXT not null,
    report TEXT not null, made_at TEXT not null, primary key (repository, subject))`,
  "create table patch_memory (key TEXT primary key, judged TEXT not null, used_at TEXT not null)",
  "create index patch_memory_used on patch_memory (used_at)",
  "create table pauses (installation INT primary key, until_at TEXT not null)",
];
