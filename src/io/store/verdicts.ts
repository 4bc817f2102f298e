/** Verdicts, what they found, and what is to be sent because of them. */
import type { Transaction } from "kysely";
import type { OutboxRecord } from "../../watch/outbox.js";
import type { FindingRecord, VerdictRecord } from "../../watch/records.js";
import { json, putRows } from "./outbox.js";
import { settleSeries } from "./overview.js";
import type { Sql, Tables } from "./tables.js";
import { nameOf } from "./text.js";
import { chunks, transact } from "./transact.js";

type Trx = Transaction<Tables>;

/** Verdicts that are read at once: a report may be some megabytes. */
const PAGE = 50;

/** Store.putVerdict: all of it in one transaction, or false and nothing. */
export function recordVerdict(
  sql: Sql,
  verdict: VerdictRecord,
  findings: readonly FindingRecord[],
  outbox: readonly OutboxRecord[],
  now: string,
): Promise<boolean> {
  return transact(sql, async (trx) => {
    const series = nameOf(verdict.series);
    const [revision, rules] = [nameOf(verdict.revision), nameOf(verdict.rules)];
    // The row stays locked from here on: no mail can change the revision before the verdict stands.
    const held = trx.selectFrom("series").select("key").where("key", "=", series).where("revision", "=", revision);
    const locked = sql.kind === "postgres" ? held.forUpdate() : held;
    if ((await locked.execute()).length === 0) return false;
    const [base, report] = [json(verdict.base), json(verdict.report)];
    const put = trx.insertInto("verdicts").values({ series, revision, rules, base, report, judged_at: now });
    const fresh = put.onConflict((conflict) => conflict.columns(["series", "revision", "rules"]).doNothing());
    if ((await fresh.returning("series").execute()).length === 0) return false;
    await endLease(trx, series, rules);
    await putFindings(trx, { series, revision, rules }, findings);
    await settleSeries(trx, series);
    await putRows(trx, outbox, now);
    return true;
  });
}

async function endLease(trx: Trx, series: string, rules: string): Promise<void> {
  const ended = {
    state: "judged",
    judged_rules: rules,
    attempts: 0,
    unfinished: 0,
    retry_at: null,
    leased_until_at: null,
  };
  await trx.updateTable("series").set(ended).where("key", "=", series).execute();
  await trx.deleteFrom("dead_letters").where("kind", "=", "series").where("key", "=", series).execute();
}

async function putFindings(
  trx: Trx,
  of: { series: string; revision: string; rules: string },
  findings: readonly FindingRecord[],
): Promise<void> {
  const rows = findings.map(({ id, rule, severity, status, messageId, path, line }, place) => {
    return {
      ...of,
      place,
      id: nameOf(id),
      rule,
      severity,
      status,
      message_id: messageId,
      path,
      line,
      newest_at: "",
      latest: 0,
    };
  });
  for (const some of chunks(rows)) await trx.insertInto("findings").values(some).execute();
}

/** Store.verdicts: a page at a time, each behind the one before; a verdict is never changed. */
export async function* allVerdicts(
  sql: Sql,
): AsyncGenerator<{ verdict: VerdictRecord; findings: FindingRecord[] }, void, undefined> {
  let last: { series: string; revision: string; rules: string } | null = null;
  for (;;) {
    let query = sql.db.selectFrom("verdicts").select(["series", "revision", "rules", "base", "report"]);
    if (last !== null) {
      const { series, revision, rules }: { series: string; revision: string; rules: string } = last;
      query = query.where((eb) =>
        eb(eb.refTuple("series", "revision", "rules"), ">", eb.tuple(series, revision, rules)),
      );
    }
    const rows = await query.orderBy("series").orderBy("revision").orderBy("rules").limit(PAGE).execute();
    for (const { series, revision, rules, base, report } of rows) {
      const verdict = { series, revision, rules, base: JSON.parse(base), report: JSON.parse(report) };
      yield { verdict, findings: await findingsOf(sql, verdict) };
    }
    last = rows.at(-1) ?? null;
    if (last === null) return;
  }
}

async function findingsOf(sql: Sql, { series, revision, rules }: VerdictRecord): Promise<FindingRecord[]> {
  const rows = await sql.db
    .selectFrom("findings")
    .select(["id", "rule", "severity", "status", "message_id", "path", "line"])
    .where("series", "=", series)
    .where("revision", "=", revision)
    .where("rules", "=", rules)
    .orderBy("place")
    .execute();
  return rows.map(({ message_id, ...finding }) => ({ ...finding, messageId: message_id }));
}
