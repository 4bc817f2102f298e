/** A commit's files at GitHub as a {@link SourceTree}: folders are listed and files fetched when they are asked for. */
import type { SourceTree } from "../../tree/source-tree.js";
import { safeFolder, safePath } from "../../tree/tree-path.js";
import { Blobs } from "./blobs.js";
import { gitCommit } from "./commits.js";
import { type Context, commitId } from "./context.js";
import { type Entry, Folders, isFile, isFolder } from "./folders.js";
import { Gate } from "./gate.js";

/** A tree that says what of it was asked for and could not be read. */
export interface PartialTree extends SourceTree {
  close(): Promise<void>;
  /** Sentences; they grow as more is asked for. */
  unread(): readonly string[];
}

/** A few of git's objects can make more paths than can be counted. */
const MAX_PATHS = 500_000;

/** From the clone that is at hand, else from GitHub. @throws ForgeError missing where there is no such commit */
export async function treeAt(context: Context, commit: string): Promise<PartialTree> {
  const { mirror } = context;
  if (mirror !== null && (await mirror.has([commitId(commit)]))) {
    const tree = await mirror.tree(commit);
    if (tree !== null) return { ...tree, unread: () => [] };
  }
  return githubTree(context, commit, (await gitCommit(context, commit)).tree);
}

function githubTree(context: Context, commit: string, root: string): PartialTree {
  const { parallel, treeFiles, treeFileBytes, treeBytes } = context.limits;
  const gate = new Gate(parallel);
  const folders = new Folders(context, gate);
  const blobs = new Blobs(context, gate, { files: treeFiles, fileBytes: treeFileBytes, bytes: treeBytes });
  const cut = new Set<string>();
  const entry = async (path: string): Promise<Entry | null> => {
    const safe = safePath(path);
    const found = safe === null ? null : await folders.find(root, safe);
    return isFile(found ?? undefined) ? found : null;
  };
  const text = async (path: string, found: Entry | null): Promise<string | null> =>
    found === null ? null : ((await blobs.read(path, found))?.toString("utf8") ?? null);
  return {
    label: `git ${commit.slice(0, 12)}`,
    readFile: async (path) => text(path, await entry(path)),
    async readBlob(id) {
      if (!/^[0-9a-f]{4,64}$/.test(id) || /^0+$/.test(id)) return null;
      const found = await folders.known(id);
      // GitHub knows blobs by their full ids only.
      return text(id, found ?? (id.length === 40 || id.length === 64 ? { id, mode: "100644", size: null } : null));
    },
    blobId: async (path) => (await entry(path))?.id ?? null,
    async list(folder) {
      const safe = safeFolder(folder);
      const found = safe === null ? null : await folders.find(root, safe);
      if (safe === null || !isFolder(found ?? undefined) || found === null) return [];
      const paths: string[] = [];
      if (!(await listBelow(folders, found.id, safe === "" ? "" : `${safe}/`, paths))) cut.add(safe);
      return paths.sort();
    },
    states: {
      place: context.place,
      of: (paths) => Promise.all(paths.map(async (path) => (await entry(path))?.id ?? null)),
    },
    close: async () => {},
    unread: () => [
      ...[...cut].map(
        (folder) => `Not all files of ${folder === "" ? "the tree" : folder} were found: GitHub lists no more.`,
      ),
      ...folders.notes(),
      ...blobs.notes(),
    ],
  };
}

/** Appends the paths of all files below a folder; false where some are missing. */
async function listBelow(folders: Folders, tree: string, prefix: string, paths: string[]): Promise<boolean> {
  const all = await folders.below(tree);
  const { entries, truncated } = all.truncated ? await folders.children(tree) : all;
  let whole = !truncated;
  for (const [name, entry] of entries) {
    if (paths.length >= MAX_PATHS) return false;
    const path = prefix + name;
    if (safePath(path) === null) continue;
    if (isFile(entry)) paths.push(path);
    else if (all.truncated && isFolder(entry)) whole = (await listBelow(folders, entry.id, `${path}/`, paths)) && whole;
  }
  return whole;
}
