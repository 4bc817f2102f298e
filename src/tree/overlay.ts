/** A tree with some files changed: what a patch leaves for the next one of its series. */
import type { SourceTree } from "./source-tree.js";

/** A changed file: its text, or null when it was deleted; the blob id that it is known to have, abbreviated or whole. */
export interface OverlayFile {
  text: string | null;
  blob: string | null;
}

/**
 * A tree that answers for `files` itself and asks `tree` for all others.
 * @param files changed files by path; a plain text (or null: deleted) will do where the blob id is not known
 */
export function overlay(tree: SourceTree, files: ReadonlyMap<string, string | null | OverlayFile>): SourceTree {
  const own = new Map<string, OverlayFile>();
  for (const [path, file] of files) {
    own.set(path, file === null || typeof file === "string" ? { text: file, blob: null } : file);
  }
  return {
    label: tree.label,
    async readFile(path) {
      const file = own.get(path);
      return file === undefined ? tree.readFile(path) : file.text;
    },
    async readBlob(id) {
      for (const { text, blob } of own.values()) {
        if (text !== null && blob !== null && isSameBlob(blob, id)) return text;
      }
      return tree.readBlob(id);
    },
    async list(folder) {
      const prefix = folder === "" ? "" : folder.endsWith("/") ? folder : `${folder}/`;
      const paths = new Set(await tree.list(folder));
      for (const [path, { text }] of own) {
        if (!path.startsWith(prefix)) continue;
        if (text === null) paths.delete(path);
        else paths.add(path);
      }
      return [...paths].sort();
    },
    async blobId(path) {
      const file = own.get(path);
      if (file !== undefined) return file.blob;
      return tree.blobId === undefined ? null : tree.blobId(path);
    },
  };
}

/** Two blob ids of which either may be abbreviated; git abbreviates to seven digits at the least. */
export function isSameBlob(one: string, other: string): boolean {
  if (one.length < 7 || other.length < 7 || /^0+$/.test(one) || /^0+$/.test(other)) return false;
  return one.startsWith(other) || other.startsWith(one);
}
