/**
 * Workers that judge what is due. With SQLite they are loops in this process; with PostgreSQL any number of processes on any
 * machines share the work over a job queue. Either way a series is leased in the store while it is judged: when a worker is
 * killed the lease runs out, and another one takes the series over.
 */
import { createHash } from "node:crypto";
import type { OutboxRecord } from "../../watch/outbox.js";
import type { FindingRecord } from "../../watch/records.js";
import type { DueSeries } from "../../watch/store.js";
import type { Job } from "./graphile.js";
import type { SqlStore } from "./store.js";
import { work } from "./work.js";

/** What came of judging a series. */
export interface Judgement {
  base: unknown;
  report: unknown;
  findings: FindingRecord[];
  outbox: OutboxRecord[];
}

export interface WorkerOptions {
  store: SqlStore;
  /** Version of the rules: everything that these have not judged is due. */
  rules: string;
  /** Judges a series; what it throws is a failure of the series. It should end soon when the signal says so. */
  judge(due: DueSeries, signal: AbortSignal): Promise<Judgement>;
  /** Ends the workers, when what they judge is done. */
  signal: AbortSignal;
  /** Series that this process judges at once. */
  concurrency?: number;
  /** How long a series stays with a worker that is never heard of again. It is renewed while a worker judges. */
  leaseMs?: number;
  /** How long an incomplete series waits for more mails. */
  quietMs?: number;
  /** How long a failed series waits, by how often it failed. */
  retryMs?(attempts: number): number;
  /** How often to look for what is due. */
  pollMs?: number;
  /** Ends when nothing is due any more, rather than waiting for more. */
  once?: boolean;
  /** Which series are due, as the port of the store says; both false when left out. */
  unjudged?: boolean;
  superseded?: boolean;
}

const DEFAULTS = {
  concurrency: 1,
  leaseMs: 60_000,
  quietMs: 30 * 60_000,
  retryMs: (attempts: number): number => 5 * 60_000 * 4 ** attempts,
  pollMs: 5_000,
  once: false,
  unjudged: false,
  superseded: false,
};

/** Series that are queued ahead; the oldest come first, and each look adds what others have finished. */
const AHEAD = 500;

type Settings = WorkerOptions & typeof DEFAULTS;

/** What jobs of judging are called in PostgreSQL's queue. */
const JUDGING = "patchwitness-judge";

/**
 * Judges what is due until the signal ends it (or, with `once`, until nothing is due). Rejects when the store cannot be used; a
 * server that is away for a while is waited for.
 */
export function startWorkers(options: WorkerOptions): Promise<void> {
  return work({ ...DEFAULTS, ...options }, options.store.sql.pool, (signal) => {
    const settings: Settings = { ...DEFAULTS, ...options, signal };
    return { task: JUDGING, next: (series) => judgeNext(settings, series), due: () => dueJobs(settings) };
  });
}

/**
 * Queues what is due, one job for each series, revision and version of the rules; gives how many are new. Workers do so themselves
 * from time to time: this only spares them the wait. Without PostgreSQL there is nothing to queue.
 */
export async function enqueueDue(options: Pick<WorkerOptions, "store" | "rules" | "quietMs">): Promise<number> {
  const { pool } = options.store.sql;
  if (pool === null) return 0;
  const { openQueue } = await import("./graphile.js");
  const queue = await openQueue(pool, JUDGING);
  try {
    return await queue.add(await dueJobs({ ...DEFAULTS, ...options }));
  } finally {
    await queue.close();
  }
}

type Wanted = Pick<Settings, "rules" | "quietMs" | "unjudged" | "superseded">;

async function dueJobs(settings: Wanted & Pick<Settings, "store">): Promise<Job[]> {
  const due = await settings.store.due({ ...moment(settings), leaseUntil: null, limit: AHEAD });
  return due.map(({ series }) => {
    const name = JSON.stringify([series.key, series.revision, settings.rules]);
    return { key: createHash("sha256").update(name).digest("hex"), about: series.key };
  });
}

function moment({ rules, quietMs, unjudged, superseded }: Wanted) {
  return { now: later(0), quietSince: later(-quietMs), rules, unjudged, superseded };
}

function later(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

/** Leases the oldest due series, or the one of a key, and judges it. False when there is none. */
async function judgeNext(settings: Settings, only?: string): Promise<boolean> {
  const when = { ...moment(settings), leaseUntil: later(settings.leaseMs), limit: 1 };
  const [due] = await settings.store.due(only === undefined ? when : { ...when, only });
  if (due === undefined) return false;
  await judgeLeased(settings, due);
  return true;
}

async function judgeLeased({ store, rules, judge, signal, leaseMs, retryMs }: Settings, due: DueSeries): Promise<void> {
  const { key, revision } = due.series;
  const renew = setInterval(() => store.renew(key, revision, later(leaseMs)).catch(() => {}), leaseMs / 3);
  let judgement: Judgement;
  try {
    judgement = await judge(due, signal);
  } catch (error) {
    if (signal.aborted) await store.renew(key, revision, null);
    else await store.failSeries(key, reasonOf(error), later(retryMs(due.attempts)), later(0));
    return;
  } finally {
    clearInterval(renew);
  }
  const { base, report, findings, outbox } = judgement;
  await store.putVerdict({ series: key, revision, rules, base, report }, findings, outbox, later(0));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
