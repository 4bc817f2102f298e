/** One file's part of a diff in git's form (git-diff(1), "Generating patch text with -p"), from what is known of the change. */
import type { ListedFile } from "./answers.js";
import { quoteName, sideName } from "./quote-name.js";

/** A changed file. */
export interface FileChange {
  /** Null where there was, or is, none. */
  oldPath: string | null;
  newPath: string | null;
  /** "100644"; null where it is not known. */
  oldMode: string | null;
  newMode: string | null;
  /** Blob ids; null where they are not known. */
  oldId: string | null;
  newId: string | null;
}

/** Hunks as text, "binary", or null where the bytes are the same. */
export type Changed = string | "binary" | null;

const NONE = "0".repeat(40);

export function fileDiff(change: FileChange, changed: Changed): string {
  const { oldPath, newPath, oldMode, newMode, oldId, newId } = change;
  const [old, now] = [quoteName(`a/${oldPath ?? newPath}`), quoteName(`b/${newPath ?? oldPath}`)];
  const lines = [`diff --git ${old} ${now}`];
  if (oldPath === null) lines.push(`new file mode ${newMode ?? "100644"}`);
  else if (newPath === null) lines.push(`deleted file mode ${oldMode ?? "100644"}`);
  else if (oldMode !== null && newMode !== null && oldMode !== newMode) {
    lines.push(`old mode ${oldMode}`, `new mode ${newMode}`);
  }
  if (oldPath !== null && newPath !== null && oldPath !== newPath) {
    if (changed === null) lines.push("similarity index 100%");
    lines.push(`rename from ${quoteName(oldPath)}`, `rename to ${quoteName(newPath)}`);
  }
  const known = (oldId !== null || oldPath === null) && (newId !== null || newPath === null);
  if (known && oldId !== newId) {
    lines.push(
      `index ${oldId ?? NONE}..${newId ?? NONE}${oldMode !== null && oldMode === newMode ? ` ${newMode}` : ""}`,
    );
  }
  const [left, right] = [oldPath === null ? "/dev/null" : old, newPath === null ? "/dev/null" : now];
  if (changed === "binary") lines.push(`Binary files ${left} and ${right} differ`);
  else if (changed !== null) lines.push(`--- ${sideName(left)}`, `+++ ${sideName(right)}`, changed.replace(/\n$/, ""));
  return `${lines.join("\n")}\n`;
}

/**
 * The part of a file that GitHub lists with its patch; null where the patch is not there or not whole, so that its blobs have to
 * be looked at.
 */
export function listedDiff(file: ListedFile): string | null {
  const { filename, previous_filename: previous, status, additions, deletions, patch } = file;
  if (status === "unchanged") return "";
  const moved = status === "renamed" && previous !== undefined;
  // A copy is told as a new file: its patch is against what it was copied from.
  if (status === "copied") return null;
  const change: FileChange = {
    oldPath: status === "added" ? null : moved ? previous : filename,
    newPath: status === "removed" ? null : filename,
    oldMode: null,
    newMode: null,
    oldId: null,
    newId: null,
  };
  if (patch !== undefined && patch !== "") return isWhole(patch, additions, deletions) ? fileDiff(change, patch) : null;
  // Without a patch: an empty file, or the same bytes under another name; else its bytes are too many or no text.
  const nothing = additions === 0 && deletions === 0 && (status === "added" || status === "removed" || moved);
  return nothing ? fileDiff(change, null) : null;
}

function isWhole(patch: string, additions: number, deletions: number): boolean {
  let [added, deleted] = [0, 0];
  for (const line of patch.split("\n")) {
    const [mark = " "] = line;
    if (mark === "+") added++;
    else if (mark === "-") deleted++;
    else if (!" @\\".includes(mark)) return false;
  }
  return added === additions && deleted === deletions;
}
