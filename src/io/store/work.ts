/**
 * Work that a store leases out, done until it is ended: in this process alone where the store is a file, else shared with all
 * processes over PostgreSQL's queue. What is due is always asked of the store: the queue only spares them the looking.
 */
import { setTimeout as wait } from "node:timers/promises";
import { EXIT, ReviewError } from "../../errors.js";
import type { Job, JobQueue } from "./graphile.js";
import type { Pool } from "./postgres.js";

export interface WorkOptions {
  /** Ends the workers, when what they are at is done. */
  signal: AbortSignal;
  /** How much this process does at once. */
  concurrency: number;
  /** How often to look for what is due. */
  pollMs: number;
  /** Ends when nothing is due any more, rather than waiting for more. */
  once: boolean;
  /** Ends a wait early; asked for anew each time, and told when the wait is over. Left out where nothing can tell. */
  wake?: (ended: AbortSignal) => Promise<void>;
}

export interface Work {
  /** What its jobs are called in PostgreSQL's queue. */
  task: string;
  /** Leases what is due, that of one job or the oldest, and does it. False when there is nothing. */
  next(about?: string): Promise<boolean>;
  /** Jobs for all that is due. */
  due(): Promise<Job[]>;
}

interface Working extends WorkOptions {
  work: Work;
}

/** Works until the signal ends it. Rejects when the store cannot be used; a server that is away for a while is waited for. */
export async function work(
  options: WorkOptions,
  pool: Pool | null,
  make: (signal: AbortSignal) => Work,
): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const working: Working = { ...options, signal, work: make(signal) };
  const workers = pool === null ? options.concurrency : 1;
  const one = async (): Promise<void> => {
    try {
      if (pool === null) await loop(working);
      else await shared(working, pool);
    } catch (error) {
      // The others finish what they have, and then all end.
      failed.abort();
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: workers }, one));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** One worker in this process. */
async function loop(working: Working): Promise<void> {
  while (!working.signal.aborted) {
    if (await working.work.next()) continue;
    if (working.once) return;
    await pause(working);
  }
}

async function pause({ pollMs, signal, wake }: Working): Promise<void> {
  const ended = new AbortController();
  const over = AbortSignal.any([signal, ended.signal]);
  const waiting = wait(pollMs, undefined, { signal: over }).catch(() => {});
  await (wake === undefined ? waiting : Promise.race([waiting, wake(over)]));
  ended.abort();
}

/** Works on the job queue, and puts into it what is due: also what a worker had that is dead now. */
async function shared(working: Working, pool: Pool): Promise<void> {
  if (working.signal.aborted) return;
  const { openQueue } = await import("./graphile.js");
  const queue = await openQueue(pool, working.work.task);
  try {
    if (working.once) await drain(working, queue, pool);
    else await serve(working, queue, pool);
  } finally {
    await queue.close();
  }
}

/** What a job does, and what went wrong in one: the queue keeps that to itself. */
function handler({ work: { next } }: Working): { handle(about: string): Promise<void>; check(): void } {
  let failure: unknown = null;
  return {
    async handle(about) {
      await next(about).catch((error: unknown) => {
        failure = error;
      });
    },
    check() {
      const error = failure;
      failure = null;
      if (error !== null) throwUnlessAway(error);
    },
  };
}

/** A server that cannot be reached may come back; anything else will not mend itself. */
function throwUnlessAway(error: unknown): void {
  if (!(error instanceof ReviewError) || error.exit !== EXIT.network) throw error;
}

async function serve(working: Working, queue: JobQueue, pool: Pool): Promise<void> {
  const { runJobs } = await import("./graphile.js");
  const { handle, check } = handler(working);
  const { concurrency, pollMs, signal } = working;
  const runner = await runJobs(pool, { task: working.work.task, handle, concurrency }, pollMs);
  try {
    while (!signal.aborted) {
      await working.work.due().then(queue.add).catch(throwUnlessAway);
      await pause(working);
      check();
    }
  } finally {
    await runner.stop();
  }
}

/** Until nothing is due: what others have leased is theirs. */
async function drain(working: Working, queue: JobQueue, pool: Pool): Promise<void> {
  const { runWaitingJobs } = await import("./graphile.js");
  const { handle, check } = handler(working);
  const { signal, concurrency } = working;
  while (!signal.aborted) {
    const jobs = await working.work.due();
    if (jobs.length === 0) return;
    await queue.add(jobs);
    await runWaitingJobs(pool, { task: working.work.task, handle, concurrency });
    check();
  }
}
