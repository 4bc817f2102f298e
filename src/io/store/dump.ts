/** A store as text, by which two are compared: all that it knows but what a clock said (columns whose names end in `_at`). */
import { createHash } from "node:crypto";
import type { Kysely } from "kysely";
import type { SqlStore } from "./store.js";

const TABLES = [
  "answers",
  "cursors",
  "dead_letters",
  "findings",
  "mail_notes",
  "mail_parents",
  "mails",
  "outbox",
  "removals",
  "series",
  "series_keys",
  "series_lists",
  "series_members",
  "sightings",
  "suppressions",
  "verdicts",
];

/** One line for each row, in order; bytes as their digest. Two stores that know the same give the same text. */
export async function dump(store: SqlStore): Promise<string> {
  const db = store.sql.db as unknown as Kysely<Record<string, Record<string, unknown>>>;
  const lines: string[] = [];
  for (const table of TABLES) {
    const rows = await db.selectFrom(table).selectAll().execute();
    lines.push(...rows.map((row) => `${table} ${lineOf(row)}`).sort());
  }
  return `${lines.join("\n")}\n`;
}

function lineOf(row: Record<string, unknown>): string {
  const columns = Object.keys(row).filter((name) => !name.endsWith("_at"));
  return JSON.stringify(Object.fromEntries(columns.sort().map((name) => [name, plain(name, row[name])])));
}

function plain(name: string, value: unknown): unknown {
  if (value instanceof ArrayBuffer || value instanceof Uint8Array)
    return `sha256-${createHash("sha256").update(new Uint8Array(value)).digest("hex")}`;
  // The one number that PostgreSQL gives as text, because it may be too large for JavaScript.
  return name === "sent_ms" && value !== null ? Number(value) : value;
}
