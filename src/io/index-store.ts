/**
 * The cache folder that indexes of trees are kept in. Every file is written under a name of its own and renamed into place, so
 * that a second process sees the old one or the new one and never a part. One that is cut short, or was written by another
 * version, is not there: it is counted, and made again. Old ones go when the folder grows too large.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import type { IndexStore } from "../review/tree-index.js";

const sha256 = (...parts: (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/** A file: these words, the digest of what follows, and that. */
const MAGIC = "patchwitness index 1\n";
const HEAD = MAGIC.length + 64;

const SUFFIX = ".index";

/** What the folder may hold, and how long one is kept that nobody asks for. */
const MAX_BYTES = 512 * 1024 * 1024;
const MAX_AGE_MS = 30 * 24 * 3600 * 1000;

/** `--cache`, else the user's cache folder (XDG Base Directory Specification). */
export const cacheFolder = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "patchwitness");

export interface FolderStore extends IndexStore {
  /** Files that could not be read as what they should be. */
  broken(): number;
}

/** Opens a cache folder; it is made when something is saved. Never fails: without a folder nothing is kept. */
export async function openIndexStore(folder: string, version: string): Promise<FolderStore> {
  let broken = 0;
  const fileOf = (key: string): string => join(folder, `${sha256(key).slice(0, 40)}${SUFFIX}`);
  return {
    engine: `${version} ${process.version} ${await engineState()}`,
    broken: () => broken,
    encode: (value) => serialize(value),
    decode: (bytes) => deserialize(bytes),
    async load(key) {
      const file = fileOf(key);
      const bytes = await readFile(file).catch(() => null);
      if (bytes === null) return null;
      const value = open(bytes, key);
      if (value === null) broken++;
      // Used now: what has not been used for longest goes first.
      else await utimes(file, new Date(), new Date()).catch(() => {});
      return value;
    },
    async save(key, value) {
      await write(folder, fileOf(key), seal(key, value)).catch(() => {});
      await trim(folder).catch(() => {});
    },
  };
}

function seal(key: string, value: unknown): Buffer[] {
  const content = serialize({ key, value });
  return [Buffer.from(MAGIC), Buffer.from(sha256(content)), content];
}

function open(bytes: Buffer, key: string): unknown {
  if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return null;
  const content = bytes.subarray(HEAD);
  if (bytes.toString("latin1", MAGIC.length, HEAD) !== sha256(content)) return null;
  try {
    const found = deserialize(content) as { key: string; value: unknown };
    return found.key === key ? found.value : null;
  } catch {
    return null;
  }
}

async function write(folder: string, file: string, parts: readonly Buffer[]): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(draft, parts, { mode: 0o600 });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Removes what is too old, then the least used until the rest fits; drafts that a killed process left go with age. */
async function trim(folder: string): Promise<void> {
  const files: { path: string; size: number; used: number }[] = [];
  for (const name of await readdir(folder)) {
    if (!name.includes(SUFFIX)) continue;
    const path = join(folder, name);
    const info = await stat(path).catch(() => null);
    if (info !== null) files.push({ path, size: info.size, used: info.mtimeMs });
  }
  files.sort((a, b) => b.used - a.used || (a.path < b.path ? -1 : 1));
  const oldest = Date.now() - MAX_AGE_MS;
  let total = 0;
  for (const { path, size, used } of files) {
    total += size;
    if (total > MAX_BYTES || used < oldest) await rm(path, { force: true });
  }
}

/** Times and sizes of this program's own files: an index made by other code is another's. */
async function engineState(): Promise<string> {
  const root = join(dirname(fileURLToPath(import.meta.url)), "..");
  const states: string[] = [];
  for (const stage of ["source", "analysis", "rules", "review"]) {
    for (const name of (await readdir(join(root, stage))).sort()) {
      const info = await stat(join(root, stage, name));
      states.push(`${stage}/${name} ${info.size} ${info.mtimeMs}`);
    }
  }
  return sha256(states.join("\n"));
}
