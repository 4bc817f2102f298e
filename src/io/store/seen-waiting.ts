/** What an operator looks through: mails that wait, what was given up, and pull requests; page by page, without their bytes. */
import { sql as raw } from "kysely";
import type { LetterRow, Listed, PullRow, QueueRow } from "../../report/html/dashboard/data.js";
import type { OutboxState } from "../../watch/outbox.js";
import { decodeKey, pageOf } from "./keyset.js";
import type { Sql } from "./tables.js";

/** Rows of the outbox in some states, those put in first first; null for a key that is none. */
export async function seenQueue(
  sql: Sql,
  states: readonly OutboxState[],
  after: string | null,
  limit: number,
): Promise<Listed<QueueRow> | null> {
  const key = after === null ? null : decodeKey(after, ["string", "string", "string"]);
  if (after !== null && key === null) return null;
  const columns = ["target", "key", "state", "reason", "list", "author", "attempts", "payload"] as const;
  let query = sql.db
    .selectFrom("outbox")
    .select([...columns, "put_at", "not_before_at"])
    .where("state", "in", [...states]);
  if (key !== null) query = query.where(raw<boolean>`(put_at, target, key) > (${key[0]}, ${key[1]}, ${key[2]})`);
  const order = query.orderBy("put_at").orderBy("target").orderBy("key");
  const rows = await order.limit(limit + 1).execute();
  return pageOf(rows, limit, ({ put_at, target, key: name }) => [put_at, target, name], queueRow);
}

function queueRow(row: {
  target: string;
  key: string;
  state: string;
  reason: string | null;
  list: string;
  author: string;
  attempts: number;
  payload: string;
  not_before_at: string | null;
}): QueueRow {
  const { target, key, state, reason, list, author, attempts, payload, not_before_at: notBefore } = row;
  return { target, key, state, reason, list, author, notBefore, attempts: Number(attempts), ...mailOf(payload) };
}

function mailOf(payload: string): Pick<QueueRow, "subject" | "recipients"> {
  const mail = JSON.parse(payload) as { subject?: unknown; recipients?: unknown } | null;
  const recipients = Array.isArray(mail?.recipients) ? mail.recipients.map(String) : [];
  return { subject: typeof mail?.subject === "string" ? mail.subject : null, recipients };
}

/** Dead letters in order of kind and key; null for a key that is none. */
export async function seenLetters(sql: Sql, after: string | null, limit: number): Promise<Listed<LetterRow> | null> {
  const key = after === null ? null : decodeKey(after, ["string", "string"]);
  if (after !== null && key === null) return null;
  let query = sql.db.selectFrom("dead_letters").select(["kind", "key", "source", "ref", "reason", "attempts"]);
  if (key !== null) query = query.where(raw<boolean>`(kind, key) > (${key[0]}, ${key[1]})`);
  const rows = await query
    .orderBy("kind")
    .orderBy("key")
    .limit(limit + 1)
    .execute();
  return pageOf(
    rows,
    limit,
    (row) => [row.kind, row.key],
    (row) => ({ ...row, kind: row.kind === "mail" ? "mail" : "series", attempts: Number(row.attempts) }),
  );
}

/** Pull requests, those reviewed last first; null for a key that is none. */
export async function seenPulls(sql: Sql, after: string | null, limit: number): Promise<Listed<PullRow> | null> {
  const key = after === null ? null : decodeKey(after, ["string", "string", "string"]);
  if (after !== null && key === null) return null;
  let query = sql.db.selectFrom("pull_reports").select(["repository", "subject", "head", "made_at", "findings"]);
  if (key !== null)
    query = query.where(raw<boolean>`(made_at, repository, subject) < (${key[0]}, ${key[1]}, ${key[2]})`);
  const order = query.orderBy("made_at", "desc").orderBy("repository", "desc").orderBy("subject", "desc");
  const rows = await order.limit(limit + 1).execute();
  return pageOf(
    rows,
    limit,
    (row) => [row.made_at, row.repository, row.subject],
    ({ repository, subject, head, made_at: madeAt, findings }) => {
      return { repository, subject, head, madeAt, findings: Object.keys(JSON.parse(findings)).length };
    },
  );
}
