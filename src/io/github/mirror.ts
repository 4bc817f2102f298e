/** A clone on this machine that holds the repository's commits, or some of them: what it has need not be asked for. */
import { fetchTree } from "../fetch-tree.js";
import { runGit } from "../git-run.js";
import { type OpenTree, openTree } from "../git-tree.js";
import { PLAIN_CONFIG, PLAIN_DIFF } from "./blob-hunks.js";

export interface MirrorOptions {
  /** Folder of the repository, bare or with a work tree. */
  path: string;
  /** Remote that is fetched, by the refspecs it is configured with, when a commit is not there; none when left out. */
  fetch?: { remote: string /** Milliseconds; 120,000. */; timeoutMs?: number };
}

/** Nothing here fails: what cannot be read is not there. */
export interface Mirror {
  /** True when all of them are there, after a fetch if need be. */
  has(commits: readonly string[]): Promise<boolean>;
  /** The diff between two commits, or from nothing; null when git cannot make it. */
  diff(from: string | null, to: string): Promise<string | null>;
  tree(commit: string): Promise<OpenTree | null>;
}

/** git's name of the tree without files (git-hash-object(1), of nothing). */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
/** One fetch in this time, by whatever process. Milliseconds. */
const FETCH_INTERVAL = 60_000;

export function openMirror({ path, fetch }: MirrorOptions): Mirror {
  const here = async (commits: readonly string[]): Promise<boolean> => {
    for (const commit of commits) {
      const { code } = await runGit(path, ["cat-file", "-e", `${commit}^{commit}`]);
      if (code !== 0) return false;
    }
    return true;
  };
  let fetching: Promise<unknown> | null = null;
  const update = (remote: string, timeoutMs: number): Promise<unknown> => {
    const limits = { timeoutMs, intervalMs: FETCH_INTERVAL, now: Date.now };
    fetching ??= fetchTree({ name: "mirror", path, remotes: [remote] }, limits).finally(() => {
      fetching = null;
    });
    return fetching;
  };
  return {
    async has(commits) {
      if (await here(commits)) return true;
      if (fetch === undefined) return false;
      await update(fetch.remote, fetch.timeoutMs ?? 120_000);
      return here(commits);
    },
    async diff(from, to) {
      const args = [
        "--no-replace-objects",
        ...PLAIN_CONFIG,
        "diff-tree",
        "-r",
        "-p",
        "-M",
        "--no-commit-id",
        ...PLAIN_DIFF,
      ];
      const run = await runGit(path, [...args, from ?? EMPTY_TREE, to, "--"]);
      return run.code === 0 ? run.stdout : null;
    },
    tree: (commit) => openTree(path, { revision: commit }).catch(() => null),
  };
}
