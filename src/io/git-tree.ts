/** A commit of a git repository (bare too) as a {@link SourceTree}; and the choice between it and a plain folder. */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { EXIT, ReviewError } from "../errors.js";
import type { SourceTree } from "../tree/source-tree.js";
import { safeFolder, safePath } from "../tree/tree-path.js";
import { openFolderTree } from "./folder-tree.js";
import { GitBatch, gitEnvironment } from "./git-batch.js";

const run = promisify(execFile);

/** A tree that holds a process or handle: `close` it when done. */
export interface OpenTree extends SourceTree {
  close(): Promise<void>;
}

/** ls-tree of a whole kernel is 8 MB. */
const MAX_LISTING = 256 * 1024 * 1024;

/**
 * Opens what `--tree` names: a git repository (its work tree's top folder or a bare one) at `revision`, else a folder.
 * @throws ReviewError (exit 4) when there is no such folder, or no such revision
 */
export async function openTree(path: string, options: { revision?: string } = {}): Promise<OpenTree> {
  if (!(await isFolder(path))) {
    throw new ReviewError("tree-not-found", EXIT.input, `the tree ${path} is not a folder that can be read`);
  }
  if (await isRepository(path)) {
    const revision = options.revision ?? "HEAD";
    const commit = await resolveCommit(path, revision);
    if (commit !== null) return gitTree(path, commit);
    if (options.revision !== undefined) throw unknownRevision(path, revision);
  } else if (options.revision !== undefined) throw unknownRevision(path, options.revision);
  return { ...(await openFolderTree(path)), close: async () => {} };
}

function unknownRevision(path: string, revision: string): ReviewError {
  return new ReviewError("unknown-revision", EXIT.input, `${path} has no revision ${JSON.stringify(revision)}`);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** A work tree has .git (a folder, or a file in linked work trees); a bare repository has HEAD, objects and refs. */
async function isRepository(path: string): Promise<boolean> {
  if (await exists(join(path, ".git"))) return true;
  const parts = await Promise.all(["HEAD", "objects", "refs"].map((name) => exists(join(path, name))));
  return parts.every(Boolean);
}

/** The commit that a revision names, or null; also null when git refuses the repository or is not installed. */
export async function resolveCommit(path: string, revision: string): Promise<string | null> {
  const args = ["-C", path, "rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`];
  try {
    const { stdout } = await run("git", args, { env: gitEnvironment() });
    const id = stdout.trim();
    return /^[0-9a-f]{40,64}$/.test(id) ? id : null;
  } catch {
    return null;
  }
}

/** Paths that are given to one call of git; the system bounds the length of a command line. */
const MAX_ARGUMENTS = 500;

function gitTree(path: string, commit: string): OpenTree {
  const batch = new GitBatch(path);
  const blob = async (name: string): Promise<{ id: string; content: Buffer } | null> => {
    const object = await batch.read(name);
    return object?.type === "blob" ? object : null;
  };
  const byPath = async (file: string): ReturnType<typeof blob> => {
    const safe = safePath(file);
    return safe === null ? null : blob(`${commit}:${safe}`);
  };
  return {
    label: `git ${commit.slice(0, 12)}`,
    async readFile(file) {
      return (await byPath(file))?.content.toString("utf8") ?? null;
    },
    async readBlob(id) {
      if (!/^[0-9a-f]{4,64}$/.test(id) || /^0+$/.test(id)) return null;
      return (await blob(id))?.content.toString("utf8") ?? null;
    },
    async blobId(file) {
      return (await byPath(file))?.id ?? null;
    },
    list: (folder) => listFiles(path, commit, folder),
    states: { place: `git ${path}`, of: (paths) => blobIds(path, commit, paths) },
    close: () => batch.close(),
  };
}

/** Blob ids of files of a commit, asked for together. */
async function blobIds(path: string, commit: string, paths: readonly string[]): Promise<(string | null)[]> {
  const ids = new Map<string, string>();
  const safe = paths.filter((p) => safePath(p) === p);
  for (let i = 0; i < safe.length; i += MAX_ARGUMENTS) {
    const args = ["--literal-pathspecs", "-C", path, "ls-tree", "-z", "--full-tree", commit, "--"];
    args.push(...safe.slice(i, i + MAX_ARGUMENTS));
    const { stdout } = await run("git", args, { env: gitEnvironment(), maxBuffer: MAX_LISTING });
    for (const entry of stdout.split("\0")) {
      const found = /^100\d+ blob ([0-9a-f]+)\t([\s\S]*)$/.exec(entry);
      if (found !== null) ids.set(found[2] as string, found[1] as string);
    }
  }
  return paths.map((p) => ids.get(p) ?? null);
}

/** Regular files of a commit; symbolic links and submodules are none. */
async function listFiles(path: string, commit: string, folder: string): Promise<string[]> {
  const safe = safeFolder(folder);
  if (safe === null) return [];
  const args = ["--literal-pathspecs", "-C", path, "ls-tree", "-r", "-z", "--full-tree", commit];
  if (safe !== "") args.push("--", `${safe}/`);
  const { stdout } = await run("git", args, { env: gitEnvironment(), maxBuffer: MAX_LISTING });
  const files: string[] = [];
  for (const entry of stdout.split("\0")) {
    const tab = entry.indexOf("\t");
    if (tab > 0 && entry.startsWith("100")) files.push(entry.slice(tab + 1));
  }
  return files.sort();
}
