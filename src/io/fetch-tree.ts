/** Brings a local clone up to date. A failure is an answer: the tree is then used as it stands. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { BaseReason, TreeConfig } from "../watch/base.js";
import { remotesOf } from "./git-refs.js";
import { runGit } from "./git-run.js";

export interface FetchLimits {
  /** For each remote. Milliseconds. */
  timeoutMs: number;
  /** A tree that was fetched within this time, by whatever process, is left alone. Milliseconds. */
  intervalMs: number;
  /** The time, milliseconds since 1970. */
  now: () => number;
}

export interface TreeUpdate {
  tree: string;
  /** False when it was left alone or failed. */
  fetched: boolean;
  reason: BaseReason | null;
  /** What git said, for the log of whoever runs this; null when nothing failed. */
  message: string | null;
}

/**
 * Settings for a git that runs unwatched: no hooks (reference-transaction is called by a fetch), no transport that is a
 * command, no collecting of garbage while somebody waits.
 */
const UNWATCHED = ["core.hooksPath=/dev/null", "protocol.ext.allow=never", "gc.auto=0", "maintenance.auto=false"];

/** Fetches the remotes that are configured for a tree and known to its repository. Never rejects. */
export async function fetchTree(tree: TreeConfig, limits: FetchLimits): Promise<TreeUpdate> {
  const update: TreeUpdate = { tree: tree.name, fetched: false, reason: null, message: null };
  const wanted = tree.remotes ?? [];
  if (wanted.length === 0) return update;
  const known = await remotesOf(tree.path);
  if (known === null) return { ...update, reason: "tree-unreadable", message: "git cannot read the repository" };
  if (await isFresh(tree, limits)) return update;
  for (const remote of wanted) {
    if (!known.includes(remote) || remote.startsWith("-")) {
      return { ...update, reason: "fetch-failed", message: `the repository has no remote ${JSON.stringify(remote)}` };
    }
    const args = [...UNWATCHED.flatMap((setting) => ["-c", setting]), "fetch", "--quiet", "--no-recurse-submodules"];
    const run = await runGit(tree.path, [...args, "--", remote], { timeoutMs: limits.timeoutMs, group: true });
    if (run.code === 0) continue;
    const message = run.stderr === "" ? "git fetch failed" : run.stderr;
    return { ...update, reason: run.timedOut ? "fetch-timed-out" : "fetch-failed", message };
  }
  return { ...update, fetched: true };
}

/** git writes FETCH_HEAD with every fetch, its failed ones too: an archive that is down is not asked all the time. */
async function isFresh(tree: TreeConfig, { intervalMs, now }: FetchLimits): Promise<boolean> {
  const { code, stdout } = await runGit(tree.path, ["rev-parse", "--git-path", "FETCH_HEAD"]);
  if (code !== 0) return false;
  const file = resolve(tree.path, stdout.replace(/\n$/, ""));
  return stat(file).then(
    ({ mtimeMs }) => Math.abs(now() - mtimeMs) < intervalMs,
    () => false,
  );
}
