/** Dead letters, suppressions, and how much there is of everything. */
import { type Kysely, sql as raw } from "kysely";
import type { DeadLetter } from "../../watch/records.js";
import type { MailForm } from "../../watch/source.js";
import type { Counts } from "../../watch/store.js";
import { bytesOf } from "./rows.js";
import type { Sql, Tables } from "./tables.js";
import { nameOf } from "./text.js";
import { transact } from "./transact.js";

/** Store.deadLetters, in order of kind and key. */
export async function allLetters(sql: Sql): Promise<DeadLetter[]> {
  const rows = await sql.db.selectFrom("dead_letters").selectAll().orderBy("kind").orderBy("key").execute();
  return rows.map(({ kind, key, source, ref, reason, attempts, form, raw: bytes }) => ({
    kind: kind as DeadLetter["kind"],
    key,
    source,
    ref,
    reason,
    attempts,
    form: form as MailForm | null,
    raw: bytes === null ? null : bytesOf(bytes),
  }));
}

/** Store.revive: takes a letter away; a series is open again, as if it had never failed. */
export function reviveLetter(sql: Sql, kind: DeadLetter["kind"], key: string): Promise<void> {
  const name = nameOf(key);
  return transact(sql, async (trx) => {
    await trx.deleteFrom("dead_letters").where("kind", "=", kind).where("key", "=", name).execute();
    if (kind !== "series") return;
    const open = { state: "open", attempts: 0, unfinished: 0, retry_at: null, leased_until_at: null };
    await trx.updateTable("series").set(open).where("key", "=", name).where("state", "=", "dead").execute();
  });
}

/** Store.suppress, by itself or within a transaction. Whoever speaks last is heard. */
export async function suppressFinding(
  db: Kysely<Tables>,
  finding: string,
  said_by: string,
  reason: string,
  now: string,
): Promise<void> {
  const said = { said_by, reason, suppressed_at: now };
  const put = db.insertInto("suppressions").values({ finding: nameOf(finding), ...said });
  await put.onConflict((conflict) => conflict.column("finding").doUpdateSet(said)).execute();
}

/** Store.unsuppress. */
export async function unsuppressFinding(db: Kysely<Tables>, finding: string): Promise<void> {
  await db.deleteFrom("suppressions").where("finding", "=", nameOf(finding)).execute();
}

/** Store.suppressed. */
export async function suppressedFindings(sql: Sql): Promise<ReadonlySet<string>> {
  const rows = await sql.db.selectFrom("suppressions").select("finding").orderBy("finding").execute();
  return new Set(rows.map(({ finding }) => finding));
}

/** Store.counts: one statement, so that all numbers are of one moment. */
export async function countAll(sql: Sql): Promise<Counts> {
  const count = (from: string) => raw<number | string>`(select count(*) from ${raw.raw(from)})`;
  const { rows } = await raw<Record<string, number | string>>`select
    ${count("mails")} as mails, ${count("sightings")} as sightings, ${count("verdicts")} as verdicts,
    ${count("findings")} as findings, ${count("outbox where state in ('waiting', 'held')")} as outbox,
    ${count("dead_letters")} as letters, ${count("series where state = 'open'")} as open,
    ${count("series where state = 'judged'")} as judged, ${count("series where state = 'dead'")} as dead`.execute(
    sql.db,
  );
  // PostgreSQL counts in numbers that are larger than those of JavaScript, and gives them as text.
  const of = (name: string): number => Number(rows[0]?.[name] ?? 0);
  return {
    mails: of("mails"),
    sightings: of("sightings"),
    series: { open: of("open"), judged: of("judged"), dead: of("dead") },
    verdicts: of("verdicts"),
    findings: of("findings"),
    outbox: of("outbox"),
    deadLetters: of("letters"),
  };
}
