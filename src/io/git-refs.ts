/** Branches, tags and addresses of a local repository. */
import type { TreeConfig } from "../watch/base.js";
import type { TagRef } from "../watch/tags.js";
import { runGit } from "./git-run.js";
import { resolveCommit } from "./git-tree.js";

/** What a configuration, or MAINTAINERS, may call a branch: no revision syntax, no option (git-check-ref-format(1)). */
const BRANCH = /^[A-Za-z0-9_][\w./+-]{0,200}$/;

const isBranch = (name: string): boolean => BRANCH.test(name) && !name.includes("..");

/**
 * The commit at a branch, or null. What was fetched (refs/remotes) comes before the branch of that name in the clone: fetching
 * moves the first and leaves the second where it was.
 */
export async function branchCommit(tree: TreeConfig, branch: string): Promise<string | null> {
  if (!isBranch(branch)) return null;
  for (const ref of refsOf(tree, branch)) {
    const commit = await resolveCommit(tree.path, ref);
    if (commit !== null) return commit;
  }
  return null;
}

function refsOf({ remotes = [] }: TreeConfig, branch: string): string[] {
  if (branch.startsWith("refs/")) return [branch];
  const fetched = remotes.map((remote) => `refs/remotes/${remote}/${branch}`);
  if (branch === "HEAD") return [...fetched, branch];
  return [...fetched, `refs/heads/${branch}`, `refs/remotes/${branch}`, `refs/tags/${branch}`];
}

/** Commits at all branches that are configured, each once, in their order. */
export async function tipsOf(tree: TreeConfig): Promise<string[]> {
  const tips = new Set<string>();
  for (const branch of tree.branches ?? ["HEAD"]) {
    const commit = await branchCommit(tree, branch);
    if (commit !== null) tips.add(commit);
  }
  return [...tips];
}

/** All tags that lead to commits. */
export async function tagsOf(tree: TreeConfig): Promise<TagRef[]> {
  const format =
    "%(refname:strip=2)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)%00%(creatordate:unix)";
  const { stdout } = await runGit(tree.path, ["for-each-ref", `--format=${format}`, "refs/tags"]);
  return stdout.split("\n").flatMap((line): TagRef[] => {
    const [name = "", type, id = "", peeledType, peeled = "", time = ""] = line.split("\0");
    const commit = type === "commit" ? id : peeledType === "commit" ? peeled : null;
    return commit === null ? [] : [{ name, commit, time: /^\d+$/.test(time) ? Number(time) : null }];
  });
}

/** Names of the repository's remotes; null when it is no repository that git reads. */
export async function remotesOf(path: string): Promise<string[] | null> {
  const { code, stdout } = await runGit(path, ["remote"]);
  return code === 0 ? stdout.split("\n").filter((name) => name !== "") : null;
}

/** Addresses that the repository fetches from. */
export async function remoteUrls(path: string): Promise<string[]> {
  const { stdout } = await runGit(path, ["config", "-z", "--get-regexp", "^remote\\..*\\.url$"]);
  return stdout.split("\0").flatMap((entry) => {
    const end = entry.indexOf("\n");
    return end < 0 ? [] : [entry.slice(end + 1)];
  });
}
