/** What every part of the port is given, its limits among it, and the checks of what becomes part of an address. */
import { EXIT, ReviewError } from "../../errors.js";
import { ForgeError } from "../../pulls/forge.js";
import type { BlobCache } from "./blob-cache.js";
import type { Client } from "./call.js";
import type { Mirror } from "./mirror.js";

export const FORGE_LIMITS = {
  /** Commits of a pull request that are listed. */
  commits: 1000,
  /** Pages of 100 of what was said on a pull request. A longer list is refused, since a part of it would hide a post. */
  pages: 100,
  /** Pages of open pull requests that are searched for a head. */
  pullPages: 30,
  /** A diff from blobs: files, bytes of each side of one, bytes of all. */
  diffFiles: 400,
  diffFileBytes: 1024 * 1024,
  diffBytes: 64 * 1024 * 1024,
  /** A tree: files that are fetched, bytes of one, bytes of all. */
  treeFiles: 3000,
  treeFileBytes: 4 * 1024 * 1024,
  treeBytes: 64 * 1024 * 1024,
  /** Folders that are listed, for a tree and for a diff each. */
  listings: 2000,
  /** Requests at a time. */
  parallel: 8,
};
export type ForgeLimits = typeof FORGE_LIMITS;

export interface Context {
  client: Client;
  /** The repository in an address. */
  at: { owner: string; repo: string };
  /** "github <address of the API> owner/name": a key of what is kept. */
  place: string;
  limits: ForgeLimits;
  cache: BlobCache;
  mirror: Mirror | null;
}

/**
 * The parts of "owner/name".
 * @throws ReviewError (exit 2) for another name, which could leave its place in an address
 */
export function namedRepository(repository: string): { owner: string; repo: string } {
  const parts = /^([A-Za-z0-9][A-Za-z0-9_-]{0,99})\/([A-Za-z0-9._-]{1,100})$/.exec(repository);
  const [, owner, repo] = parts ?? [];
  if (owner !== undefined && repo !== undefined && !/^\.{1,2}$/.test(repo)) return { owner, repo };
  throw new ReviewError("bad-repository", EXIT.usage, "a repository of GitHub is named as owner/name");
}

/** @throws ForgeError missing for what is no full id, so that nothing else becomes part of an address */
export function commitId(id: string): string {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) return id;
  throw new ForgeError("missing", "what should be a commit is not named by a full id", null);
}
