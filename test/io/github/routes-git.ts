/** Operations that read a repository: contents, git's objects and references, comparisons. */
import { fill, type Json } from "./fill.js";
import { type Entry, typeOf } from "./git-objects.js";
import { type Answer, type Context, type Handler, notFound, ok, page, pageOf, Refusal } from "./http.js";
import { fileView } from "./pull-views.js";
import { diffText } from "./tree-diff.js";
import { commitView, gitCommitView, nodeId, repoUrl, webUrl } from "./views.js";

const base64 = (bytes: Buffer): string => bytes.toString("base64").replaceAll(/.{60}/g, "$&\n");

function entryView({ origin, repo }: Context, path: string, ref: string, entry: Entry): Json {
  const type = typeOf(entry.mode);
  const steps = path.split("/").map(encodeURIComponent).join("/");
  const kind = entry.mode === "120000" ? "symlink" : type === "tree" ? "dir" : type === "commit" ? "submodule" : "file";
  const url = `${repoUrl(origin, repo)}/contents/${steps}?ref=${encodeURIComponent(ref)}`;
  const git = `${repoUrl(origin, repo)}/git/${type === "tree" ? "trees" : "blobs"}/${entry.sha}`;
  const html = `${webUrl(repo)}/blob/${ref}/${steps}`;
  return {
    type: kind,
    size: repo.git.blobs.get(entry.sha)?.length ?? 0,
    name: entry.name,
    path,
    sha: entry.sha,
    url,
    git_url: git,
    html_url: html,
    download_url: kind === "file" ? `${webUrl(repo)}/raw/${ref}/${steps}` : null,
    _links: { self: url, git, html },
  };
}

/** A file: whole up to a megabyte, without text up to a hundred, and then refused. */
function fileContent(c: Context, view: Json, bytes: Buffer): Answer {
  if (bytes.length > c.limits.blobBytes) throw new Refusal(403, "This API returns blobs up to 100 MB in size.");
  if (c.media === "raw") return { status: 200, body: bytes, type: "application/vnd.github.raw+json; charset=utf-8" };
  if (view.type === "symlink") return ok({ ...view, target: bytes.toString() });
  const whole = bytes.length <= c.limits.contentsBytes;
  return ok({ ...view, content: whole ? `${base64(bytes)}\n` : "", encoding: whole ? "base64" : "none" });
}

const contents: Handler = (c) => {
  const ref = c.query.get("ref") ?? c.repo.defaultBranch;
  const path = (c.params.path ?? "").replace(/^\/+|\/+$/g, "");
  const commit = c.repo.git.commits.get(c.repo.resolve(ref) ?? "");
  const entry = commit && c.repo.git.at(commit.tree, path);
  if (entry === undefined)
    throw new Refusal(404, commit === undefined ? `No commit found for the ref ${ref}` : "Not Found");
  if (entry.mode === "40000") {
    const all = (c.repo.git.trees.get(entry.sha) ?? []).slice(0, c.limits.folderEntries);
    // A submodule is called a file in lists, for the sake of old clients.
    const list = all.map((one) => entryView(c, path === "" ? one.name : `${path}/${one.name}`, ref, one));
    return ok(list.map((one) => (one.type === "submodule" ? { ...one, type: "file" } : one)));
  }
  const view = entryView(c, path, ref, entry);
  if (view.type === "submodule") return ok({ ...view, submodule_git_url: "https://github.com/not/modelled.git" });
  return fileContent(c, view, c.repo.git.blobs.get(entry.sha) ?? Buffer.alloc(0));
};

const blob: Handler = (c) => {
  const sha = c.params.file_sha ?? "";
  const bytes = c.repo.git.blobs.get(sha);
  if (bytes === undefined) throw notFound();
  if (bytes.length > c.limits.blobBytes) throw new Refusal(403, "This API returns blobs up to 100 MB in size.");
  if (c.media === "raw") return { status: 200, body: bytes, type: "application/vnd.github.raw+json; charset=utf-8" };
  const url = `${repoUrl(c.origin, c.repo)}/git/blobs/${sha}`;
  return ok({
    sha,
    node_id: nodeId("Blob", sha),
    size: bytes.length,
    url,
    content: `${base64(bytes)}\n`,
    encoding: "base64",
  });
};

function* walk(c: Context, sha: string, deep: boolean, prefix = ""): Generator<Json> {
  for (const { mode, name, sha: id } of c.repo.git.trees.get(sha) ?? []) {
    const type = typeOf(mode);
    const size = c.repo.git.blobs.get(id)?.length;
    const url = type === "commit" ? undefined : `${repoUrl(c.origin, c.repo)}/git/${type}s/${id}`;
    yield {
      path: prefix + name,
      mode: mode.padStart(6, "0"),
      type,
      sha: id,
      ...(size !== undefined && { size }),
      ...(url && { url }),
    };
    if (deep && type === "tree") yield* walk(c, id, deep, `${prefix}${name}/`);
  }
}

const tree: Handler = (c) => {
  const named = c.params.tree_sha ?? "";
  const sha = c.repo.git.commits.get(c.repo.resolve(named) ?? "")?.tree ?? named;
  if (!c.repo.git.trees.has(sha)) throw notFound();
  // Any value asks for all below, "false" and "0" too.
  const all = [...walk(c, sha, c.query.has("recursive"))];
  const entries = all.slice(0, c.limits.treeEntries);
  const url = `${repoUrl(c.origin, c.repo)}/git/trees/${sha}`;
  return ok({ sha, url, tree: entries, truncated: entries.length < all.length });
};

const commit: Handler = (c) => {
  const found = c.repo.git.commits.get(c.params.commit_sha ?? "");
  if (found === undefined) throw notFound();
  return ok(gitCommitView(c.origin, c.repo, found));
};

const refView = ({ origin, repo }: Context, ref: string, sha: string): Json => ({
  ref,
  node_id: nodeId("Ref", ref),
  url: `${repoUrl(origin, repo)}/git/${ref}`,
  object: { type: "commit", sha, url: `${repoUrl(origin, repo)}/git/commits/${sha}` },
});

const reference: Handler = (c) => {
  const ref = `refs/${c.params.ref ?? ""}`;
  const sha = c.repo.refs.get(ref);
  if (sha === undefined) throw notFound();
  return ok(refView(c, ref, sha));
};

const matching: Handler = (c) => {
  const found = [...c.repo.refs].filter(([ref]) => ref.startsWith(`refs/${c.params.ref ?? ""}`));
  return ok(found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([ref, sha]) => refView(c, ref, sha)));
};

/** A diff as text, or GitHub's refusal of one that is too large. */
export function diffAnswer(c: Context, base: string, head: string): Answer {
  const changes = c.repo.changes(base, head);
  const text = diffText(changes);
  const lines = text.split("\n").length - 1;
  const over =
    changes.length > c.limits.diffFiles
      ? `files (${c.limits.diffFiles})`
      : lines > c.limits.diffLines
        ? `lines (${c.limits.diffLines})`
        : null;
  if (over === null) return { status: 200, body: text, type: "application/vnd.github.diff; charset=utf-8" };
  const errors = [{ resource: "PullRequest", field: "diff", code: "too_large" }];
  throw new Refusal(406, `Sorry, the diff exceeded the maximum number of ${over}.`, null, errors);
}

const compare: Handler = (c) => {
  const [from, to] = (c.params.basehead ?? "").split("...");
  const [base, head] = [c.repo.resolve(from ?? ""), c.repo.resolve(to ?? "")];
  const merge = base && head && c.repo.git.mergeBase(base, head);
  if (base === undefined || head === undefined || merge === undefined) throw notFound();
  if (c.media === "diff") return diffAnswer(c, base, head);
  const { git } = c.repo;
  const [ahead, behind] = [git.between(base, head), git.between(head, base)];
  const both = ahead.length > 0 && behind.length > 0;
  const status = both ? "diverged" : ahead.length > 0 ? "ahead" : behind.length > 0 ? "behind" : "identical";
  const show = (sha: string): Json =>
    commitView(c.origin, c.repo, git.commits.get(sha) as NonNullable<ReturnType<typeof git.commits.get>>);
  const [url, web] = [
    `${repoUrl(c.origin, c.repo)}/compare/${base}...${head}`,
    `${webUrl(c.repo)}/compare/${base}...${head}`,
  ];
  // Files come with the first page only, and never more than 300; without a page, at most 250 commits.
  const paged = c.query.has("page") || c.query.has("per_page");
  const at = paged ? pageOf(c.query) : { size: c.limits.pullCommits, number: 1 };
  const changed = at.number === 1 ? c.repo.changes(base, head).slice(0, c.limits.compareFiles) : [];
  const files = changed.map((one) => fileView(c.origin, c.repo, head, one, c.limits));
  const wrap = (commits: unknown[]): Json =>
    fill("commit-comparison", {
      url,
      html_url: web,
      permalink_url: web,
      diff_url: `${web}.diff`,
      patch_url: `${web}.patch`,
      base_commit: show(base),
      merge_base_commit: show(merge),
      status,
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits,
      files,
    });
  return page(
    c,
    ahead.map(({ sha }) => show(sha)),
    wrap,
    at,
  );
};

export const gitRoutes: Record<string, Handler> = {
  "repos/get-content": contents,
  "git/get-blob": blob,
  "git/get-tree": tree,
  "git/get-commit": commit,
  "git/get-ref": reference,
  "git/list-matching-refs": matching,
  "repos/compare-commits-with-basehead": compare,
};
