/**
 * On which state of the kernel a series is to be judged: what the choice is made from, what was chosen, and why nothing
 * better was. base-notes.ts reads what the mails say, base-candidates.ts puts the ways in order, base-fit.ts says whether a
 * series applies, maintainers.ts and tags.ts know the kernel's habits; io/kernel-trees.ts asks git.
 */
import type { Message } from "../message/message.js";
import type { Patch } from "../patch/patch.js";
import { type BaseNotes, type Prerequisite, readBaseNotes } from "./base-notes.js";

/** A local git repository that series may be based on. */
export interface TreeConfig {
  /** Unique in a configuration; what a report calls the tree. */
  name: string;
  /** Folder of the repository, bare or with a work tree. */
  path: string;
  /** Branches or other revisions to try, the likeliest first; HEAD when left out. */
  branches?: readonly string[];
  /** Remotes of the repository that `update` fetches; none when left out. */
  remotes?: readonly string[];
  /** Words of subject brackets that mean this tree ("net-next"), or of the title before its colon ("kvm"). */
  tags?: readonly string[];
  /** Patterns as MAINTAINERS writes them after `F:`; a series that changes such files may be based here. */
  paths?: readonly string[];
  /** Where the tree is published, as `T:` lines of MAINTAINERS name it. Those of the repository's remotes are known anyway. */
  urls?: readonly string[];
}

/** Ways to a base, in the order in which they are tried. */
export const BASE_WAYS = [
  "base-commit",
  "index-blobs",
  "subject-tag",
  "configured-paths",
  "maintainers",
  "newest-tag",
] as const;
export type BaseWay = (typeof BASE_WAYS)[number];

/** Why a way led to no base, or to a worse one. */
export const BASE_REASONS = [
  "no-trees-configured",
  "tree-unreadable",
  "fetch-failed",
  "fetch-timed-out",
  "no-patches",
  "too-many-files",
  "no-base-commit",
  "base-commit-malformed",
  "base-commit-unknown",
  "no-index-blobs",
  "blobs-unknown",
  "blobs-in-several-commits",
  "search-too-long",
  "no-subject-tag",
  "no-tree-for-tag",
  "no-maintainers-file",
  "no-maintainers-entry",
  "no-tree-for-entry",
  "no-such-branch",
  "no-tags",
  "does-not-apply",
  "applies-with-fuzz",
  "prerequisite-not-found",
  "prerequisite-form-unknown",
  "prerequisite-not-needed",
] as const;
export type BaseReason = (typeof BASE_REASONS)[number];

/** What each reason means, for a person. */
export const BASE_SENTENCES: Readonly<Record<BaseReason, string>> = {
  "no-trees-configured": "no kernel tree is configured",
  "tree-unreadable": "the tree's folder is no git repository that can be read",
  "fetch-failed": "fetching the tree failed; it was used as it was",
  "fetch-timed-out": "fetching the tree took too long; it was used as it was",
  "no-patches": "the series has no patch that could be applied",
  "too-many-files": "the series changes more files than are looked up",
  "no-base-commit": "the mails name no base commit",
  "base-commit-malformed": "what the mails name as base commit is no commit id",
  "base-commit-unknown": "the base commit is not in this tree",
  "no-index-blobs": "no index line of the diffs names an old blob",
  "blobs-unknown": "the blobs that the index lines name are not all in this tree",
  "blobs-in-several-commits": "no one commit of this tree has all of the blobs that the index lines name",
  "search-too-long": "looking for the blobs in this tree's history took too long",
  "no-subject-tag": "the subjects name no tree",
  "no-tree-for-tag": "no configured tree goes by the tag in the subjects",
  "no-maintainers-file": "no configured tree has a MAINTAINERS file that can be read",
  "no-maintainers-entry": "no entry of MAINTAINERS with a tree is about the changed files",
  "no-tree-for-entry": "the trees that MAINTAINERS names for the changed files are not configured",
  "no-such-branch": "the tree has no such branch",
  "no-tags": "the tree has no release tag from before the mails were sent",
  "does-not-apply": "the series does not apply to this revision",
  "applies-with-fuzz": "the series applies to this revision only where context lines are left aside",
  "prerequisite-not-found": "a patch that has to go first is not in the archive",
  "prerequisite-form-unknown": "what the mails name as going first cannot be looked up",
  "prerequisite-not-needed":
    "a patch that has to go first does not apply; it is in the tree already, or the tree is another",
};

/** What the choice is made from. */
export interface BaseQuery {
  /** Of the series, in order. */
  patches: readonly Patch[];
  notes: BaseNotes;
  /** Words of the subjects' brackets, in order, each once. */
  prefixes: readonly string[];
  /** Titles of cover and patches. */
  titles: readonly string[];
  /** When the series was sent (ISO 8601), or null. */
  date: string | null;
}

/**
 * A way that was gone, and where it ended; "open" and "fetch" are what is done before any. Tree and revision are null where
 * it did not come so far.
 */
export interface BaseAttempt {
  how: BaseWay | "open" | "fetch";
  tree: string | null;
  /** Whole commit id. */
  revision: string | null;
  reason: BaseReason;
}

/** A prerequisite that is missing from the base, and why. */
export interface MissingPrerequisite {
  prerequisite: Prerequisite;
  reason: BaseReason;
}

/** How much of a series applies: every hunk where its header says; every hunk; with context left aside; not all patches. */
export type BaseFitness = "exactly" | "cleanly" | "with-fuzz" | "partly";

/** The outcome, as plain data for the report. `how`, `tree` and `revision` are null when there is no base. */
export interface BaseChoice {
  how: BaseWay | null;
  /** Name of the configured tree. */
  tree: string | null;
  /** Whole commit id. */
  revision: string | null;
  applies: BaseFitness | null;
  /** Patches of the series that apply, of how many. */
  patches: { applied: number; total: number };
  /** Message-IDs (null for a mail without one) of the patches that were put first. */
  applied: (string | null)[];
  missing: MissingPrerequisite[];
  /** In the order in which they were tried. */
  tried: BaseAttempt[];
}

/** Gives the patches that a prerequisite names, in order; null when the archive does not have them. */
export type FindPatch = (wanted: Prerequisite) => Promise<readonly Patch[] | null>;

/** What the choice needs of a series' mails. */
export function baseQuery(cover: Message | null, patches: readonly { message: Message; patch: Patch }[]): BaseQuery {
  const mails = [...(cover === null ? [] : [cover]), ...patches.map(({ message }) => message)];
  return {
    patches: patches.map(({ patch }) => patch),
    notes: readBaseNotes(mails.map(({ body }) => body.text)),
    prefixes: [...new Set(mails.flatMap(({ subjectInfo }) => subjectInfo.prefixes))],
    titles: mails.map(({ subjectInfo }) => subjectInfo.title),
    date: mails.map(({ date }) => date).find((date) => date !== null) ?? null,
  };
}
