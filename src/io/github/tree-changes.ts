/** What changed between two trees, by the ids of git's objects: only folders that differ are looked into. */
import type { FileChange } from "./file-diff.js";
import { type Entries, type Entry, type Folders, isFolder } from "./folders.js";

export interface Change extends FileChange {
  /** Bytes; null where there is no file or it is not told. */
  oldSize: number | null;
  newSize: number | null;
}

export interface Changes {
  /** By path; links and submodules too. */
  changes: Change[];
  /** True where a folder could not be listed, or there are too many. */
  cut: boolean;
}

/** A tree of a few objects can have more paths than can be counted. */
const MAX_CHANGES = 200_000;

/** @param trees ids; null for no tree @throws ForgeError */
export async function treeChanges(folders: Folders, oldTree: string | null, newTree: string | null): Promise<Changes> {
  const found: Changes = { changes: [], cut: false };
  await compare(folders, oldTree, newTree, "", found);
  const changes = withRenames(found.changes);
  return { changes: changes.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1)), cut: found.cut };
}

export const pathOf = ({ oldPath, newPath }: FileChange): string => newPath ?? oldPath ?? "";

const EMPTY = { entries: new Map() as Entries, truncated: false };

async function compare(
  folders: Folders,
  oldTree: string | null,
  newTree: string | null,
  prefix: string,
  found: Changes,
): Promise<void> {
  if (oldTree === newTree) return;
  const list = (tree: string | null, deep: boolean) =>
    tree === null ? EMPTY : deep ? folders.below(tree) : folders.children(tree);
  // A whole listing is one request, where GitHub gives it.
  let deep = true;
  let sides = await Promise.all([list(oldTree, true), list(newTree, true)]);
  if (sides.some(({ truncated }) => truncated)) {
    deep = false;
    sides = await Promise.all([list(oldTree, false), list(newTree, false)]);
    found.cut ||= sides.some(({ truncated }) => truncated);
  }
  const [old, now] = sides.map(({ entries }) => entries) as [Entries, Entries];
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    if (found.changes.length >= MAX_CHANGES) {
      found.cut = true;
      return;
    }
    const [before, after] = [old.get(name), now.get(name)];
    if (before?.id === after?.id && before?.mode === after?.mode) continue;
    note(found, prefix + name, before, after);
    if (deep) continue;
    const inside = (entry: Entry | undefined): string | null => (isFolder(entry) ? entry.id : null);
    await compare(folders, inside(before), inside(after), `${prefix}${name}/`, found);
  }
}

/** A file that became a link, or the other way round, is told as git does: one deleted, one new. */
function note({ changes }: Changes, path: string, before: Entry | undefined, after: Entry | undefined): void {
  const old = isFolder(before) ? undefined : before;
  const now = isFolder(after) ? undefined : after;
  if (old !== undefined && now !== undefined && old.mode.slice(0, 3) !== now.mode.slice(0, 3)) {
    changes.push(changeOf(path, old, undefined), changeOf(path, undefined, now));
  } else if (old !== undefined || now !== undefined) changes.push(changeOf(path, old, now));
}

const changeOf = (path: string, old: Entry | undefined, now: Entry | undefined): Change => ({
  oldPath: old === undefined ? null : path,
  newPath: now === undefined ? null : path,
  oldMode: old?.mode ?? null,
  newMode: now?.mode ?? null,
  oldId: old?.id ?? null,
  newId: now?.id ?? null,
  oldSize: old?.size ?? null,
  newSize: now?.size ?? null,
});

/** A new file with the bytes of a deleted one was renamed. Renames with changes are told as one file deleted and one new. */
function withRenames(changes: Change[]): Change[] {
  const gone = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.newPath !== null || change.oldId === null) continue;
    const same = gone.get(change.oldId);
    if (same === undefined) gone.set(change.oldId, [change]);
    else same.push(change);
  }
  const moved = new Set<Change>();
  const told = changes.map((change) => {
    if (change.oldPath !== null || change.newId === null) return change;
    const from = gone
      .get(change.newId)
      ?.find((one) => one.oldMode?.slice(0, 3) === change.newMode?.slice(0, 3) && !moved.has(one));
    if (from === undefined) return change;
    moved.add(from);
    const { oldPath, oldMode, oldId, oldSize } = from;
    return { ...change, oldPath, oldMode, oldId, oldSize };
  });
  return told.filter((change) => !moved.has(change));
}
