/** What is said on a pull request: comments, reviews, threads, checks, code-scanning results. */
import type { Side } from "./tree-diff.js";
import type { User } from "./world.js";

interface Posted {
  id: number;
  user: User;
  body: string;
  createdAt: string;
  updatedAt: string;
}
export interface IssueComment extends Posted {
  number: number;
  minimized: string | null;
}
export interface Review extends Posted {
  number: number;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "PENDING" | "DISMISSED";
  commitId: string;
}
export interface ReviewComment extends Posted {
  number: number;
  reviewId: number;
  path: string;
  side: Side;
  /** Null once the file changed below the comment: outdated. */
  line: number | null;
  originalLine: number | null;
  startLine: number | null;
  startSide: Side | null;
  subjectType: "line" | "file";
  commitId: string;
  originalCommitId: string;
  diffHunk: string;
  replyTo: number | null;
  minimized: string | null;
}
export interface Thread {
  id: string;
  number: number;
  first: number;
  resolvedBy: User | null;
}
export interface Annotation {
  path: string;
  start_line: number;
  end_line: number;
  start_column: number | null;
  end_column: number | null;
  annotation_level: string;
  title: string | null;
  message: string;
  raw_details: string | null;
}
export interface Check {
  id: number;
  name: string;
  headSha: string;
  user: User;
  status: string;
  conclusion: string | null;
  externalId: string;
  detailsUrl: string | null;
  startedAt: string;
  completedAt: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  annotations: Annotation[];
  actions: unknown[];
}
export interface Sarif {
  id: string;
  commitSha: string;
  ref: string;
  document: Record<string, unknown>;
  errors: string[];
}
