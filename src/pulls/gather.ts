/** The commits of a pull request or a push as patches of a series, with what is missing of them. */
import type { PullCommit } from "../report/github/pull-report.js";
import type { SelectedPatch } from "../review/select-patches.js";
import { commitPatch, splitMessage } from "./commit-patch.js";
import type { Commit, ForgeReads } from "./forge.js";

/** Commits that are reviewed of one pull request. */
const MAX_COMMITS = 500;

/** What there is to review. */
export interface Gathered {
  patches: SelectedPatch[];
  /** All commits, also those that are not reviewed. */
  commits: Commit[];
  /** Where the head left its base; null when they have nothing in common. */
  mergeBase: string | null;
  /** Why commits are not among the patches, by commit id. */
  passed: ReadonlyMap<string, string>;
  notes: string[];
}

const isC = (path: string): boolean => /\.[ch]$/.test(path);

/** Reads the commits between two; what cannot be had of them is said in notes. Throws ForgeError. */
export async function gather(forge: ForgeReads, base: string, head: string): Promise<Gathered> {
  const { commits, mergeBase, leftOut } = await forge.commits(base, head);
  const notes = [...leftOut];
  const passed = new Map<string, string>();
  const plain = commits.filter(({ sha, parents }) => {
    if (parents.length > 1) passed.set(sha, "a merge: its commits are reviewed where they are its pull request's");
    return parents.length <= 1;
  });
  // The last ones are what the pull request comes to.
  const wanted = plain.slice(-MAX_COMMITS);
  for (const { sha } of plain.slice(0, -MAX_COMMITS)) passed.set(sha, "only the last 500 commits are reviewed");
  const patches: SelectedPatch[] = [];
  for (const [at, commit] of wanted.entries()) {
    const diff = await forge.diffOf(commit, isC);
    notes.push(...diff.leftOut.map((what) => `${commit.sha.slice(0, 12)}: ${what}`));
    patches.push(commitPatch(commit, diff.text, at + 1, wanted.length));
  }
  return { patches, commits: [...commits], mergeBase, passed, notes };
}

/** The commits as a report lists them. `analysed` says how those that were reviewed were read. */
export function commitsOf(
  { commits, passed }: Gathered,
  analysed: ReadonlyMap<string, Pick<PullCommit, "analysed" | "reason">>,
): PullCommit[] {
  return commits.map(({ sha, message }) => {
    const read = analysed.get(sha) ?? { analysed: "none" as const, reason: passed.get(sha) ?? null };
    return { sha, subject: splitMessage(message).title, analysed: read.analysed, reason: read.reason };
  });
}

/** What tells the states of a series apart: each patch with all that stands below it, on a base, for one set of rules. */
export function patchKeys(
  patches: readonly SelectedPatch[],
  start: string,
  digest: (text: string) => string,
): Map<SelectedPatch, string> {
  const keys = new Map<SelectedPatch, string>();
  let below = start;
  for (const selected of patches) {
    const { title, description, diff } = selected.patch;
    below = digest(JSON.stringify([below, title, description, diff]));
    keys.set(selected, below);
  }
  return keys;
}
