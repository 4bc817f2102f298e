/** Whether a tree has a patch already: what it puts in is there, and what it takes out is not. */
import { applyFile } from "../patch/apply.js";
import type { FileDiff, Hunk, Patch } from "../patch/patch.js";
import { isSameBlob } from "../tree/overlay.js";
import type { SourceTree } from "../tree/source-tree.js";

/** Files that are looked at; a patch to more is a clean-up that nobody answers late. */
const MAX_FILES = 200;

/** True when every file of a patch can be taken back from the tree, hunk by hunk, without leaving anything aside. */
export async function isMerged(patch: Patch, tree: SourceTree): Promise<boolean> {
  const files = patch.files.filter(({ binary }) => !binary);
  if (files.length === 0 || files.length > MAX_FILES) return false;
  for (const file of files) if (!(await fileIsMerged(file, tree))) return false;
  return true;
}

async function fileIsMerged(file: FileDiff, tree: SourceTree): Promise<boolean> {
  if (file.newPath === null) return file.oldPath !== null && (await tree.readFile(file.oldPath)) === null;
  const id = tree.blobId === undefined ? null : await tree.blobId(file.newPath);
  if (id !== null && file.newBlob !== null && isSameBlob(id, file.newBlob)) return true;
  const text = await tree.readFile(file.newPath);
  if (text === null || file.hunks.length === 0) return false;
  const back = applyFile(reversed(file), text);
  if (!back.ok || back.fuzz > 0) return false;
  // A line that is put in twice can be taken back before and after: only where the patch itself does not fit it is in.
  const again = applyFile(file, text);
  return !again.ok || again.fuzz > 0;
}

function reversed(file: FileDiff): FileDiff {
  return {
    ...file,
    oldPath: file.newPath,
    newPath: file.oldPath ?? file.newPath,
    oldBlob: file.newBlob,
    newBlob: file.oldBlob,
    status: "modified",
    hunks: file.hunks.map(reversedHunk),
  };
}

const OTHER = { "+": "-", "-": "+", " ": " " } as const;

function reversedHunk(hunk: Hunk): Hunk {
  const { oldStart, oldLines, newStart, newLines } = hunk;
  const lines = hunk.lines.map((line) => ({ ...line, kind: OTHER[line.kind] }));
  return { ...hunk, oldStart: newStart, oldLines: newLines, newStart: oldStart, newLines: oldLines, lines };
}
