/** One search for a base: takes the candidates in order, asks git what they mean, and tries the series on it. */
import type { Patch } from "../patch/patch.js";
import type {
  BaseAttempt,
  BaseChoice,
  BaseQuery,
  BaseReason,
  BaseWay,
  FindPatch,
  MissingPrerequisite,
  TreeConfig,
} from "../watch/base.js";
import { type Candidate, type CandidateInput, candidates } from "../watch/base-candidates.js";
import { type Fit, fitSeries } from "../watch/base-fit.js";
import { tagsFor } from "../watch/tags.js";
import { type BlobSearchLimits, findByBlobs } from "./blob-search.js";
import { branchCommit, tagsOf, tipsOf } from "./git-refs.js";
import { type OpenTree, openTree, resolveCommit } from "./git-tree.js";

export interface SearchLimits extends BlobSearchLimits {
  /** Release tags that are tried in each tree. */
  tags: number;
  /** Revisions that a series is tried on in all. */
  revisions: number;
}

/** What was chosen, and the tree with the prerequisites in it; whoever asked for it closes it. */
export interface Chosen {
  choice: BaseChoice;
  tree: OpenTree | null;
}

/** A revision that a series was tried on. */
interface Tried {
  how: BaseWay;
  tree: TreeConfig;
  revision: string;
  fit: Fit;
  open: OpenTree;
}

type Found = { revision: string } | { reason: BaseReason };

export class BaseSearch {
  private readonly tried: BaseAttempt[];
  private readonly seen = new Set<string>();
  /** The best so far of what is not good enough to end the search. */
  private best: Tried | null = null;
  private prerequisites: Patch[] = [];
  private missing: MissingPrerequisite[] = [];

  constructor(
    private readonly query: BaseQuery,
    private readonly limits: SearchLimits,
    before: readonly BaseAttempt[],
  ) {
    this.tried = [...before];
  }

  /** Looks the prerequisites up in the archive. */
  async prepare(find: FindPatch | null): Promise<void> {
    const known = new Set<string | null>(this.query.patches.map(({ messageId }) => messageId));
    for (const prerequisite of this.query.notes.prerequisites) {
      if (prerequisite.kind === "other") {
        this.missing.push({ prerequisite, reason: "prerequisite-form-unknown" });
        continue;
      }
      const patches = find === null ? null : await find(prerequisite);
      if (patches === null) this.missing.push({ prerequisite, reason: "prerequisite-not-found" });
      for (const patch of patches ?? []) {
        // The same patch may be named by its id and by its mail.
        if (patch.messageId !== null && known.has(patch.messageId)) continue;
        known.add(patch.messageId);
        this.prerequisites.push(patch);
      }
    }
  }

  /** Gives the first revision that the series applies to, or else the one to which most of it does. */
  async run(input: Omit<CandidateInput, "prerequisites">): Promise<Chosen> {
    for await (const step of candidates(this.query, { ...input, prerequisites: this.prerequisites })) {
      if ("reason" in step) {
        this.tried.push({ how: step.how, tree: null, revision: null, reason: step.reason });
        continue;
      }
      for await (const found of this.revisions(step)) {
        if ("reason" in found) this.note(step, null, found.reason);
        else if (await this.attempt(step, found.revision)) return this.finish();
      }
      if (this.seen.size >= this.limits.revisions) break;
    }
    return this.finish();
  }

  private note({ how, tree }: Candidate, revision: string | null, reason: BaseReason): void {
    this.tried.push({ how, tree: tree.name, revision, reason });
  }

  /** Commits that a candidate means. */
  private async *revisions(step: Candidate): AsyncGenerator<Found> {
    const { how, tree } = step;
    if (how === "base-commit") {
      const name = /^[0-9a-f]+$/.test(step.commit) ? step.commit : `refs/tags/${step.commit}`;
      const revision = await resolveCommit(tree.path, name);
      yield revision === null ? { reason: "base-commit-unknown" } : { revision };
    } else if (how === "index-blobs") {
      const tips = await tipsOf(tree);
      const found = await findByBlobs(tree.path, tips, step.needed, this.query.date, this.limits);
      yield "commit" in found ? { revision: found.commit } : found;
    } else if (how === "newest-tag") {
      const { date, prefixes } = this.query;
      const tags = tagsFor(await tagsOf(tree), { date, prefixes, limit: this.limits.tags });
      if (tags.length === 0) yield { reason: "no-tags" };
      for (const { commit } of tags) yield { revision: commit };
    } else yield* this.branches(tree, step.branch);
  }

  /** A branch that MAINTAINERS names may have been renamed: then those of the configuration are tried. */
  private async *branches(tree: TreeConfig, branch: string | null): AsyncGenerator<Found> {
    const named = branch === null ? null : await branchCommit(tree, branch);
    if (named !== null) {
      yield { revision: named };
      return;
    }
    if (branch !== null) yield { reason: "no-such-branch" };
    const tips = await tipsOf(tree);
    if (tips.length === 0 && branch === null) yield { reason: "no-such-branch" };
    for (const revision of tips) yield { revision };
  }

  /** Tries the series on a revision; true when no better one has to be looked for. */
  private async attempt(step: Candidate, revision: string): Promise<boolean> {
    if (this.seen.has(revision) || this.seen.size >= this.limits.revisions) return false;
    this.seen.add(revision);
    const { how, tree } = step;
    const open = await openTree(tree.path, { revision });
    const fit = await fitSeries(open, this.prerequisites, this.query.patches).catch(async (error: unknown) => {
      await open.close();
      throw error;
    });
    const named = how === "base-commit" || how === "index-blobs";
    const good = fit.fitness === "exactly" || fit.fitness === "cleanly" || (named && fit.fitness === "with-fuzz");
    if (!good) this.note(step, revision, fit.fitness === "partly" ? "does-not-apply" : "applies-with-fuzz");
    const better = good || fit.applied > (this.best?.fit.applied ?? 0);
    if (better) await this.best?.open.close();
    else await open.close();
    if (better) this.best = { how, tree, revision, fit, open };
    return good;
  }

  /** What the search has come to so far. */
  finish(): Chosen {
    const { best, query, missing, tried } = this;
    const left = (best?.fit.left ?? []).map(
      ({ messageId }): MissingPrerequisite => ({
        prerequisite: { kind: "message-id", id: messageId ?? "" },
        reason: "prerequisite-not-needed",
      }),
    );
    const choice: BaseChoice = {
      how: best?.how ?? null,
      tree: best?.tree.name ?? null,
      revision: best?.revision ?? null,
      applies: best?.fit.fitness ?? null,
      patches: { applied: best?.fit.applied ?? 0, total: query.patches.length },
      applied: (best?.fit.first ?? []).map(({ messageId }) => messageId),
      missing: [...missing, ...left],
      tried,
    };
    const tree = best === null ? null : { ...best.fit.tree, close: () => best.open.close() };
    return { choice, tree };
  }
}
