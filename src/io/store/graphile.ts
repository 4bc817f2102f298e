/**
 * Jobs in PostgreSQL, on an existing queue. The only importer of graphile-worker. A job only says that something may be due: who
 * works on it is told by the lease in the store, so that a job that runs twice, or beside another, does no harm.
 */
import { Logger, makeWorkerUtils, type Runner, run, runOnce } from "graphile-worker";
import type { Pool } from "./postgres.js";

export interface Job {
  /** At most 512 characters; the same key is never queued twice. */
  key: string;
  /** What it says may be due. */
  about: string;
}

export interface JobQueue {
  /** Queues those that do not wait already; gives how many those are. */
  add(jobs: readonly Job[]): Promise<number>;
  close(): Promise<void>;
}

/** It would print to the console; what matters is in the store. */
const logger = new Logger(() => () => {});

/** Opens the queue for tasks of one name; its own tables are made (in the schema `graphile_worker`) when they are not there. */
export async function openQueue(pool: Pool, task: string): Promise<JobQueue> {
  const utils = await makeWorkerUtils({ pgPool: pool, logger });
  await utils.migrate();
  await clear(pool, task, utils.completeJobs);
  return {
    async add(jobs) {
      const waiting = await waitingKeys(
        pool,
        jobs.map(({ key }) => key),
      );
      const fresh = jobs.filter(({ key }) => !waiting.has(key));
      if (fresh.length === 0) return 0;
      // One try: what fails is tried again when the store says so. A job that a dead worker holds gives its key away.
      await utils.addJobs(
        fresh.map(({ key, about }) => ({ identifier: task, payload: { about }, jobKey: key, maxAttempts: 1 })),
      );
      return fresh.length;
    },
    close: async () => utils.release(),
  };
}

async function waitingKeys(pool: Pool, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ key: string }>(
    `select key from graphile_worker.jobs
     where key = any($1::text[]) and locked_at is null and attempts < max_attempts`,
    [keys],
  );
  return new Set(rows.map(({ key }) => key));
}

/** Takes away what dead workers left: jobs that gave their key away, and whose lock the queue itself holds for void. */
async function clear(pool: Pool, task: string, complete: (ids: string[]) => Promise<unknown>): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from graphile_worker.jobs where task_identifier = $1 and key is null and attempts >= max_attempts
     and (locked_at is null or locked_at < now() - interval '4 hours')`,
    [task],
  );
  if (rows.length > 0) await complete(rows.map(({ id }) => id));
}

type Handle = (about: string) => Promise<void>;

const tasks = (task: string, handle: Handle) => ({
  [task]: (payload: unknown) => handle(String((payload as { about?: unknown } | null)?.about)),
});

/** Jobs of one name, and what is done about them. */
interface Run {
  task: string;
  handle: Handle;
  concurrency: number;
}

/** Runs jobs as they come; `pollMs` is how often it looks when nothing told it. */
export function runJobs(pool: Pool, { task, handle, concurrency }: Run, pollMs: number): Promise<Runner> {
  const options = { pgPool: pool, logger, noHandleSignals: true, concurrency, pollInterval: pollMs };
  return run({ ...options, taskList: tasks(task, handle) });
}

/** Runs the jobs that are there, and ends. */
export function runWaitingJobs(pool: Pool, { task, handle, concurrency }: Run): Promise<void> {
  return runOnce({ pgPool: pool, logger, noHandleSignals: true, concurrency, taskList: tasks(task, handle) });
}
