/**
 * Which commit has the blobs that the `index` lines of a series name, as public-inbox's solver and b4's guess-base look for
 * it: the branches first, then the commits around those that brought a blob or took it away.
 */
import { isSameBlob } from "../tree/overlay.js";
import { safePath } from "../tree/tree-path.js";
import type { BaseReason } from "../watch/base.js";
import type { NeededBlob } from "../watch/base-fit.js";
import { checkBlobs, runGit } from "./git-run.js";

export interface BlobSearchLimits {
  /** For each call of git. Milliseconds. */
  timeoutMs: number;
  /** Commits of history that are looked at. */
  commits: number;
}

/** A series is rarely older than the tree it was made on by more than this. Seconds. */
const REACH = 2 * 365 * 24 * 60 * 60;

/** Files whose history is read; each is a walk over all commits that touched it. */
const MAX_WALKS = 4;

/** Of a series that touches more files these many decide; all others are checked by applying it. */
const MAX_NEEDED = 2000;

/** The newest commit on the branches that has all blobs, or why there is none. */
export async function findByBlobs(
  repository: string,
  tips: readonly string[],
  needed: readonly NeededBlob[],
  date: string | null,
  limits: BlobSearchLimits,
): Promise<{ commit: string } | { reason: BaseReason }> {
  const wanted = needed.filter(({ path }) => safePath(path) === path).slice(0, MAX_NEEDED);
  if (wanted.length === 0) return { reason: "no-index-blobs" };
  let missing = wanted;
  for (const tip of tips) {
    const lacks = await lacking(repository, tip, wanted);
    if (lacks.length === 0) return { commit: tip };
    if (lacks.length < missing.length || missing === wanted) missing = lacks;
  }
  const ids = await fullIds(repository, wanted);
  if (ids === null) return { reason: "blobs-unknown" };
  const near = await commitsAround(repository, tips, missing.slice(0, MAX_WALKS), ids, date, limits);
  if (near === null) return { reason: "search-too-long" };
  for (const commit of near.slice(0, limits.commits)) {
    if ((await lacking(repository, commit, wanted)).length === 0) return { commit };
  }
  return { reason: "blobs-in-several-commits" };
}

/** Those of the blobs that do not stand at their path in a commit. */
async function lacking(repository: string, commit: string, wanted: readonly NeededBlob[]): Promise<NeededBlob[]> {
  const found = await checkBlobs(
    repository,
    wanted.map(({ path }) => `${commit}:${path}`),
  );
  return wanted.filter(({ blob }, i) => {
    const id = found[i];
    return id === undefined || id === null || id === "ambiguous" || !isSameBlob(id, blob);
  });
}

/** Whole ids for each blob, several where an abbreviated one is ambiguous; null when one is not in the repository. */
async function fullIds(repository: string, wanted: readonly NeededBlob[]): Promise<Map<string, string[]> | null> {
  const ids = new Map<string, string[]>();
  const found = await checkBlobs(
    repository,
    wanted.map(({ blob }) => blob),
  );
  for (const [i, { blob }] of wanted.entries()) {
    const id = found[i] ?? null;
    const all = id === "ambiguous" ? await disambiguate(repository, blob) : id === null ? [] : [id];
    if (all.length === 0) return null;
    ids.set(blob, all);
  }
  return ids;
}

async function disambiguate(repository: string, blob: string): Promise<string[]> {
  const { stdout } = await runGit(repository, ["rev-parse", `--disambiguate=${blob}`]);
  const names = stdout.split("\n").filter((line) => /^[0-9a-f]{40,64}$/.test(line));
  const blobs = await checkBlobs(repository, names);
  return blobs.flatMap((id) => (id === null || id === "ambiguous" ? [] : [id]));
}

/**
 * Commits that brought one of the blobs, those that took it away, and the ones before these; the newest first. The newest
 * commit that has all blobs is a tip or stands right before one that took one of them away. Null when the time is up.
 */
async function commitsAround(
  repository: string,
  tips: readonly string[],
  wanted: readonly NeededBlob[],
  ids: ReadonlyMap<string, readonly string[]>,
  date: string | null,
  limits: BlobSearchLimits,
): Promise<string[] | null> {
  const found = new Set<string>();
  const sent = Date.parse(date ?? "") / 1000;
  const since = Number.isNaN(sent) ? [] : [`--since=${Math.floor(sent - REACH)}`];
  for (const { path, blob } of wanted) {
    const objects = (ids.get(blob) ?? []).map((id) => `--find-object=${id}`);
    // Without -m and --full-history a blob of a side branch that was merged with changes is passed over (git-log(1)).
    const args = ["--literal-pathspecs", "log", "--format=%H %P", "--no-abbrev", "-m", "--full-history", ...since];
    args.push(`--max-count=${limits.commits}`, ...objects, ...tips, "--", path);
    const { code, stdout, timedOut } = await runGit(repository, args, { timeoutMs: limits.timeoutMs });
    if (timedOut) return null;
    if (code === 0) for (const id of stdout.split(/\s+/)) if (id !== "") found.add(id);
  }
  if (found.size === 0) return [];
  // rev-list --no-walk puts them in order of their dates, the newest first.
  const { stdout } = await runGit(repository, ["rev-list", "--no-walk=sorted", "--stdin"], {
    input: `${[...found].join("\n")}\n`,
  });
  return stdout.split("\n").filter((line) => line !== "");
}
