/**
 * Which commit has the blobs that the `index` lines of a series name, as public-inbox's solver and b4's guess-base look for
 * it: the branches first, then down their history from blob to blob.
 */
import { isSameBlob } from "../tree/overlay.js";
import { safePath } from "../tree/tree-path.js";
import type { BaseReason } from "../watch/base.js";
import type { NeededBlob } from "../watch/base-fit.js";
import { checkBlobs, runGit } from "./git-run.js";

export interface BlobSearchLimits {
  /** For the walks through one tree's history. Milliseconds. */
  timeoutMs: number;
  /** Commits of history that are looked at in each step. */
  commits: number;
}

/** A series is rarely older than the tree it was made on by more than this. Seconds. */
const REACH = 2 * 365 * 24 * 60 * 60;

/**
 * How history is walked. git first leaves side branches out that the file did not change by (git-log(1), "History
 * Simplification"), which is quick; a blob that was merged together with changes is only seen when every commit is looked at,
 * merges against each parent.
 */
const WALKS: readonly (readonly string[])[] = [[], ["-m", "--full-history"]];

/** Tips from which history is gone down; those that have the most of the blobs. */
const MAX_TIPS = 3;

/** Steps down from a tip. Each leaves about half of the blobs that were missing, so that thousands take a dozen. */
const MAX_STEPS = 16;

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
  const ends: Standing[] = [];
  for (const commit of tips) {
    const lacks = await lacking(repository, commit, wanted);
    if (lacks.length === 0) return { commit };
    ends.push({ commit, lacks });
  }
  const ids = await fullIds(repository, wanted);
  if (ids === null) return { reason: "blobs-unknown" };
  ends.sort((a, b) => a.lacks.length - b.lacks.length);
  const search = { repository, wanted, ids, limits, deadline: performance.now() + limits.timeoutMs, ...since(date) };
  for (const options of WALKS) {
    for (const end of ends.slice(0, MAX_TIPS)) {
      const found = await descend(end, { ...search, options });
      if (found !== null) return found;
    }
  }
  return { reason: "blobs-in-several-commits" };
}

/** A commit, and which of the blobs it has not. */
interface Standing {
  commit: string;
  lacks: NeededBlob[];
}

interface Search {
  repository: string;
  wanted: readonly NeededBlob[];
  /** Whole ids by those of `wanted`. */
  ids: ReadonlyMap<string, readonly string[]>;
  limits: BlobSearchLimits;
  /** When to give up, in milliseconds of performance.now(). */
  deadline: number;
  options: readonly string[];
  since: readonly string[];
}

function since(date: string | null): { since: string[] } {
  const sent = Date.parse(date ?? "") / 1000;
  return { since: Number.isNaN(sent) ? [] : [`--since=${Math.floor(sent - REACH)}`] };
}

/**
 * Goes down from a commit: to the newest before it that has one of the missing blobs, from there on for one that is missing
 * there. Whatever has all blobs is none of those passed over. Null when a blob is nowhere below.
 */
async function descend(end: Standing, search: Search): Promise<{ commit: string } | { reason: BaseReason } | null> {
  const { repository, wanted } = search;
  let { commit, lacks } = end;
  for (let step = 0; step < MAX_STEPS; step++) {
    const pivot = lacks[lacks.length >> 1];
    if (pivot === undefined) return { commit };
    const near = await commitsAround(commit, pivot, search);
    if (near === null) return { reason: "search-too-long" };
    let next: string | null = null;
    for (const id of near) {
      if (id === commit || (await lacking(repository, id, [pivot])).length > 0) continue;
      next = id;
      break;
    }
    if (next === null) return null;
    commit = next;
    lacks = await lacking(repository, commit, wanted);
  }
  return lacks.length === 0 ? { commit } : null;
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
 * Commits below one that brought a blob, those that took it away, and the ones before these; the newest first. The newest that
 * has it stands right before one that took it away. Null when the time is up.
 */
async function commitsAround(
  commit: string,
  { path, blob }: NeededBlob,
  { repository, ids, limits, deadline, options, since }: Search,
): Promise<string[] | null> {
  const objects = (ids.get(blob) ?? []).map((id) => `--find-object=${id}`);
  const args = ["--literal-pathspecs", "log", "--format=%H %P", "--no-abbrev", ...options, ...since];
  args.push(`--max-count=${limits.commits}`, ...objects, commit, "--", path);
  const timeoutMs = Math.max(1, deadline - performance.now());
  const { code, stdout, timedOut } = await runGit(repository, args, { timeoutMs });
  if (timedOut) return null;
  const found = code === 0 ? stdout.split(/\s+/).filter((id) => id !== "") : [];
  if (found.length === 0) return [];
  // rev-list --no-walk puts them in order of their dates, the newest first.
  const input = `${[...new Set(found)].join("\n")}\n`;
  const sorted = await runGit(repository, ["rev-list", "--no-walk=sorted", "--stdin"], { input });
  return sorted.stdout.split("\n").filter((line) => line !== "");
}
