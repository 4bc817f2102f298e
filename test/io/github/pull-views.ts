/** Pull requests and what was said on them, as GitHub's answers show them. */
import { fill, type Json } from "./fill.js";
import type { Limits } from "./limits.js";
import type { IssueComment, Review, ReviewComment } from "./posts.js";
import { type FileChange, patchOf } from "./tree-diff.js";
import { nodeId, repoUrl, repoView, userView, webUrl } from "./views.js";
import type { Pull, Repo } from "./world.js";

/** How the author stands to the repository, by the permission that a test gave. */
const associationOf = (repo: Repo, login: string): string => {
  const permission = repo.permissions.get(login) ?? "none";
  if (login === repo.owner.login) return "OWNER";
  if (permission === "admin" || permission === "maintain" || permission === "write") return "COLLABORATOR";
  return permission === "none" ? "NONE" : "CONTRIBUTOR";
};

export function pullView(origin: string, repo: Repo, pull: Pull, schema = "pull-request"): Json {
  const [url, web] = [`${repoUrl(origin, repo)}/pulls/${pull.number}`, `${webUrl(repo)}/pull/${pull.number}`];
  const issue = `${repoUrl(origin, repo)}/issues/${pull.number}`;
  const end = (from: Repo | null, ref: string, sha: string): Json => ({
    label: `${(from ?? repo).owner.login}:${ref}`,
    ref,
    sha,
    user: from === null ? null : userView(origin, from.owner),
    repo: from === null ? null : repoView(origin, from),
  });
  const changes = repo.changes(pull.baseSha, pull.headSha);
  const sum = (name: "additions" | "deletions"): number => changes.reduce((all, one) => all + one[name], 0);
  const counted = {
    mergeable: true,
    rebaseable: true,
    mergeable_state: "clean",
    commits: repo.git.between(pull.baseSha, pull.headSha).length,
    changed_files: changes.length,
    additions: sum("additions"),
    deletions: sum("deletions"),
    comments: repo.issueComments.filter(({ number }) => number === pull.number).length,
    review_comments: repo.reviewComments.filter(({ number }) => number === pull.number).length,
    maintainer_can_modify: false,
    merged: false,
  };
  const paths = { self: url, html: web, issue, comments: `${issue}/comments`, review_comments: `${url}/comments` };
  const more = {
    review_comment: `${url}/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${repoUrl(origin, repo)}/statuses/${pull.headSha}`,
  };
  return fill(schema, {
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    number: pull.number,
    state: pull.state,
    locked: false,
    active_lock_reason: null,
    title: pull.title,
    body: pull.body,
    draft: pull.draft,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    user: userView(origin, pull.author),
    author_association: associationOf(repo, pull.author.login),
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    head: end(pull.headRepo, pull.headRef, pull.headSha),
    base: end(repo, pull.baseRef, pull.baseSha),
    url,
    html_url: web,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    issue_url: issue,
    comments_url: `${issue}/comments`,
    review_comments_url: `${url}/comments`,
    commits_url: `${url}/commits`,
    _links: Object.fromEntries(Object.entries({ ...paths, ...more }).map(([name, href]) => [name, { href }])),
    ...(schema === "pull-request" ? counted : {}),
  });
}

export function fileView(origin: string, repo: Repo, head: string, change: FileChange, limits: Limits): Json {
  const path = change.path.split("/").map(encodeURIComponent).join("/");
  const patch = patchOf(change);
  const shown = patch !== "" && change.additions + change.deletions <= limits.patchLines;
  return fill("diff-entry", {
    sha: (change.after ?? change.before)?.sha ?? null,
    filename: change.path,
    status: change.status,
    additions: change.additions,
    deletions: change.deletions,
    changes: change.additions + change.deletions,
    blob_url: `${webUrl(repo)}/blob/${head}/${path}`,
    raw_url: `${webUrl(repo)}/raw/${head}/${path}`,
    contents_url: `${repoUrl(origin, repo)}/contents/${path}?ref=${head}`,
    ...(shown ? { patch } : {}),
    ...(change.status === "renamed" ? { previous_filename: change.previous } : {}),
  });
}

export function issueCommentView(origin: string, repo: Repo, c: IssueComment): Json {
  return fill("issue-comment", {
    id: c.id,
    node_id: nodeId("IssueComment", c.id),
    url: `${repoUrl(origin, repo)}/issues/comments/${c.id}`,
    html_url: `${webUrl(repo)}/pull/${c.number}#issuecomment-${c.id}`,
    issue_url: `${repoUrl(origin, repo)}/issues/${c.number}`,
    user: userView(origin, c.user),
    body: c.body,
    author_association: associationOf(repo, c.user.login),
    created_at: c.createdAt,
    updated_at: c.updatedAt,
  });
}

export function reviewView(origin: string, repo: Repo, r: Review): Json {
  const [pull, web] = [
    `${repoUrl(origin, repo)}/pulls/${r.number}`,
    `${webUrl(repo)}/pull/${r.number}#pullrequestreview-${r.id}`,
  ];
  return fill("pull-request-review", {
    id: r.id,
    node_id: nodeId("PullRequestReview", r.id),
    user: userView(origin, r.user),
    body: r.body,
    state: r.state,
    commit_id: r.commitId,
    html_url: web,
    pull_request_url: pull,
    author_association: associationOf(repo, r.user.login),
    ...(r.state === "PENDING" ? {} : { submitted_at: r.createdAt }),
    _links: { html: { href: web }, pull_request: { href: pull } },
  });
}

/** `review-comment` (in the list of one review) knows no `subject_type`. */
export function reviewCommentView(
  origin: string,
  repo: Repo,
  c: ReviewComment,
  schema = "pull-request-review-comment",
): Json {
  const pull = `${repoUrl(origin, repo)}/pulls/${c.number}`;
  const [url, web] = [
    `${repoUrl(origin, repo)}/pulls/comments/${c.id}`,
    `${webUrl(repo)}/pull/${c.number}#discussion_r${c.id}`,
  ];
  return fill(schema, {
    id: c.id,
    node_id: nodeId("PullRequestReviewComment", c.id),
    url,
    html_url: web,
    pull_request_url: pull,
    pull_request_review_id: c.reviewId,
    diff_hunk: c.diffHunk,
    path: c.path,
    position: c.line === null ? null : 1,
    original_position: 1,
    commit_id: c.commitId,
    original_commit_id: c.originalCommitId,
    user: userView(origin, c.user),
    body: c.body,
    side: c.side,
    line: c.line,
    original_line: c.originalLine,
    start_line: c.line === null ? null : c.startLine,
    original_start_line: c.startLine,
    start_side: c.startSide,
    ...(schema === "review-comment" ? {} : { subject_type: c.subjectType }),
    ...(c.replyTo === null ? {} : { in_reply_to_id: c.replyTo }),
    author_association: associationOf(repo, c.user.login),
    created_at: c.createdAt,
    updated_at: c.updatedAt,
    _links: { self: { href: url }, html: { href: web }, pull_request: { href: pull } },
  });
}
