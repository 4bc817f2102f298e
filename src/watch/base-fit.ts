/** Whether a series applies to a state of the kernel, with what has to go first. */
import type { Patch } from "../patch/patch.js";
import { type BaseFiles, baseFiles } from "../tree/base-files.js";
import type { SourceTree } from "../tree/source-tree.js";
import type { BaseFitness } from "./base.js";

export interface Fit {
  fitness: BaseFitness;
  /** Patches of the series that apply. */
  applied: number;
  /** Prerequisites that were put first. */
  first: Patch[];
  /** Prerequisites that do not apply, or are in the tree already. */
  left: Patch[];
  /** The tree with the prerequisites in it: what the series is judged on. */
  tree: SourceTree;
}

/** Applies prerequisites and series to a tree in memory. Rejects only when the tree cannot be read. */
export async function fitSeries(
  tree: SourceTree,
  prerequisites: readonly Patch[],
  patches: readonly Patch[],
): Promise<Fit> {
  const stacked = await stack(tree, prerequisites);
  const fit = await measure(stacked, patches);
  if (fit.fitness !== "partly" || stacked.first.length === 0) return fit;
  // What had to go first may have been changed before it was taken: then the series stands on what the tree has.
  const alone = await measure({ tree, first: [], left: [...prerequisites] }, patches);
  return alone.applied > fit.applied ? alone : fit;
}

type Stacked = Pick<Fit, "tree" | "first" | "left">;

async function stack(tree: SourceTree, prerequisites: readonly Patch[]): Promise<Stacked> {
  const stacked: Stacked = { tree, first: [], left: [] };
  for (const patch of prerequisites) {
    const result = await baseFiles(patch, byPath(stacked.tree));
    // With fuzz a patch can apply a second time, on top of itself.
    if (result.complete && fuzzOf(result) === 0 && patch.files.length > 0) {
      stacked.first.push(patch);
      stacked.tree = (await baseFiles(patch, stacked.tree)).tree;
    } else stacked.left.push(patch);
  }
  return stacked;
}

async function measure(stacked: Stacked, patches: readonly Patch[]): Promise<Fit> {
  let current = byPath(stacked.tree);
  let applied = 0;
  let fuzz = 0;
  let exact = true;
  for (const patch of patches) {
    const result = await baseFiles(patch, current);
    if (result.complete) applied++;
    fuzz = Math.max(fuzz, fuzzOf(result));
    exact &&= result.files.every(({ applied: one, file }) => file.binary || one?.exact === true);
    current = result.tree;
  }
  const whole = fuzz > 0 ? "with-fuzz" : exact ? "exactly" : "cleanly";
  return { ...stacked, applied, fitness: applied < patches.length ? "partly" : whole };
}

const fuzzOf = ({ files }: BaseFiles): number =>
  files.reduce((fuzz, { applied }) => Math.max(fuzz, applied?.fuzz ?? 0), 0);

/**
 * A tree that looks files up by their names alone. A repository also has the blobs of all other revisions; a patch whose blob
 * is anywhere would apply everywhere.
 */
function byPath(tree: SourceTree): SourceTree {
  return { ...tree, readBlob: async () => null };
}

/** The files that have to be there before a series, and their blobs as `index` lines name them. */
export interface NeededBlob {
  path: string;
  /** Abbreviated id. */
  blob: string;
}

/** The first touch of each file by the patches in order: what the tree must have before all of them. */
export function neededBlobs(patches: readonly Patch[]): NeededBlob[] {
  const touched = new Set<string>();
  const needed: NeededBlob[] = [];
  for (const { files } of patches) {
    for (const { oldPath, newPath, oldBlob, status } of files) {
      if (oldPath !== null && !touched.has(oldPath) && status !== "added" && oldBlob !== null && isId(oldBlob)) {
        needed.push({ path: oldPath, blob: oldBlob });
      }
      if (oldPath !== null) touched.add(oldPath);
      if (newPath !== null) touched.add(newPath);
    }
  }
  return needed;
}

const isId = (blob: string): boolean => /^[0-9a-f]{7,64}$/.test(blob) && !/^0+$/.test(blob);
