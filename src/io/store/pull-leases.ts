/** Who works on what: subjects of pull requests, leased with all that waits for them. */
import type { ExpressionBuilder, SelectQueryBuilder, Transaction } from "kysely";
import type { LeasedSubject, Task, TaskKind } from "../../pulls/tasks.js";
import type { Sql, Tables } from "./tables.js";
import { nameOf } from "./text.js";
import { transact } from "./transact.js";

type Trx = Transaction<Tables>;
type SubjectRow = Tables["pull_subjects"];

/** A lease that ends later than this was made by a clock that was ahead. Milliseconds. */
const FARTHEST_MS = 6 * 3_600_000;
/** Tasks of a subject that are taken at once; a flood of deliveries about one pull request comes to one review. */
const MAX_TASKS = 500;

/** The row of a subject, to be changed. */
export const of = (trx: Trx, repository: string, subject: string) =>
  trx.updateTable("pull_subjects").where("repository", "=", repository).where("subject", "=", subject);

function passed(eb: ExpressionBuilder<Tables, "pull_subjects">, column: "retry_at" | "leased_until_at", now: string) {
  const farthest = new Date(Date.parse(now) + FARTHEST_MS).toISOString();
  const far = column === "leased_until_at" ? [eb(column, ">", farthest)] : [];
  return eb.or([eb(column, "is", null), eb(column, "<=", now), ...far]);
}

/** Subjects whose time has come, the longest waiting first. */
export function ready<O>(query: SelectQueryBuilder<Tables, "pull_subjects", O>, now: string) {
  return query
    .where("waiting_since_at", "is not", null)
    .where((eb) => passed(eb, "retry_at", now))
    .where((eb) => passed(eb, "leased_until_at", now))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("pauses")
            .select("until_at")
            .whereRef("pauses.installation", "=", "pull_subjects.installation")
            .where("until_at", ">", now),
        ),
      ),
    )
    .orderBy("waiting_since_at")
    .orderBy("repository")
    .orderBy("subject");
}

/** Leases the subject that waits longest, or the one that is named. */
export function leaseSubject(
  sql: Sql,
  now: string,
  until: string,
  only?: { repository: string; subject: string },
): Promise<LeasedSubject | null> {
  return transact(sql, async (trx) => {
    let query = ready(trx.selectFrom("pull_subjects").selectAll(), now).limit(1);
    if (only !== undefined)
      query = query.where("repository", "=", nameOf(only.repository)).where("subject", "=", nameOf(only.subject));
    const row = await (sql.kind === "postgres" ? query.forUpdate().skipLocked() : query).executeTakeFirst();
    if (row === undefined) return null;
    await of(trx, row.repository, row.subject).set({ leased_until_at: until }).execute();
    return { ...(await withTasks(trx, row)), lease: until };
  });
}

async function withTasks(trx: Trx, { repository, subject, installation, attempts }: SubjectRow) {
  const rows = await trx
    .selectFrom("pull_tasks")
    .selectAll()
    .where("repository", "=", repository)
    .where("subject", "=", subject)
    .where("state", "=", "waiting")
    .orderBy("place")
    .orderBy("id")
    .limit(MAX_TASKS)
    .execute();
  return {
    repository,
    subject,
    installation: Number(installation),
    attempts: Number(attempts),
    tasks: rows.map(toTask),
  };
}

/** A row as a task. */
export const toTask = (row: Tables["pull_tasks"]): Task => ({
  id: row.id,
  repository: row.repository,
  installation: Number(row.installation),
  subject: row.subject,
  kind: row.kind as TaskKind,
  data: JSON.parse(row.data),
});

/** Prolongs a lease. */
export async function renewSubject(sql: Sql, leased: LeasedSubject, until: string): Promise<boolean> {
  const rows = await sql.db
    .updateTable("pull_subjects")
    .set({ leased_until_at: until })
    .where("repository", "=", leased.repository)
    .where("subject", "=", leased.subject)
    .where("leased_until_at", "=", leased.lease)
    .returning("subject")
    .execute();
  if (rows.length > 0) leased.lease = until;
  return rows.length > 0;
}
