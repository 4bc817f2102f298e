/**
 * The files of a patch before and after it: the blobs that its `index` lines name where the tree has them, else the tree's
 * files by path, with fuzz. Patches of a series stack: each is applied to what the one before left.
 */
import { type Applied, type ApplyReason, applyFile } from "../patch/apply.js";
import type { FileDiff, Patch } from "../patch/patch.js";
import { isSameBlob, type OverlayFile, overlay } from "./overlay.js";
import type { SourceTree } from "./source-tree.js";

/** Where a file's old text came from: the very blob of the `index` line, the tree's file by its name, or nowhere. */
export type BaseOrigin = "blob" | "path" | "none";

export interface BaseFile {
  file: FileDiff;
  /** Path after the patch, or before it when the patch deletes the file; null for hunks without a file name. */
  path: string | null;
  origin: BaseOrigin;
  /** Text before the patch; null when the file is new, or not in the tree. */
  oldText: string | null;
  /** Text after the patch; null when it deletes the file or does not apply. */
  newText: string | null;
  /** How it was applied; null when it was not. */
  applied: Applied | null;
  /** Why it was not applied; null when it was. */
  reason: BaseReason | null;
  /** One sentence for a person behind `reason`. */
  message: string | null;
}

export type BaseReason = ApplyReason | "no-path";

export interface BaseFiles {
  files: BaseFile[];
  /** The tree with the applied files in it, for the next patch of the series. */
  tree: SourceTree;
  /** True when every file that is not binary was applied. */
  complete: boolean;
  /** True when every changed file is the very blob that the patch was made from. */
  exact: boolean;
}

/** Applies a patch to a tree in memory. Rejects only when the tree cannot be read. */
export async function baseFiles(patch: Patch, tree: SourceTree): Promise<BaseFiles> {
  const files: BaseFile[] = [];
  for (const file of patch.files) files.push(await baseFile(patch, file, tree));
  const changed = new Map<string, OverlayFile>();
  for (const base of files) {
    if (base.applied === null || base.path === null) continue;
    const { oldPath, newPath, status, newBlob } = base.file;
    if (oldPath !== null && newPath !== oldPath && status !== "copied")
      changed.set(oldPath, { text: null, blob: null });
    const known = base.origin === "blob" && base.applied.fuzz === 0 ? newBlob : null;
    changed.set(base.path, { text: base.newText, blob: known });
  }
  const textual = files.filter(({ file }) => !file.binary);
  return {
    files,
    tree: changed.size === 0 ? tree : overlay(tree, changed),
    complete: textual.every(({ applied }) => applied !== null),
    exact: textual.every(
      ({ applied, origin, file }) => applied !== null && (origin === "blob" || file.oldPath === null),
    ),
  };
}

/** Applies the patches of a series in order, each to what those before it left. */
export async function baseSeries(patches: readonly Patch[], tree: SourceTree): Promise<BaseFiles[]> {
  const results: BaseFiles[] = [];
  let current = tree;
  for (const patch of patches) {
    const result = await baseFiles(patch, current);
    results.push(result);
    current = result.tree;
  }
  return results;
}

async function baseFile(patch: Patch, file: FileDiff, tree: SourceTree): Promise<BaseFile> {
  const path = file.newPath ?? file.oldPath;
  if (path === null) {
    return refuse(
      file,
      null,
      null,
      "none",
      "no-path",
      "the reply that quotes the hunk does not say which file it changes",
    );
  }
  if (file.oldPath === null) return tryText(patch, file, path, await tree.readFile(path), "path");
  const named = await readNamedBlob(file, tree);
  if (named !== null) {
    const base = tryText(patch, file, path, named, "blob");
    if (base.applied !== null) return base;
  }
  return tryText(patch, file, path, await tree.readFile(file.oldPath), "path");
}

/** The blob that the `index` line names, whether the tree can look blobs up or only knows the ids of its files. */
async function readNamedBlob(file: FileDiff, tree: SourceTree): Promise<string | null> {
  if (file.oldBlob === null || file.oldPath === null) return null;
  const id = tree.blobId === undefined ? null : await tree.blobId(file.oldPath);
  if (id !== null && isSameBlob(id, file.oldBlob)) return tree.readFile(file.oldPath);
  return tree.readBlob(file.oldBlob);
}

function tryText(patch: Patch, file: FileDiff, path: string, text: string | null, origin: BaseOrigin): BaseFile {
  const strict = applyFile(file, text);
  // A quoted diff may have lost white space that nobody noticed: only where its lines do not match is it left aside.
  const result = strict.ok || patch.depth === 0 ? strict : applyFile(file, text, { ignoreWhitespace: true });
  if (!result.ok) return refuse(file, path, text, text === null ? "none" : origin, result.reason, result.message);
  return { file, path, origin, oldText: text, newText: result.text, applied: result, reason: null, message: null };
}

function refuse(
  file: FileDiff,
  path: string | null,
  oldText: string | null,
  origin: BaseOrigin,
  reason: BaseReason,
  message: string,
): BaseFile {
  return { file, path, origin, oldText, newText: null, applied: null, reason, message };
}
