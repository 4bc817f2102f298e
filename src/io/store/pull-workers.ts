/** Workers on what waits for pull requests: in this process over SQLite, or shared over PostgreSQL (see work.ts). */
import { createHash } from "node:crypto";
import type { LeasedSubject, TaskEnd } from "../../pulls/tasks.js";
import type { Job } from "./graphile.js";
import type { SqlStore } from "./store.js";
import { type WorkOptions, work } from "./work.js";

export interface PullWorkerOptions extends Partial<Omit<WorkOptions, "signal">> {
  /** Ends the workers, when what they are at is done. */
  signal: AbortSignal;
  store: SqlStore;
  /** Works on a subject; never rejects. `held` is false where a post could outlive the lease: then nothing may be posted any more. */
  workOn(leased: LeasedSubject, held: () => boolean): Promise<TaskEnd>;
  /** How long a request to the host may take, at the most. Milliseconds; 30,000. */
  requestMs?: number;
  /**
   * How long a subject stays with a worker that is never heard of again: four requests. It is renewed meanwhile. Nobody takes it
   * sooner, even from a worker that is known to be dead: its last request may still arrive.
   */
  leaseMs?: number;
  /** Is told how work on a subject ended; "lost" when another worker has it by now. */
  onEnd?(leased: LeasedSubject, end: TaskEnd | "lost"): void;
}

const DEFAULTS = { concurrency: 2, pollMs: 5_000, once: false, requestMs: 30_000 };
type Settings = PullWorkerOptions & typeof DEFAULTS & { leaseMs: number };
/** A post may have to wait for a token first: that is two requests. So much of a lease has to be left when one is begun. */
const REQUESTS_OF_A_POST = 2;
/** Subjects that are queued ahead. */
const AHEAD = 500;
/** What their jobs are called in PostgreSQL's queue. */
const WORKING = "patchwitness-pulls";

/** Works until the signal ends it (or, with `once`, until nothing waits). Rejects when the store cannot be used. */
export function startPullWorkers(options: PullWorkerOptions): Promise<void> {
  const { requestMs = DEFAULTS.requestMs } = options;
  const settings = { ...DEFAULTS, leaseMs: 4 * requestMs, ...options };
  return work(settings, options.store.sql.pool, () => ({
    task: WORKING,
    next: (about) => workNext(settings, about),
    due: () => waitingJobs(settings.store),
  }));
}

async function waitingJobs(store: SqlStore): Promise<Job[]> {
  const waiting = await store.waitingSubjects(later(0), AHEAD);
  return waiting.map(({ repository, subject, since }) => {
    const about = JSON.stringify([repository, subject]);
    // `since` tells a subject that waits anew from the job of its last time.
    return { key: createHash("sha256").update(`${about} ${since}`).digest("hex"), about };
  });
}

const later = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** Leases the subject that waits longest, or the one of a job, and works on it. False when there is none. */
async function workNext(settings: Settings, about?: string): Promise<boolean> {
  const { store, leaseMs, requestMs } = settings;
  const leased = await store.leaseSubject(later(0), later(leaseMs), about === undefined ? undefined : subjectOf(about));
  if (leased === null) return false;
  let held = true;
  const renew = async (): Promise<void> => {
    held = (await store.renewSubject(leased, later(leaseMs))) && held;
  };
  // A renewal that fails says nothing; the lease itself says when it is over.
  const timer = setInterval(() => void renew().catch(() => {}), leaseMs / 3);
  const isHeld = (): boolean => held && leased.lease > later(REQUESTS_OF_A_POST * requestMs);
  const end = await settings.workOn(leased, isHeld).finally(() => clearInterval(timer));
  const ended = await store.endSubject(leased, end, later(0));
  settings.onEnd?.(leased, ended ? end : "lost");
  return true;
}

function subjectOf(about: string): { repository: string; subject: string } {
  try {
    const [repository, subject] = JSON.parse(about) as unknown[];
    return { repository: String(repository), subject: String(subject) };
  } catch {
    return { repository: "", subject: "" };
  }
}
