/** What waits to be sent: leases, attempts, caps, and a moderator's word. */
import { type ExpressionBuilder, sql as raw, type Transaction, type Updateable } from "kysely";
import type { Cap, LeasedRow, OutboxRecord, OutboxRow, OutboxState, OutboxStore, SendEnd } from "../../watch/outbox.js";
import type { Sql, Tables } from "./tables.js";
import { nameOf } from "./text.js";
import { chunks, compare, transact } from "./transact.js";

type Trx = Transaction<Tables>;
type Row = Tables["outbox"];

/** A lease that ends later than this was made by a clock that was ahead. Milliseconds. */
const FARTHEST_MS = 6 * 3_600_000;

/** Rows that are listed when nobody says how many. */
const LISTED = 1000;

/** Puts rows in within a transaction; those that are there already stay as they are. */
export async function putRows(trx: Trx, records: readonly OutboxRecord[], now: string): Promise<void> {
  const rows = records.map((record) => ({
    target: nameOf(record.target),
    key: nameOf(record.key),
    payload: json(record.payload),
    state: record.state,
    not_before_at: record.notBefore,
    list: nameOf(record.list),
    author: nameOf(record.author),
    thread: nameOf(record.thread),
    word: record.word,
    pending: 0,
    attempts: 0,
    put_at: now,
  }));
  rows.sort((a, b) => compare(a.target, b.target) || compare(a.key, b.key));
  for (const some of chunks(rows)) {
    const put = trx.insertInto("outbox").values(some);
    await put.onConflict((conflict) => conflict.columns(["target", "key"]).doNothing()).execute();
  }
}

/** JSON has no word for undefined. */
export function json(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

function toRow(row: Row): OutboxRow {
  return {
    target: row.target,
    key: row.key,
    payload: JSON.parse(row.payload),
    state: row.state as OutboxState,
    notBefore: row.not_before_at,
    list: row.list,
    author: row.author,
    thread: row.thread,
    word: row.word,
    reason: row.reason,
    attempts: row.attempts,
    open: row.pending === 1,
    firstAttempt: row.first_attempt_at,
    lastAttempt: row.attempted_at,
    sent: row.sent_at,
  };
}

/** True of a time that is past, or so far ahead that no clock can have meant it. */
function passed(eb: ExpressionBuilder<Tables, "outbox">, column: "retry_at" | "leased_until_at", now: string) {
  const farthest = new Date(Date.parse(now) + FARTHEST_MS).toISOString();
  const far = column === "leased_until_at" ? [eb(column, ">", farthest)] : [];
  return eb.or([eb(column, "is", null), eb(column, "<=", now), ...far]);
}

function lease(sql: Sql, target: string, now: string, until: string): Promise<LeasedRow | null> {
  return transact(sql, async (trx) => {
    const due = trx
      .selectFrom("outbox")
      .selectAll()
      .where("target", "=", target)
      .where("state", "=", "waiting")
      .where((eb) => eb.or([eb("not_before_at", "is", null), eb("not_before_at", "<=", now)]))
      .where((eb) => passed(eb, "retry_at", now))
      .where((eb) => passed(eb, "leased_until_at", now))
      .orderBy("put_at")
      .orderBy("key")
      .limit(1);
    const row = await (sql.kind === "postgres" ? due.forUpdate().skipLocked() : due).executeTakeFirst();
    if (row === undefined) return null;
    await of(trx, row).set({ leased_until_at: until }).execute();
    return { row: toRow({ ...row, leased_until_at: until }), lease: until };
  });
}

const of = (trx: Trx, { target, key }: { target: string; key: string }) =>
  trx.updateTable("outbox").where("target", "=", nameOf(target)).where("key", "=", nameOf(key));

/** All who begin an attempt do so one after the other: of what one has begun the next one knows. */
const ONE_AT_A_TIME = 7_234_019;

function begin(sql: Sql, { row, lease: held }: LeasedRow, caps: readonly Cap[], now: string) {
  return transact(sql, async (trx): Promise<"begun" | "lost" | { until: string }> => {
    if (sql.kind === "postgres") await raw`select pg_advisory_xact_lock(${raw.lit(ONE_AT_A_TIME)})`.execute(trx);
    const mine = await trx
      .selectFrom("outbox")
      .select("key")
      .where("target", "=", row.target)
      .where("key", "=", row.key)
      .where("state", "=", "waiting")
      .where("leased_until_at", "=", held)
      .executeTakeFirst();
    if (mine === undefined || held <= now) return "lost";
    for (const cap of caps) {
      const until = await fullUntil(trx, row, cap, now);
      if (until !== null) return { until };
    }
    const first_attempt_at = row.firstAttempt ?? now;
    const set = { attempts: raw<number>`attempts + 1`, attempted_at: now, first_attempt_at, pending: 1 };
    await of(trx, row).set(set).execute();
    return "begun";
  });
}

/** When a cap has room for a row again; null when it has. */
async function fullUntil(trx: Trx, row: OutboxRow, cap: Cap, now: string): Promise<string | null> {
  if (cap.by !== "all" && row[cap.by] === "") return null;
  const since = new Date(Date.parse(now) - cap.ms).toISOString();
  // Nothing fits into a cap of nothing; it is looked at again when the span is over.
  if (cap.count === 0) return new Date(Date.parse(now) + cap.ms).toISOString();
  let query = trx
    .selectFrom("outbox")
    .select("attempted_at")
    .where("target", "=", row.target)
    .where("key", "<>", row.key)
    .where("attempted_at", ">", since)
    .orderBy("attempted_at", "desc")
    .offset(cap.count - 1)
    .limit(1);
  if (cap.by !== "all") query = query.where(cap.by, "=", row[cap.by]);
  const last = (await query.executeTakeFirst())?.attempted_at ?? null;
  return last === null ? null : new Date(Date.parse(last) + cap.ms).toISOString();
}

function end(sql: Sql, { row, lease: held }: LeasedRow, how: SendEnd): Promise<boolean> {
  return transact(sql, async (trx) => {
    const query = of(trx, row)
      .where("leased_until_at", "=", held)
      .set({ leased_until_at: null, ...changes(how, row) });
    return (await query.returning("key").execute()).length > 0;
  });
}

function changes(how: SendEnd, row: OutboxRow): Updateable<Row> {
  switch (how.state) {
    case "sent":
      // What an earlier attempt had sent after all counts from then on.
      return {
        state: "sent",
        sent_at: how.at,
        attempted_at: row.open ? row.lastAttempt : how.at,
        pending: 0,
        reason: null,
      };
    case "waiting":
      return {
        retry_at: how.retryAt,
        reason: how.reason,
        pending: how.sure ? 0 : 1,
        ...(how.sure ? { attempted_at: null } : {}),
      };
    case "postponed":
      return { retry_at: how.retryAt, reason: how.reason };
    default:
      return { state: how.state, reason: how.reason, pending: 0 };
  }
}

function decide(sql: Sql, target: string, key: string, decision: Parameters<OutboxStore["decideOutbox"]>[2]) {
  return transact(sql, async (trx) => decideRow(trx, target, key, decision));
}

/** A person's word on a row, within a transaction. */
export async function decideRow(
  trx: Trx,
  target: string,
  key: string,
  decision: Parameters<OutboxStore["decideOutbox"]>[2],
): Promise<boolean> {
  const states: OutboxState[] =
    decision.kind !== "approve"
      ? ["held", "waiting", "draft"]
      : decision.drafts === true
        ? ["held", "draft"]
        : ["held"];
  const query = of(trx, { target, key })
    .where("state", "in", states)
    .where("pending", "=", 0)
    .where("leased_until_at", "is", null)
    .set(
      decision.kind === "approve"
        ? { state: "waiting" }
        : decision.kind === "drop"
          ? { state: "dropped", reason: decision.reason }
          : { payload: json(decision.payload) },
    );
  return (await query.returning("key").execute()).length > 0;
}

/** The part of the port that is about the outbox. */
export function outboxOver(sql: Sql): OutboxStore {
  return {
    putOutbox: (rows, now) => transact(sql, (trx) => putRows(trx, rows, now)),
    leaseOutbox: (target, now, until) => lease(sql, nameOf(target), now, until),
    beginSend: (leased, caps, now) => begin(sql, leased, caps, now),
    endSend: (leased, how) => end(sql, leased, how),
    async outbox(states, limit = LISTED) {
      let query = sql.db
        .selectFrom("outbox")
        .selectAll()
        .orderBy("put_at")
        .orderBy("target")
        .orderBy("key")
        .limit(limit);
      if (states !== undefined) query = query.where("state", "in", [...states]);
      return (await query.execute()).map(toRow);
    },
    async outboxRow(target, key) {
      const query = sql.db.selectFrom("outbox").selectAll();
      const row = await query.where("target", "=", nameOf(target)).where("key", "=", nameOf(key)).executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    decideOutbox: (target, key, decision) => decide(sql, target, key, decision),
  };
}
