/** Records of the port as rows of tables, and rows as records. */
import type { DeadLetter, MailRecord, SeriesRecord } from "../../watch/records.js";
import type { LetterRow, MailRow, SeriesRow, Sql } from "./tables.js";
import { nameOf } from "./text.js";
import { chunks } from "./transact.js";

/** A mail as its row. */
export function mailRow(mail: MailRecord, arrived_at: string): MailRow {
  const { kind, subject, sent, form, digest } = mail;
  const time = Date.parse(sent ?? "");
  return {
    id: nameOf(mail.id),
    kind,
    subject,
    sender: nameOf(mail.sender),
    sent,
    sent_ms: Number.isNaN(time) ? null : time,
    form,
    digest,
    patch_id: null,
    raw: toBuffer(mail.raw),
    sorted: kind === "other" ? 1 : 0,
    arrived_at,
  };
}

/** A dead letter as its row. */
export function letterRow(letter: DeadLetter, died_at: string): LetterRow {
  const { kind, source, reason, attempts, form } = letter;
  const bytes = letter.raw === null ? null : toBuffer(letter.raw);
  return {
    kind,
    key: nameOf(letter.key),
    source,
    ref: nameOf(letter.ref),
    reason,
    attempts,
    form,
    raw: bytes,
    died_at,
  };
}

/** A series as its row, as if it had just come. */
export function seriesRow(one: SeriesRecord, now: string): SeriesRow {
  return {
    key: nameOf(one.key),
    title: one.title,
    author: one.author,
    version: one.version,
    total: one.total,
    has_cover: one.hasCover ? 1 : 0,
    incomplete: one.incomplete,
    change_id: one.changeId,
    previous: one.previous === null ? null : nameOf(one.previous),
    sent: one.sent,
    revision: nameOf(one.revision),
    state: "open",
    judged_rules: null,
    attempts: 0,
    unfinished: 0,
    arrived_at: now,
    newest_at: "",
    retry_at: null,
    leased_until_at: null,
  };
}

/** Rows of series as records, with their members. */
export async function toSeries(db: Sql["db"], rows: readonly SeriesRow[]): Promise<SeriesRecord[]> {
  const members = new Map<string, string[]>(rows.map(({ key }) => [key, []]));
  for (const some of chunks(rows)) {
    const keys = some.map(({ key }) => key);
    const found = db.selectFrom("series_members").select(["mail", "series"]).where("series", "in", keys);
    for (const { mail, series } of await found.orderBy("series").orderBy("place").execute())
      members.get(series)?.push(mail);
  }
  return rows.map((row) => ({
    key: row.key,
    title: row.title,
    author: row.author,
    version: row.version,
    total: row.total,
    members: members.get(row.key) ?? [],
    hasCover: row.has_cover === 1,
    incomplete: row.incomplete,
    changeId: row.change_id,
    previous: row.previous,
    sent: row.sent,
    revision: row.revision,
  }));
}

/** Bytes as a driver gives them: libsql an ArrayBuffer, pg a Buffer. */
export function bytesOf(value: Uint8Array | ArrayBuffer): Uint8Array {
  return value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.length);
}

/** The same bytes, not copied, as both drivers take them. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
