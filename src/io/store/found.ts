/** What was found, for a person who asks: findings with their patches, verdicts by what they are about, and dropped letters. */
import type { FoundFinding } from "../../report/found.js";
import type { FindingStatus } from "../../review/finding.js";
import type { DeadLetter, VerdictRecord } from "../../watch/records.js";
import type { Sql } from "./tables.js";
import { nameOf } from "./text.js";
import { chunks, transact } from "./transact.js";

/** What is asked for; nothing of it: all. */
export interface FoundQuery {
  /** Only patches that were sent since then (ISO 8601); those without a date are taken. */
  since?: string;
  rule?: string;
}

/** Findings of the last verdict of each series that is known, in the order in which their patches were sent. */
export async function foundFindings(sql: Sql, { since, rule }: FoundQuery): Promise<FoundFinding[]> {
  let query = sql.db
    .selectFrom("findings as f")
    .innerJoin("series as s", "s.key", "f.series")
    .innerJoin("verdicts as v", (join) =>
      join.onRef("v.series", "=", "f.series").onRef("v.revision", "=", "f.revision").onRef("v.rules", "=", "f.rules"),
    )
    .leftJoin("mails as m", "m.id", "f.message_id")
    .select(["f.id", "f.rule", "f.severity", "f.status", "f.path", "f.line", "f.message_id", "f.series", "f.place"])
    .select(["s.title", "s.version", "s.sent as series_sent", "m.subject", "m.sent"])
    // What earlier rules or fewer mails had led to was said anew since.
    .where("v.judged_at", "=", (eb) =>
      eb
        .selectFrom("verdicts as w")
        .select((of) => of.fn.max("w.judged_at").as("last"))
        .whereRef("w.series", "=", "f.series"),
    );
  if (rule !== undefined) query = query.where("f.rule", "=", rule);
  const rows = await query.execute();
  const sources = await sourcesOf(
    sql,
    rows.flatMap(({ message_id: id }) => (id === null ? [] : [nameOf(id)])),
  );
  const found = rows.map((row) => ({
    order: [row.sent ?? row.series_sent ?? "", row.series, String(row.place).padStart(6, "0")].join("\0"),
    finding: {
      id: row.id,
      rule: row.rule,
      severity: row.severity,
      status: row.status as FindingStatus,
      path: row.path,
      line: row.line,
      messageId: row.message_id,
      subject: row.subject ?? row.title,
      version: row.version,
      sent: row.sent ?? row.series_sent,
      sources: sources.get(nameOf(row.message_id ?? "")) ?? [],
    },
  }));
  const wanted = found.filter(({ finding }) => since === undefined || finding.sent === null || finding.sent >= since);
  return wanted.sort((a, b) => (a.order < b.order ? -1 : 1)).map(({ finding }) => finding);
}

/** Names of the archives in which mails stand, in order. */
async function sourcesOf(sql: Sql, mails: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const some of chunks([...new Set(mails)])) {
    const query = sql.db.selectFrom("sightings").select(["mail", "source"]).distinct().where("mail", "in", some);
    for (const { mail, source } of await query.orderBy("source").execute())
      found.set(mail, [...(found.get(mail) ?? []), source]);
  }
  return found;
}

/** The last verdict of each series that holds a mail, or that has a finding of an id; in order of when it was given. */
export async function verdictsAbout(sql: Sql, name: string): Promise<VerdictRecord[]> {
  const about = nameOf(name);
  const rows = await sql.db
    .selectFrom("verdicts as v")
    .innerJoin("series as s", "s.key", "v.series")
    .select(["v.series", "v.revision", "v.rules", "v.base", "v.report"])
    .where("v.judged_at", "=", (eb) =>
      eb
        .selectFrom("verdicts as w")
        .select((of) => of.fn.max("w.judged_at").as("last"))
        .whereRef("w.series", "=", "v.series"),
    )
    .where((eb) =>
      eb.or([
        eb("v.series", "in", eb.selectFrom("series_members").select("series").where("mail", "=", about)),
        eb("v.series", "in", eb.selectFrom("findings").select("series").where("id", "=", about)),
      ]),
    )
    .orderBy("v.judged_at")
    .orderBy("v.series")
    .execute();
  return rows.map(({ base, report, ...of }) => ({ ...of, base: JSON.parse(base), report: JSON.parse(report) }));
}

/** Takes dead letters of a key away for good, and leaves what they are about as it is; gives their kinds. */
export function dropLetters(sql: Sql, key: string): Promise<DeadLetter["kind"][]> {
  return transact(sql, async (trx) => {
    const gone = trx.deleteFrom("dead_letters").where("key", "=", nameOf(key)).returning("kind");
    return (await gone.execute()).map(({ kind }) => kind as DeadLetter["kind"]);
  });
}
