/** Where a review comment may stand: GitHub takes lines of the pull request's diff only, and OpenAPI cannot say so. */
import { type Context, invalid, type Refusal } from "./http.js";
import type { ReviewComment } from "./posts.js";
import { hunkAt, hunkHeader, type Side } from "./tree-diff.js";
import type { Pull } from "./world.js";

export interface CommentSpec {
  path: string;
  body: string;
  line?: number;
  side?: Side;
  start_line?: number;
  start_side?: Side;
  position?: number;
  subject_type?: "line" | "file";
}

export type Place = Pick<
  ReviewComment,
  "path" | "side" | "line" | "startLine" | "startSide" | "subjectType" | "diffHunk"
>;

const refuse = (field: string, message: string): Refusal =>
  invalid("PullRequestReviewComment", `pull_request_review_thread.${field}`, message);

export function checkBody(c: Context, body: unknown, resource: string): void {
  if (typeof body !== "string" || body.trim() === "") throw invalid(resource, "body", "body can't be blank");
  if (body.length > c.limits.body)
    throw invalid(resource, "body", `body is too long (maximum is ${c.limits.body} characters)`);
}

/** The commit must be one of the pull request's; lines are those of the diff up to it. */
export function checkCommit({ repo }: Context, pull: Pull, commit: string): void {
  const own = repo.git.between(pull.baseSha, pull.headSha);
  if (!own.some(({ sha }) => sha === commit)) {
    throw invalid("PullRequestReview", "commit_id", "commit_id is not part of the pull request");
  }
}

/** Finds the place of a comment, or refuses it. */
export function placeOf(c: Context, pull: Pull, commit: string, spec: CommentSpec): Place {
  checkBody(c, spec.body, "PullRequestReviewComment");
  const change = c.repo.changes(pull.baseSha, commit).find(({ path }) => path === spec.path);
  if (change === undefined) throw refuse("path", "path could not be resolved");
  const { side = "RIGHT", line } = spec;
  const none = { path: spec.path, side, line: null, startLine: null, startSide: null };
  if (spec.subject_type === "file") return { ...none, subjectType: "file", diffHunk: "" };
  if (spec.position !== undefined) throw refuse("position", "position is deprecated, and not modelled here");
  if (side !== "LEFT" && side !== "RIGHT") throw refuse("side", "side is not included in the list");
  if (line === undefined) throw refuse("line", "line is missing");
  const hunk = hunkAt(change, side, line);
  if (hunk === undefined) throw refuse("line", "line must be part of the diff");
  const [startLine, startSide] = [
    spec.start_line ?? null,
    spec.start_line === undefined ? null : (spec.start_side ?? side),
  ];
  if (startLine !== null && startSide !== null) {
    if (startSide === side && startLine >= line) throw refuse("start_line", "start_line must precede the end line");
    if (hunkAt(change, startSide, startLine) !== hunk)
      throw refuse("start_line", "start_line must be part of the same hunk as the line");
  }
  const diffHunk = [hunkHeader(hunk), ...hunk.lines].join("\n");
  return { ...none, line, startLine, startSide, subjectType: "line", diffHunk };
}
