/** Things of the world as GitHub's answers show them: users, the App, repositories, commits. */
import type { App } from "./auth.js";
import { fill, type Json } from "./fill.js";
import type { Commit } from "./git-objects.js";
import type { Repo, User } from "./world.js";

export const nodeId = (kind: string, id: number | string): string => Buffer.from(`${kind}:${id}`).toString("base64url");

const WEB = "https://github.com";

export function userView(origin: string, { id, login, type }: User): Json {
  const url = `${origin}/users/${encodeURIComponent(login)}`;
  const page = type === "Bot" ? `apps/${login.replace("[bot]", "")}` : login;
  return fill("simple-user", {
    login,
    id,
    node_id: nodeId("User", id),
    type,
    url,
    html_url: `${WEB}/${page}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    repos_url: `${url}/repos`,
  });
}

export function appView(origin: string, app: App, owner: User): Json {
  const { id, slug, clientId, permissions, events } = app;
  return fill("integration", {
    id,
    slug,
    client_id: clientId,
    node_id: nodeId("App", id),
    owner: userView(origin, owner),
    name: slug,
    description: null,
    external_url: "https://example.org/",
    html_url: `${WEB}/apps/${slug}`,
    permissions,
    events,
  });
}

export const repoUrl = (origin: string, repo: Repo): string => `${origin}/repos/${repo.fullName}`;

export const webUrl = (repo: Repo): string => `${WEB}/${repo.fullName}`;

export function repoView(origin: string, repo: Repo, schema = "repository"): Json {
  const url = repoUrl(origin, repo);
  const links = {
    pulls: "/pulls{/number}",
    commits: "/commits{/sha}",
    contents: "/contents/{+path}",
    issues: "/issues{/number}",
  };
  return fill(schema, {
    id: repo.id,
    node_id: nodeId("Repository", repo.id),
    name: repo.name,
    full_name: repo.fullName,
    owner: userView(origin, repo.owner),
    private: true,
    visibility: "private",
    is_template: false,
    topics: [],
    web_commit_signoff_required: false,
    custom_properties: {},
    fork: false,
    url,
    html_url: webUrl(repo),
    clone_url: `${webUrl(repo)}.git`,
    default_branch: repo.defaultBranch,
    ...Object.fromEntries(Object.entries(links).map(([name, rest]) => [`${name}_url`, url + rest])),
  });
}

/** A commit of git's own interface. */
export function gitCommitView(origin: string, repo: Repo, commit: Commit): Json {
  const url = repoUrl(origin, repo);
  return fill("git-commit", {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url: `${url}/git/commits/${commit.sha}`,
    html_url: `${webUrl(repo)}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.author,
    tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/git/commits/${sha}`,
      html_url: `${webUrl(repo)}/commit/${sha}`,
    })),
    verification: { verified: false, reason: "unsigned" },
  });
}

/** A commit as lists show it: git's data inside, GitHub's users (none is known for these addresses) beside. */
export function commitView(origin: string, repo: Repo, commit: Commit): Json {
  const url = repoUrl(origin, repo);
  const address = `${url}/commits/${commit.sha}`;
  return fill("commit", {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url: address,
    html_url: `${webUrl(repo)}/commit/${commit.sha}`,
    comments_url: `${address}/comments`,
    author: null,
    committer: null,
    commit: {
      url: `${url}/git/commits/${commit.sha}`,
      author: commit.author,
      committer: commit.author,
      message: commit.message,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      comment_count: 0,
      verification: { verified: false, reason: "unsigned" },
    },
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${webUrl(repo)}/commit/${sha}`,
    })),
  });
}
