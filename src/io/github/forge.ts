/** GitHub as the host of pull requests: the port of src/pulls/forge.ts for one repository. */
import type { Forge } from "../../pulls/forge.js";
import { type BlobCache, openBlobCache } from "./blob-cache.js";
import type { Client } from "./call.js";
import { commitsSince } from "./commits.js";
import { type Context, FORGE_LIMITS, type ForgeLimits, namedRepository } from "./context.js";
import { diffOfCommit, diffOfPull } from "./diffs.js";
import { type MirrorOptions, openMirror } from "./mirror.js";
import { readsOf } from "./reads.js";
import { treeAt } from "./tree.js";
import { writesOf } from "./writes.js";

export interface ForgeOptions {
  /** See client.ts. */
  client: Client;
  /** "owner/name". */
  repository: string;
  /** Blobs that were fetched earlier; in memory, for this port alone, when left out. */
  cache?: BlobCache;
  /** A clone on this machine that may have the commits: diffs and trees are then read there. */
  mirror?: MirrorOptions;
  limits?: Partial<ForgeLimits>;
}

/**
 * Asks who we are, and nothing else yet.
 * @throws ReviewError (exit 2) for what is no "owner/name"; ForgeError
 */
export async function openForge(options: ForgeOptions): Promise<Forge> {
  const { client, repository, cache = openBlobCache(), mirror } = options;
  const at = namedRepository(repository);
  const { login, appId } = await client.identity();
  const context: Context = {
    client,
    at,
    place: `github ${client.baseUrl} ${repository.toLowerCase()}`,
    limits: { ...FORGE_LIMITS, ...options.limits },
    cache,
    mirror: mirror === undefined ? null : openMirror(mirror),
  };
  return {
    login,
    repository,
    ...readsOf(context, appId),
    commits: (base, head) => commitsSince(context, base, head),
    diffOf: (commit, wanted) => diffOfCommit(context, commit, wanted),
    diffOfPull: (pull, mergeBase, wanted) => diffOfPull(context, pull, mergeBase, wanted),
    tree: (commit) => treeAt(context, commit),
    ...writesOf(context),
  };
}
