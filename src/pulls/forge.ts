/**
 * Port to the host of pull requests. Every method is about one repository; what it posts is posted once at the most: whoever
 * calls it looks first whether an earlier attempt arrived. Nothing is repeated behind the caller's back.
 */
import type { CheckOutput } from "../report/github/check-output.js";
import type { DiffPlace } from "../report/github/pull-report.js";
import type { SourceTree } from "../tree/source-tree.js";

export interface Pull {
  number: number;
  title: string;
  body: string;
  /** Login of whoever opened it. */
  author: string;
  open: boolean;
  draft: boolean;
  /** Commit ids. `base` is the tip of the branch that it goes to. */
  head: string;
  base: string;
  baseRef: string;
  /** How many commits it has, as the host counts them. */
  commitCount: number;
}

export interface Commit {
  sha: string;
  /** Commit ids; more than one for a merge. */
  parents: readonly string[];
  /** Subject and body, as git has them. */
  message: string;
  author: { name: string; email: string };
  /** When it was written, ISO 8601; null when the host gives nonsense. */
  date: string | null;
}

/** Commits from where a head left its base to the head, oldest first. */
export interface CommitList {
  commits: readonly Commit[];
  /** Where the head left its base; null when they have nothing in common. */
  mergeBase: string | null;
  /** Sentences on what is missing of it. */
  leftOut: readonly string[];
}

/** A diff in git's form, and sentences on what is missing of it. */
export interface Diff {
  text: string;
  leftOut: readonly string[];
}

/** A comment on a line of the diff. */
export interface LineComment {
  id: number;
  /** Login of whoever wrote it. */
  author: string;
  body: string;
  path: string;
  /** Id of the comment that this one answers; null for the first of a thread. */
  replyTo: number | null;
}

/** A thread of line comments. */
export interface LineThread {
  /** GraphQL's name of it. */
  id: string;
  resolved: boolean;
  /** Login of whoever resolved it; null for nobody, or somebody who is gone. */
  resolvedBy: string | null;
  /** Id of the first comment. */
  first: number;
}

export interface PostedReview {
  id: number;
  author: string;
  body: string;
  /** The head that it speaks of. */
  commit: string | null;
}

export interface PostedComment {
  id: number;
  author: string;
  body: string;
}

export type { Annotation, CheckOutput } from "../report/github/check-output.js";

export type Conclusion = "success" | "neutral" | "failure";

export interface CheckRun {
  id: number;
  externalId: string;
  completed: boolean;
  /** Annotations that it has. */
  annotations: number;
}

/** What a user may do in the repository, from the least. */
export const PERMISSIONS = ["none", "read", "triage", "write", "maintain", "admin"] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Reads. They throw {@link ForgeError}. */
export interface ForgeReads {
  /** The login that our own posts have ("patchwitness[bot]"): by it alone they are told from forged ones. */
  readonly login: string;
  /** "owner/name". */
  readonly repository: string;
  pull(number: number): Promise<Pull>;
  /** Numbers of the open pull requests with this head. */
  pullsOf(head: string): Promise<number[]>;
  /** The commits of a head since it left a base. */
  commits(base: string, head: string): Promise<CommitList>;
  /**
   * What a commit changes against its first parent: by the diff itself, else file by file, else from the blobs of the files that
   * `wanted` names; the rest is named in `leftOut`.
   */
  diffOf(commit: Commit, wanted: (path: string) => boolean): Promise<Diff>;
  /** The diff that the pull request shows (three dots), in the same way: only its lines can be commented on. */
  diffOfPull(pull: Pull, mergeBase: string, wanted: (path: string) => boolean): Promise<Diff>;
  /** Text of a file at a commit, or at the tip of a branch ("refs/heads/main"); null when there is none. */
  file(path: string, commit: string): Promise<string | null>;
  /** The files at a commit. Read as they are asked for; what could not be read is named by `unread`. */
  tree(commit: string): Promise<SourceTree & { close(): Promise<void>; unread(): readonly string[] }>;
  lineComments(number: number): Promise<LineComment[]>;
  threads(number: number): Promise<LineThread[]>;
  reviews(number: number): Promise<PostedReview[]>;
  comments(number: number): Promise<PostedComment[]>;
  /** Our own check runs of a name on a head. */
  checks(head: string, name: string): Promise<CheckRun[]>;
  permission(login: string): Promise<Permission>;
}

/** Writes, each one request; they throw {@link ForgeError}. */
export interface ForgeWrites {
  createReview(
    number: number,
    review: { commit: string; body: string; comments: readonly { place: DiffPlace; body: string }[] },
  ): Promise<void>;
  /** Answers a line comment. */
  reply(number: number, comment: number, body: string): Promise<void>;
  resolve(thread: string): Promise<void>;
  comment(number: number, body: string): Promise<void>;
  /** Makes a check run that is under way. Its id. */
  createCheck(head: string, name: string, externalId: string): Promise<number>;
  /** Adds at most 50 annotations; with a conclusion it completes the check run. */
  updateCheck(id: number, output: CheckOutput, conclusion: Conclusion | null): Promise<void>;
  /** `ref` is full: "refs/pull/12/head". */
  uploadSarif(commit: string, ref: string, sarif: string): Promise<void>;
}

export interface Forge extends ForgeReads, ForgeWrites {}

/**
 * limited: asked too much; nothing was done. away: nobody knows whether it was done. missing: there is no such thing, or we may
 * not see it. refused: it will not be done. too-large: it is more than the host gives.
 */
export type ForgeTrouble = "limited" | "away" | "missing" | "refused" | "too-large";

/** What went wrong at the host, without a word of what was sent. */
export class ForgeError extends Error {
  constructor(
    readonly trouble: ForgeTrouble,
    message: string,
    /** HTTP status; null when there was no answer. */
    readonly status: number | null,
    /** When to come again, ISO 8601; null where the host does not say. */
    readonly retryAt: string | null = null,
  ) {
    super(message);
    this.name = "ForgeError";
  }
}
