/**
 * The configured kernel trees: keeps them up to date, and finds for a series the state that it was made on. The order of
 * the ways is decided in watch/base-candidates.ts; here they are gone with git.
 */

import type { Patch } from "../patch/patch.js";
import type { BaseAttempt, BaseQuery, BaseReason, FindPatch, TreeConfig } from "../watch/base.js";
import { type MaintainersSection, parseMaintainers } from "../watch/maintainers.js";
import { isMerged } from "../watch/merged.js";
import { BaseSearch, type Chosen, type SearchLimits } from "./base-search.js";
import { type FetchLimits, fetchTree, type TreeUpdate } from "./fetch-tree.js";
import { remotesOf, remoteUrls, tipsOf } from "./git-refs.js";
import { openTree } from "./git-tree.js";

export interface KernelTreesOptions {
  fetch?: Partial<FetchLimits>;
  search?: Partial<SearchLimits>;
}

export interface KernelTrees {
  /**
   * Finds the base of a series. A tree that cannot be read, or was not fetched, is an entry of `tried`. Rejects only when a
   * repository breaks while it is read. Close the tree.
   */
  choose(query: BaseQuery, find?: FindPatch): Promise<Chosen>;
  /** Message-IDs of patches that the tip of a tree has already. A tree that cannot be read has nothing. */
  merged(patches: readonly Patch[]): Promise<Set<string>>;
  /** Fetches one tree, or all of them, unless that was done within the interval. Never rejects. */
  update(name?: string): Promise<TreeUpdate[]>;
}

const FETCH: FetchLimits = { timeoutMs: 300_000, intervalMs: 600_000, now: Date.now };
const SEARCH: SearchLimits = { timeoutMs: 60_000, commits: 20, tags: 6, revisions: 40 };

/** The largest MAINTAINERS that is read; the kernel's has 0.8 MB. Characters. */
const MAX_MAINTAINERS = 16 * 1024 * 1024;

/** A treewide clean-up has some thousands of files. */
const MAX_FILES = 20_000;

/** Opens the trees of a configuration. Nothing is read before it is asked for. */
export function openKernelTrees(configs: readonly TreeConfig[], options: KernelTreesOptions = {}): KernelTrees {
  return new GitKernelTrees(configs, { ...FETCH, ...options.fetch }, { ...SEARCH, ...options.search });
}

class GitKernelTrees implements KernelTrees {
  /** Fetches that are under way, by tree: whoever asks meanwhile waits for the same. */
  private readonly fetching = new Map<string, Promise<TreeUpdate>>();
  /** Why a tree is older than it should be. */
  private readonly stale = new Map<string, BaseReason>();
  /** The last MAINTAINERS that was parsed, by the id of its blob. */
  private maintainers: { blob: string; sections: MaintainersSection[] } | null = null;

  constructor(
    private readonly configs: readonly TreeConfig[],
    private readonly fetchLimits: FetchLimits,
    private readonly searchLimits: SearchLimits,
  ) {}

  async update(name?: string): Promise<TreeUpdate[]> {
    const updates: TreeUpdate[] = [];
    for (const tree of this.configs) {
      if (name === undefined || tree.name === name) updates.push(await this.fetchOnce(tree));
    }
    return updates;
  }

  async choose(query: BaseQuery, find?: FindPatch): Promise<Chosen> {
    const before: BaseAttempt[] = [];
    const note = (how: BaseAttempt["how"], tree: string | null, reason: BaseReason): void => {
      before.push({ how, tree, revision: null, reason });
    };
    const trees: TreeConfig[] = [];
    for (const tree of this.configs) {
      const reason = this.stale.get(tree.name);
      if (reason !== undefined) note("fetch", tree.name, reason);
      if ((await remotesOf(tree.path)) === null) note("open", tree.name, "tree-unreadable");
      else trees.push({ ...tree, urls: [...(tree.urls ?? []), ...(await remoteUrls(tree.path))] });
    }
    const files = query.patches.reduce((count, patch) => count + patch.files.length, 0);
    if (this.configs.length === 0) note("open", null, "no-trees-configured");
    else if (files === 0) note("open", null, "no-patches");
    else if (files > MAX_FILES) note("open", null, "too-many-files");
    const usable = files > 0 && files <= MAX_FILES && trees.length > 0;
    const search = new BaseSearch(query, this.searchLimits, before);
    if (!usable) return search.finish();
    await search.prepare(find ?? null);
    return search.run({ trees, maintainers: () => this.sections(trees) });
  }

  async merged(patches: readonly Patch[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (const config of this.configs) {
      if ((await remotesOf(config.path)) === null) continue;
      for (const revision of await tipsOf(config)) {
        const tree = await openTree(config.path, { revision });
        try {
          for (const patch of patches)
            if (patch.messageId !== null && !found.has(patch.messageId) && (await isMerged(patch, tree)))
              found.add(patch.messageId);
        } finally {
          await tree.close();
        }
      }
    }
    return found;
  }

  private fetchOnce(tree: TreeConfig): Promise<TreeUpdate> {
    const running = this.fetching.get(tree.name);
    if (running !== undefined) return running;
    const fetching = fetchTree(tree, this.fetchLimits)
      .then((update) => {
        if (update.reason !== null) this.stale.set(tree.name, update.reason);
        else if (update.fetched) this.stale.delete(tree.name);
        return update;
      })
      .finally(() => this.fetching.delete(tree.name));
    this.fetching.set(tree.name, fetching);
    return fetching;
  }

  /** Sections of the first MAINTAINERS that stands at the tip of a tree. */
  private async sections(trees: readonly TreeConfig[]): Promise<readonly MaintainersSection[] | null> {
    for (const config of trees) {
      const [revision] = await tipsOf(config);
      if (revision === undefined) continue;
      const tree = await openTree(config.path, { revision });
      try {
        const blob = (await tree.blobId?.("MAINTAINERS")) ?? null;
        if (blob === null) continue;
        if (this.maintainers?.blob === blob) return this.maintainers.sections;
        const text = (await tree.readFile("MAINTAINERS")) ?? "";
        const sections = parseMaintainers(text.slice(0, MAX_MAINTAINERS));
        this.maintainers = { blob, sections };
        return sections;
      } finally {
        await tree.close();
      }
    }
    return null;
  }
}
