/**
 * Port to what waits to be done about pull requests. A delivery is recorded and nothing more; whoever works leases the subject
 * that it is about, with all that waits for it: what happens to one pull request happens in order, and by one worker.
 */
import type { KeptPatch } from "../review/patch-memory.js";

/** review: a head is new. command: somebody said something. recheck: somebody wants the check run again. push: of a branch. */
export const TASK_KINDS = ["review", "command", "recheck", "push"] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

export interface Task {
  /** The delivery's id: the same is never recorded twice. */
  id: string;
  /** "owner/name". */
  repository: string;
  /** Id of the App's installation; what is paused is paused for all of it. */
  installation: number;
  /** "pull 12", "push refs/heads/main", "head <commit id>": what is worked on at a time. */
  subject: string;
  kind: TaskKind;
  data: unknown;
}

/** What waits for a subject, in order of arrival, and the lease by which its holder names itself. */
export interface LeasedSubject {
  repository: string;
  installation: number;
  subject: string;
  tasks: Task[];
  /** How often working on it failed so far. */
  attempts: number;
  lease: string;
}

/** How work on a subject ended. */
export type TaskEnd =
  | { kind: "done"; outcome: string }
  /** Tried again later; `pause` keeps the whole installation back until then. */
  | { kind: "later"; retryAt: string; reason: string; counts: boolean; pause: boolean }
  /** Given up; it stays where an operator sees it. */
  | { kind: "dead"; reason: string };

/** A report that was made of a head. */
export interface KeptReport {
  head: string;
  /** Ids of what was found and what was told, with their rules. */
  findings: Record<string, string>;
  report: unknown;
}

export interface DeadTask {
  task: Task;
  reason: string;
}

/** A subject that waits: how often it failed, why, and when it is tried again. */
export interface OpenSubject {
  repository: string;
  subject: string;
  since: string;
  attempts: number;
  reason: string | null;
  retryAt: string | null;
}

export interface TaskStore {
  /** Records a delivery; false when it was recorded before. */
  putTask(task: Task, now: string): Promise<boolean>;
  /** Leases the subject that waits longest and whose time has come; null when there is none. */
  leaseSubject(
    now: string,
    leaseUntil: string,
    only?: { repository: string; subject: string },
  ): Promise<LeasedSubject | null>;
  /** Subjects that wait, oldest first: "owner/name pull 12". */
  waitingSubjects(now: string, limit: number): Promise<{ repository: string; subject: string; since: string }[]>;
  /** All subjects that have something to wait for, oldest first, and what keeps them. */
  openSubjects(limit: number): Promise<OpenSubject[]>;
  /** Prolongs a lease; false when it is another's by now. The lease gets the new time. */
  renewSubject(leased: LeasedSubject, leaseUntil: string): Promise<boolean>;
  /** Ends work on the tasks that were leased; false when the lease is another's by now. */
  endSubject(leased: LeasedSubject, end: TaskEnd, now: string): Promise<boolean>;
  /** Counts by what they wait for, for an operator. */
  taskCounts(): Promise<{ waiting: number; done: number; dead: number }>;
  deadTasks(limit: number): Promise<DeadTask[]>;
  /** Takes up what was given up. How many. */
  reviveTasks(now: string): Promise<number>;
  /** Forgets done tasks, and what was remembered of patches, from before a time. */
  pruneTasks(before: string): Promise<void>;

  /** Remembers what was made of the heads of a subject, the last one. */
  putReport(repository: string, subject: string, kept: KeptReport, now: string): Promise<void>;
  report(repository: string, subject: string): Promise<KeptReport | null>;

  /** What was made of a patch; the key says on which tree, behind which patches and with which rules. */
  recallPatch(key: string, now: string): Promise<KeptPatch | null>;
  keepPatch(key: string, kept: KeptPatch, now: string): Promise<void>;
}
