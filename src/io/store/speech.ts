/** What people said to us, and what was said before. */
import type { Transaction } from "kysely";
import type { LedgerAnswer } from "../../speak/ledger.js";
import type { MailNotes } from "../../watch/mail-notes.js";
import type { CommandEnd, PendingCommand, SpeechStore } from "../../watch/speech.js";
import { suppressFinding } from "./letters.js";
import { mailsById } from "./mails.js";
import { decideRow, putRows } from "./outbox.js";
import { settleSeries } from "./overview.js";
import { seriesByKey } from "./series.js";
import type { Sql, Tables } from "./tables.js";
import { nameOf } from "./text.js";
import { chunks, transact } from "./transact.js";

type Trx = Transaction<Tables>;

/** Versions that are looked back at: nobody posts so many. */
const MAX_VERSIONS = 100;

async function pending(sql: Sql, limit: number): Promise<PendingCommand[]> {
  const query = sql.db.selectFrom("mail_notes").select(["mail", "notes"]).where("has_commands", "=", 1);
  const rows = await query.where("outcome", "is", null).orderBy("came_at").orderBy("mail").limit(limit).execute();
  const mails = new Map(
    (
      await mailsById(
        sql,
        rows.map(({ mail }) => mail),
      )
    ).map((mail) => [mail.id, mail]),
  );
  return rows.flatMap(({ mail, notes }) => {
    const record = mails.get(mail);
    return record === undefined ? [] : [{ mail: record, notes: JSON.parse(notes) as MailNotes }];
  });
}

function endCommands(sql: Sql, mail: string, done: CommandEnd, now: string): Promise<boolean> {
  return transact(sql, async (trx) => {
    const ended = trx
      .updateTable("mail_notes")
      .set({ outcome: done.outcome, ended_at: now })
      .where("mail", "=", nameOf(mail));
    if ((await ended.where("outcome", "is", null).returning("mail").execute()).length === 0) return false;
    for (const { what, by, reason } of done.suppress) await suppressFinding(trx, what, by, reason, now);
    for (const answer of done.answers) await putAnswer(trx, answer);
    for (const series of done.recheck) await reopen(trx, series);
    for (const key of done.approve) await decideRow(trx, "mail", key, { kind: "approve" });
    for (const { key, reason } of done.drop) await decideRow(trx, "mail", key, { kind: "drop", reason });
    await putRows(trx, done.outbox, now);
    return true;
  });
}

async function putAnswer(trx: Trx, { finding, rule, valid, by, reason, via, at }: LedgerAnswer): Promise<void> {
  const said = { rule, valid: valid ? 1 : 0, reason, via, answered_at: at };
  const put = trx.insertInto("answers").values({ finding: nameOf(finding), said_by: nameOf(by), ...said });
  await put.onConflict((conflict) => conflict.columns(["finding", "said_by"]).doUpdateSet(said)).execute();
}

/** A series as if nobody had judged its revision. */
async function reopen(trx: Trx, key: string): Promise<void> {
  const row = await trx.selectFrom("series").select("revision").where("key", "=", nameOf(key)).executeTakeFirst();
  if (row === undefined) return;
  await trx.deleteFrom("verdicts").where("series", "=", nameOf(key)).where("revision", "=", row.revision).execute();
  const open = { state: "open", judged_rules: null, attempts: 0, unfinished: 0, retry_at: null };
  await trx.updateTable("series").set(open).where("key", "=", nameOf(key)).where("state", "<>", "dead").execute();
  await settleSeries(trx, nameOf(key));
}

async function linksOf(sql: Sql, mails: readonly string[]): Promise<string[]> {
  const found = new Map<string, string[]>();
  for (const some of chunks(mails.map(nameOf))) {
    const below = sql.db.selectFrom("mail_parents").select("mail").where("parent", "in", some);
    const query = sql.db.selectFrom("mail_notes").select(["mail", "notes", "came_at"]);
    const rows = await query.where((eb) => eb.or([eb("mail", "in", below), eb("mail", "in", some)])).execute();
    for (const { mail, notes, came_at } of rows)
      found.set(`${came_at} ${mail}`, (JSON.parse(notes) as MailNotes).links);
  }
  return [...new Set([...found.keys()].sort().flatMap((name) => found.get(name) ?? []))];
}

async function lineage(sql: Sql, key: string) {
  const out = [];
  const seen = new Set<string>();
  for (let next: string | null = key; next !== null && !seen.has(next) && out.length < MAX_VERSIONS; ) {
    seen.add(next);
    const found: Awaited<ReturnType<typeof seriesByKey>> = await seriesByKey(sql, next);
    if (found === null) break;
    const { state: _state, arrived: _arrived, ...series } = found;
    out.push(series);
    next = series.previous;
  }
  return out;
}

async function nextVersion(sql: Sql, key: string): Promise<string | null> {
  const query = sql.db.selectFrom("series").select("key").where("previous", "=", nameOf(key)).orderBy("key").limit(1);
  return (await query.executeTakeFirst())?.key ?? null;
}

async function findingsOf(sql: Sql, series: readonly string[]) {
  const out = new Map<string, { rule: string; series: string[] }>();
  for (const some of chunks(series.map(nameOf))) {
    const query = sql.db.selectFrom("findings").select(["id", "rule", "series"]).distinct().where("series", "in", some);
    for (const { id, rule, series: key } of await query.orderBy("series").orderBy("id").orderBy("rule").execute()) {
      const entry = out.get(id) ?? { rule, series: [] };
      out.set(id, entry);
      if (!entry.series.includes(key)) entry.series.push(key);
    }
  }
  return out;
}

async function saidOf(sql: Sql, series: readonly string[]): Promise<Set<string>> {
  const said = new Set<string>();
  for (const some of chunks(series.map(nameOf))) {
    const query = sql.db
      .selectFrom("outbox")
      .select("payload")
      .where("target", "=", "mail")
      .where("thread", "in", some);
    for (const { payload } of await query.where("state", "in", ["sent", "held", "waiting", "unsure"]).execute()) {
      const { findings } = JSON.parse(payload) as { findings?: unknown };
      for (const id of Array.isArray(findings) ? findings : []) said.add(String(id));
    }
  }
  return said;
}

async function ledger(sql: Sql): Promise<LedgerAnswer[]> {
  const rows = await sql.db
    .selectFrom("answers")
    .selectAll()
    .orderBy("answered_at")
    .orderBy("finding")
    .orderBy("said_by")
    .execute();
  return rows.map(({ finding, said_by, rule, valid, reason, via, answered_at }) => ({
    finding,
    rule,
    valid: valid === 1,
    by: said_by,
    reason,
    via: via === "hand" || via === "github" ? via : "mail",
    at: answered_at,
  }));
}

async function secret(sql: Sql, fresh: string): Promise<string> {
  const put = sql.db.insertInto("secrets").values({ name: "moderation", secret: fresh });
  await put.onConflict((conflict) => conflict.column("name").doNothing()).execute();
  const row = await sql.db.selectFrom("secrets").select("secret").where("name", "=", "moderation").executeTakeFirst();
  return row?.secret ?? fresh;
}

/** The part of the port that is about what was said. */
export function speechOver(sql: Sql): SpeechStore {
  return {
    pendingCommands: (limit) => pending(sql, limit),
    endCommands: (mail, done, now) => endCommands(sql, mail, done, now),
    linksOf: (mails) => linksOf(sql, mails),
    lineage: (key) => lineage(sql, key),
    hasLater: async (key) => (await nextVersion(sql, key)) !== null,
    nextVersion: (key) => nextVersion(sql, key),
    findingsOf: (series) => findingsOf(sql, series),
    async ruleOf(finding) {
      const query = sql.db.selectFrom("findings").select("rule").where("id", "=", nameOf(finding)).orderBy("rule");
      return (await query.limit(1).executeTakeFirst())?.rule ?? null;
    },
    saidOf: (series) => saidOf(sql, series),
    ledger: () => ledger(sql),
    putAnswer: (answer) => transact(sql, (trx) => putAnswer(trx, answer)),
    async suppressions() {
      const rows = await sql.db.selectFrom("suppressions").selectAll().orderBy("finding").execute();
      return rows.map(({ finding, said_by, reason, suppressed_at }) => ({
        what: finding,
        by: said_by,
        reason,
        at: suppressed_at,
      }));
    },
    secret: (fresh) => secret(sql, fresh),
  };
}
