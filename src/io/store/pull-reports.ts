/** What was made of pull requests: the last report of each, and what is remembered of their patches. */
import type { TaskStore } from "../../pulls/tasks.js";
import type { KeptPatch } from "../../review/patch-memory.js";
import { json } from "./outbox.js";
import type { Sql } from "./tables.js";
import { nameOf } from "./text.js";
import { transact } from "./transact.js";

type Reports = Pick<TaskStore, "putReport" | "report" | "recallPatch" | "keepPatch" | "pruneTasks">;

/** The part of the store that is about what was made. */
export function reportsOver(sql: Sql): Reports {
  return {
    async putReport(repository, subject, { head, findings, report }, now) {
      const made = { head, findings: json(findings), report: json(report), made_at: now };
      const put = sql.db
        .insertInto("pull_reports")
        .values({ repository: nameOf(repository), subject: nameOf(subject), ...made });
      await put.onConflict((conflict) => conflict.columns(["repository", "subject"]).doUpdateSet(made)).execute();
    },
    async report(repository, subject) {
      const query = sql.db.selectFrom("pull_reports").select(["head", "findings", "report"]);
      const row = await query
        .where("repository", "=", nameOf(repository))
        .where("subject", "=", nameOf(subject))
        .executeTakeFirst();
      if (row === undefined) return null;
      return { head: row.head, findings: JSON.parse(row.findings), report: JSON.parse(row.report) };
    },
    async recallPatch(key, now) {
      const update = sql.db.updateTable("patch_memory").set({ used_at: now }).where("key", "=", nameOf(key));
      const row = await update.returning("judged").executeTakeFirst();
      return row === undefined ? null : (JSON.parse(row.judged) as KeptPatch);
    },
    async keepPatch(key, kept, now) {
      const put = sql.db.insertInto("patch_memory").values({ key: nameOf(key), judged: json(kept), used_at: now });
      await put.onConflict((conflict) => conflict.column("key").doNothing()).execute();
    },
    pruneTasks: (before) =>
      transact(sql, async (trx) => {
        await trx.deleteFrom("pull_tasks").where("state", "=", "done").where("ended_at", "<", before).execute();
        await trx.deleteFrom("patch_memory").where("used_at", "<", before).execute();
        await trx.deleteFrom("pauses").where("until_at", "<", before).execute();
      }),
  };
}
