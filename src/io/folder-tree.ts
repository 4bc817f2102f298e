/** A kernel source folder as a {@link SourceTree}. No name out of a mail reads anything outside of it. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import type { SourceTree } from "../tree/source-tree.js";
import { safeFolder, safePath } from "../tree/tree-path.js";

/** Kernel sources are far smaller; a larger file is not read. Bytes. */
const MAX_FILE = 64 * 1024 * 1024;

/** What the file system answers when there is no such file; anything else is a failure of the tree. */
const ABSENT = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG", "EINVAL"]);

/** Opens a folder; rejects when it cannot be read. */
export async function openFolderTree(folder: string): Promise<SourceTree> {
  const root = await realpath(resolve(folder));
  const bytes = (path: string): Promise<Buffer | null> => readInside(root, path);
  return {
    label: `folder ${basename(root)}`,
    async readFile(path) {
      return (await bytes(path))?.toString("utf8") ?? null;
    },
    async readBlob() {
      return null;
    },
    async list(below) {
      const start = safeFolder(below);
      const paths: string[] = [];
      if (start !== null) await walk(root, start, paths);
      return paths.sort();
    },
    states: { place: `folder ${root}`, of: async (paths) => paths.map((path) => stateOf(root, path)) },
    async blobId(path) {
      const content = await bytes(path);
      return content === null ? null : hashBlob(content);
    },
  };
}

/** The id that git gives to a file's bytes (gitformat-loose: SHA-1 of the header and the content). */
function hashBlob(content: Buffer): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}

/** Times and size of a file: writing to it changes one of them (as git's own index trusts). */
function stateOf(root: string, path: string): string | null {
  const safe = safePath(path);
  if (safe === null) return null;
  try {
    const info = statSync(join(root, safe), { bigint: true });
    return info.isFile() ? [info.mtimeNs, info.ctimeNs, info.size, info.ino].join(" ") : null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Bytes of a file whose real place, links followed, is below the root; null when there is none. */
async function readInside(root: string, path: string): Promise<Buffer | null> {
  const safe = safePath(path);
  if (safe === null) return null;
  try {
    const real = await realpath(join(root, safe));
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) return null;
    const info = await stat(real);
    if (!info.isFile() || info.size > MAX_FILE) return null;
    return await readFile(real);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && ABSENT.has(error.code);
}

/** Files below a folder, links not followed, so that no circle can be walked. */
async function walk(root: string, folder: string, paths: string[]): Promise<void> {
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    let entries: import("node:fs").Dirent[];
    try {
      const real = await realpath(join(root, next));
      if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) continue;
      entries = await readdir(real, { withFileTypes: true });
    } catch (error) {
      if (isAbsent(error)) continue;
      throw error;
    }
    for (const entry of entries) {
      const path = next === "" ? entry.name : `${next}/${entry.name}`;
      if (entry.isDirectory() && path !== ".git") pending.push(path);
      else if (entry.isFile()) paths.push(path);
    }
  }
}
