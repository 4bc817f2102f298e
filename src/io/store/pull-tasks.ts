/** What waits to be done about pull requests: deliveries, and the subjects that workers lease one at a time. */
import { sql as raw, type Transaction } from "kysely";
import type { LeasedSubject, Task, TaskEnd, TaskStore } from "../../pulls/tasks.js";
import { gathered } from "./gather-writes.js";
import { json } from "./outbox.js";
import { leaseSubject, of, ready, renewSubject, toTask } from "./pull-leases.js";
import type { Sql, Tables } from "./tables.js";
import { nameOf } from "./text.js";
import { chunks, compare, transact } from "./transact.js";

type Trx = Transaction<Tables>;

interface Delivered {
  task: Task;
  now: string;
}

/** For each, whether it is new. By subject, so that two processes never wait for each other; those of one in their order. */
function putAll(sql: Sql, all: readonly Delivered[]): Promise<boolean[]> {
  const keyOf = ({ task }: Delivered): string => `${nameOf(task.repository)} ${nameOf(task.subject)}`;
  const order = [...all.entries()].sort(([i, a], [j, b]) => compare(keyOf(a), keyOf(b)) || i - j);
  return transact(sql, async (trx) => {
    const fresh: boolean[] = [];
    for (const [at, one] of order) fresh[at] = await put(trx, one);
    return fresh;
  });
}

async function put(trx: Trx, { task, now }: Delivered): Promise<boolean> {
  const [repository, subject] = [nameOf(task.repository), nameOf(task.subject)];
  const { installation, kind } = task;
  // The row of the subject counts its tasks: their place is the order in which they were recorded, whatever clocks say.
  const counted = await trx
    .insertInto("pull_subjects")
    .values({ repository, subject, installation, waiting_since_at: now, attempts: 0, tasks: 1 })
    .onConflict((conflict) =>
      conflict.columns(["repository", "subject"]).doUpdateSet({
        tasks: raw<number>`pull_subjects.tasks + 1`,
        installation,
        waiting_since_at: raw<string>`coalesce(pull_subjects.waiting_since_at, excluded.waiting_since_at)`,
      }),
    )
    .returning("tasks")
    .executeTakeFirstOrThrow();
  const row = { id: nameOf(task.id), repository, subject, installation, kind, data: json(task.data) };
  const fresh = await trx
    .insertInto("pull_tasks")
    .values({ ...row, state: "waiting", place: Number(counted.tasks), came_at: now })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .returning("id")
    .execute();
  if (fresh.length === 0) await settle(trx, repository, subject);
  return fresh.length > 0;
}

/** Since when a subject waits, by the tasks that it has. */
async function settle(trx: Trx, repository: string, subject: string): Promise<void> {
  const since = raw<string | null>`(select min(came_at) from pull_tasks t where t.repository = ${repository}
    and t.subject = ${subject} and t.state = 'waiting')`;
  await of(trx, repository, subject).set({ waiting_since_at: since }).execute();
}

function end(sql: Sql, leased: LeasedSubject, how: TaskEnd, now: string): Promise<boolean> {
  const { repository, subject } = leased;
  return transact(sql, async (trx) => {
    const later = how.kind === "later";
    const set = later
      ? {
          retry_at: how.retryAt,
          reason: how.reason,
          ...(how.counts ? { attempts: raw<number>`attempts + 1` } : {}),
        }
      : { retry_at: null, reason: how.kind === "dead" ? how.reason : null, attempts: 0 };
    const held = of(trx, repository, subject).where("leased_until_at", "=", leased.lease);
    const mine = await held
      .set({ leased_until_at: null, ...set })
      .returning("subject")
      .execute();
    if (mine.length === 0) return false;
    if (later) {
      if (how.pause) await pause(trx, leased.installation, how.retryAt);
      return true;
    }
    const state = how.kind;
    const outcome = how.kind === "done" ? how.outcome : how.reason;
    for (const some of chunks(leased.tasks.map(({ id }) => id)))
      await trx.updateTable("pull_tasks").set({ state, outcome, ended_at: now }).where("id", "in", some).execute();
    await settle(trx, repository, subject);
    return true;
  });
}

async function pause(trx: Trx, installation: number, until: string): Promise<void> {
  const insert = trx.insertInto("pauses").values({ installation, until_at: until });
  await insert
    .onConflict((conflict) =>
      conflict.column("installation").doUpdateSet({
        until_at: raw<string>`case when pauses.until_at > excluded.until_at then pauses.until_at else excluded.until_at end`,
      }),
    )
    .execute();
}

function revive(sql: Sql, now: string): Promise<number> {
  return transact(sql, async (trx) => {
    const dead = trx.updateTable("pull_tasks").where("state", "=", "dead");
    const rows = await dead
      .set({ state: "waiting", outcome: null, ended_at: null })
      .returning(["repository", "subject"])
      .execute();
    const open = { waiting_since_at: now, attempts: 0, retry_at: null, reason: null };
    for (const { repository, subject } of rows) await of(trx, repository, subject).set(open).execute();
    return rows.length;
  });
}

async function counts(sql: Sql) {
  const rows = await sql.db
    .selectFrom("pull_tasks")
    .select(["state", (eb) => eb.fn.countAll().as("count")])
    .groupBy("state")
    .execute();
  const count = (state: string): number => Number(rows.find((row) => row.state === state)?.count ?? 0);
  return { waiting: count("waiting"), done: count("done"), dead: count("dead") };
}

/** The part of the store that is about what waits. */
export function tasksOver(
  sql: Sql,
): Omit<TaskStore, "putReport" | "report" | "recallPatch" | "keepPatch" | "pruneTasks"> {
  const putOne = gathered((all: readonly Delivered[]) => putAll(sql, all));
  return {
    putTask: (task, now) => putOne({ task, now }),
    leaseSubject: (now, until, only) => leaseSubject(sql, now, until, only),
    async waitingSubjects(now, limit) {
      const rows = await ready(
        sql.db.selectFrom("pull_subjects").select(["repository", "subject", "waiting_since_at"]),
        now,
      )
        .limit(limit)
        .execute();
      return rows.map(({ repository, subject, waiting_since_at: since }) => ({
        repository,
        subject,
        since: since ?? "",
      }));
    },
    async openSubjects(limit) {
      const query = sql.db.selectFrom("pull_subjects").selectAll().where("waiting_since_at", "is not", null);
      const rows = await query
        .orderBy("waiting_since_at")
        .orderBy("repository")
        .orderBy("subject")
        .limit(limit)
        .execute();
      return rows.map(({ repository, subject, waiting_since_at, attempts, reason, retry_at }) => ({
        ...{ repository, subject, since: waiting_since_at ?? "", attempts: Number(attempts), reason },
        retryAt: retry_at,
      }));
    },
    renewSubject: (leased, until) => renewSubject(sql, leased, until),
    endSubject: (leased, how, now) => end(sql, leased, how, now),
    taskCounts: () => counts(sql),
    async deadTasks(limit) {
      const query = sql.db.selectFrom("pull_tasks").selectAll().where("state", "=", "dead");
      const rows = await query.orderBy("ended_at").orderBy("id").limit(limit).execute();
      return rows.map((row) => ({ task: toTask(row), reason: row.outcome ?? "" }));
    },
    reviveTasks: (now) => revive(sql, now),
  };
}
