/**
 * The ways to a base in order, each as something to look for in one tree. What is asked for later is not computed before: most
 * series are done with the first candidate.
 */
import type { Patch } from "../patch/patch.js";
import type { BaseQuery, BaseReason, BaseWay, TreeConfig } from "./base.js";
import { type NeededBlob, neededBlobs } from "./base-fit.js";
import { type MaintainersSection, matchesPattern, plainUrl, sectionsFor } from "./maintainers.js";

/** Something to look for in a tree. `branch` is null for those of its configuration. */
export type Candidate =
  | { how: "base-commit"; tree: TreeConfig; commit: string }
  | { how: "index-blobs"; tree: TreeConfig; needed: NeededBlob[] }
  | { how: "subject-tag" | "configured-paths" | "maintainers"; tree: TreeConfig; branch: string | null }
  | { how: "newest-tag"; tree: TreeConfig };

/** A way that ends before any tree is asked. */
export interface DeadEnd {
  how: BaseWay;
  reason: BaseReason;
}

export interface CandidateInput {
  trees: readonly TreeConfig[];
  /** Patches that go before the series. */
  prerequisites: readonly Patch[];
  /** Sections of MAINTAINERS, read when they are asked for; null when no tree has the file. */
  maintainers: () => Promise<readonly MaintainersSection[] | null>;
}

/** Yields candidates and dead ends in the order of {@link BaseWay}. */
export async function* candidates(query: BaseQuery, input: CandidateInput): AsyncGenerator<Candidate | DeadEnd> {
  const { trees } = input;
  yield* baseCommit(query, trees);
  yield* indexBlobs(query, input);
  yield* subjectTags(query, trees);
  const paths = changedPaths(query.patches);
  for (const tree of trees) {
    const own = tree.paths ?? [];
    if (paths.some((path) => own.some((pattern) => matchesPattern(path, pattern)))) {
      yield { how: "configured-paths", tree, branch: null };
    }
  }
  yield* byMaintainers(paths, trees, await input.maintainers());
  for (const tree of trees) yield { how: "newest-tag", tree };
}

function* baseCommit({ notes }: BaseQuery, trees: readonly TreeConfig[]): Generator<Candidate | DeadEnd> {
  const { baseCommit: commit, malformed } = notes;
  if (commit === null) {
    yield { how: "base-commit", reason: malformed ? "base-commit-malformed" : "no-base-commit" };
    return;
  }
  for (const tree of trees) yield { how: "base-commit", tree, commit };
}

/** What has to go first may be in the tree by now: the series' own blobs are looked for too. */
function* indexBlobs({ patches }: BaseQuery, { trees, prerequisites }: CandidateInput): Generator<Candidate | DeadEnd> {
  const own = neededBlobs(patches);
  const all = prerequisites.length === 0 ? own : neededBlobs([...prerequisites, ...patches]);
  if (own.length === 0) yield { how: "index-blobs", reason: "no-index-blobs" };
  for (const needed of prerequisites.length === 0 ? [own] : [all, own]) {
    if (needed.length > 0) for (const tree of trees) yield { how: "index-blobs", tree, needed };
  }
}

/** Words of brackets that say what a mail is, and not for which tree. */
const NO_TREE = /^(?:patch(?:es|set|series|v)?|rfc|rft|resend|repost|rebase|v\d+|wip|draft|fyi|internal|\d+)$/i;

/** Titles say `kvm: x86: …`; a colon further on is part of the sentence. */
const TITLE_HEAD = 60;

function* subjectTags(query: BaseQuery, trees: readonly TreeConfig[]): Generator<Candidate | DeadEnd> {
  const words = query.prefixes.filter((word) => !NO_TREE.test(word)).flatMap((word) => [word, ...word.split("/")]);
  const heads = query.titles.flatMap((title) => title.slice(0, TITLE_HEAD).split(":").slice(0, -1));
  let found = false;
  for (const group of [words, heads]) {
    const wanted = new Set(group.map((word) => word.trim().toLowerCase()));
    for (const tree of found ? [] : trees) {
      if (!(tree.tags ?? []).some((tag) => wanted.has(tag.toLowerCase()))) continue;
      found = true;
      yield { how: "subject-tag", tree, branch: null };
    }
  }
  if (!found) yield { how: "subject-tag", reason: words.length === 0 ? "no-subject-tag" : "no-tree-for-tag" };
}

function* byMaintainers(
  paths: readonly string[],
  trees: readonly TreeConfig[],
  sections: readonly MaintainersSection[] | null,
): Generator<Candidate | DeadEnd> {
  if (sections === null) {
    yield { how: "maintainers", reason: "no-maintainers-file" };
    return;
  }
  const entries = sectionsFor(paths, sections).flatMap((section) => section.trees);
  if (entries.length === 0) yield { how: "maintainers", reason: "no-maintainers-entry" };
  const seen = new Set<string>();
  for (const { url, branch } of entries) {
    for (const tree of trees) {
      const key = JSON.stringify([tree.name, branch]);
      if (seen.has(key) || !isPublishedAt(tree, url)) continue;
      seen.add(key);
      yield { how: "maintainers", tree, branch };
    }
  }
  if (entries.length > 0 && seen.size === 0) yield { how: "maintainers", reason: "no-tree-for-entry" };
}

/** By an address of the tree, or by its name where the repository at the address is called so. */
function isPublishedAt(tree: TreeConfig, url: string): boolean {
  const plain = plainUrl(url);
  if ((tree.urls ?? []).some((own) => plainUrl(own) === plain)) return true;
  const last = plain.slice(plain.lastIndexOf("/") + 1);
  return last !== "linux" && last === tree.name;
}

/** Names of all files that patches touch, before and after, in order of code units. */
function changedPaths(patches: readonly Patch[]): string[] {
  const paths = new Set<string>();
  for (const { files } of patches) {
    for (const { oldPath, newPath } of files) {
      if (oldPath !== null) paths.add(oldPath);
      if (newPath !== null) paths.add(newPath);
    }
  }
  return [...paths].sort();
}
