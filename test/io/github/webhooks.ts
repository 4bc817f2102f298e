/** Deliveries as GitHub posts them: signed over the bytes, with an id and the event's name; and their payloads. */
import { createHmac, randomUUID } from "node:crypto";
import type { Json } from "./fill.js";
import type { Commit } from "./git-objects.js";
import type { Check, IssueComment } from "./posts.js";
import { issueCommentView, pullView } from "./pull-views.js";
import type { State } from "./respond.js";
import { checkView } from "./routes-checks.js";
import { treeDiff } from "./tree-diff.js";
import { nodeId, repoView, userView, webUrl } from "./views.js";
import type { Pull, Repo, User } from "./world.js";

export interface Delivery {
  id?: string;
  secret?: string;
  /** Instead of the right one; null sends none. */
  signature?: string | null;
}

const ZERO = "0".repeat(40);
const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000);

/** Posts one, and gives the answer. A second call with the same id is a redelivery. */
async function post(secret: string, url: string, event: string, payload: unknown, delivery: Delivery) {
  const id = delivery.id ?? randomUUID();
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  const digest = createHmac("sha256", delivery.secret ?? secret)
    .update(body)
    .digest("hex");
  const signature = delivery.signature === undefined ? `sha256=${digest}` : delivery.signature;
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/0000000",
    "x-github-delivery": id,
    "x-github-event": event,
    ...(signature === null ? {} : { "x-hub-signature-256": signature }),
  };
  const response = await fetch(url, { method: "POST", headers, body });
  return { id, status: response.status, text: await response.text() };
}

function commitOf(repo: Repo, commit: Commit): Json {
  const parent = repo.git.commits.get(commit.parents[0] ?? "")?.tree ?? "";
  const changes = treeDiff(repo.git, parent, commit.tree);
  const paths = (...kinds: string[]): string[] =>
    changes.filter(({ status }) => kinds.includes(status)).map(({ path }) => path);
  const { name, email, date } = commit.author;
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: date,
    url: `${webUrl(repo)}/commit/${commit.sha}`,
    author: { name, email, username: name },
    committer: { name, email, username: name },
    added: paths("added", "renamed"),
    removed: paths("removed"),
    modified: paths("modified"),
  };
}

/** A pull request seen as the issue that it also is. */
function issueOf(origin: string, repo: Repo, pull: Pull): Json {
  const view = pullView(origin, repo, pull);
  const url = String(view.issue_url);
  const shared = [
    "id",
    "node_id",
    "number",
    "title",
    "user",
    "labels",
    "state",
    "locked",
    "assignee",
    "milestone",
    "comments",
    "created_at",
    "updated_at",
    "closed_at",
    "author_association",
    "body",
    "html_url",
  ];
  return {
    ...Object.fromEntries(shared.map((name) => [name, view[name]])),
    url,
    repository_url: `${origin}/repos/${repo.fullName}`,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    assignees: [],
    pull_request: { url: view.url, html_url: view.html_url, diff_url: view.diff_url, patch_url: view.patch_url },
  };
}

/** Who owns the repository, where that is an organization: deliveries then have it beside the repository. */
function organizationOf(origin: string, { owner }: Repo): Json {
  if (owner.type !== "Organization") return {};
  const url = `${origin}/orgs/${owner.login}`;
  const { login, id, node_id, avatar_url } = userView(origin, owner);
  const lists = ["repos", "events", "hooks", "issues"].map((name) => [`${name}_url`, `${url}/${name}`]);
  const members = { members_url: `${url}/members{/member}`, public_members_url: `${url}/public_members{/member}` };
  return {
    organization: { login, id, node_id, avatar_url, url, ...Object.fromEntries(lists), ...members, description: "" },
  };
}

export const webhooks = (state: State) => {
  const { app } = state;
  const around = (repo: Repo, sender: User): Json => ({
    repository: repoView(state.origin, repo),
    installation: { id: app.installation, node_id: nodeId("Installation", app.installation) },
    ...organizationOf(state.origin, repo),
    sender: userView(state.origin, sender),
  });
  const payloads = {
    /** `before` is the head that a synchronize replaced. */
    pullRequest(
      action: "opened" | "reopened" | "ready_for_review" | "synchronize",
      repo: Repo,
      pull: Pull,
      before?: string,
    ): Json {
      const heads = action === "synchronize" ? { before: before ?? ZERO, after: pull.headSha } : {};
      return {
        action,
        number: pull.number,
        ...heads,
        pull_request: pullView(state.origin, repo, pull),
        ...around(repo, pull.author),
      };
    },
    issueComment(repo: Repo, comment: IssueComment): Json {
      const pull = repo.pulls.find(({ number }) => number === comment.number) as Pull;
      const view = issueCommentView(state.origin, repo, comment);
      return {
        action: "created",
        issue: issueOf(state.origin, repo, pull),
        comment: view,
        ...around(repo, comment.user),
      };
    },
    /** A person pressed "Re-run". */
    checkRun(repo: Repo, check: Check, sender: User): Json {
      const view = checkView(state.origin, app, repo, check);
      const suite = {
        ...(view.check_suite as Json),
        head_branch: null,
        head_sha: check.headSha,
        status: check.status,
        conclusion: check.conclusion,
      };
      const more = {
        url: `${state.origin}/repos/${repo.fullName}/check-suites/${check.id}`,
        before: ZERO,
        after: check.headSha,
      };
      const times = {
        pull_requests: view.pull_requests,
        app: view.app,
        created_at: check.startedAt,
        updated_at: check.startedAt,
      };
      return {
        action: "rerequested",
        check_run: { ...view, check_suite: { ...suite, ...more, ...times } },
        ...around(repo, sender),
      };
    },
    push(repo: Repo, ref: string, before: string, after: string, sender: User): Json {
      const found = repo.git.between(before, after);
      const commits = found.slice(0, 2048).map((one) => commitOf(repo, one));
      const { login, id } = sender;
      const outer = around(repo, sender);
      const inner = outer.repository as Json;
      const owner = { ...(inner.owner as Json), name: repo.owner.login, email: null };
      const times = { created_at: seconds(String(inner.created_at)), pushed_at: seconds(state.world.time()) };
      return {
        ref: `refs/heads/${ref}`,
        before,
        after,
        created: before === ZERO,
        deleted: after === ZERO,
        forced: before !== ZERO && !repo.git.ancestors(after).has(before),
        base_ref: null,
        compare: `${webUrl(repo)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
        commits,
        head_commit: commits.at(-1) ?? null,
        ...outer,
        repository: { ...inner, owner, ...times, stargazers: 0, master_branch: repo.defaultBranch },
        pusher: { name: login, email: `${id}+${login}@users.noreply.github.com` },
      };
    },
  };
  const deliver = (url: string, event: string, payload: unknown, delivery: Delivery = {}) =>
    post(app.webhookSecret, url, event, payload, delivery);
  return { payloads, deliver };
};
