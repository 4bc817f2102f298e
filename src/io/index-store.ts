/**
 * The cache folder that indexes of trees are kept in. Every file is written under a name of its own and renamed into place, so
 * that a second process sees the old one or the new one and never a part. One that is cut short, or was written by another
 * version, is not there: it is counted, and made again. Old ones go when the folder grows too large.
 */
import { hash, randomBytes } from "node:crypto";
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import type { IndexStore, Kept } from "../review/tree-index.js";
import { CODE_SUFFIX } from "./kept-code.js";

const sha256 = (part: string | Uint8Array): string => hash("sha256", part, "hex");

/**
 * A file: these words, the digest of the head, its length (both in hexadecimal digits), the head, and behind it the parts, which
 * are read one by one when they are asked for. The head says where each ends, and holds the beginning of its digest.
 */
const MAGIC = "patchwitness index 2\n";
const DIGEST = 64;
const LENGTH = 8;
const START = MAGIC.length + DIGEST + LENGTH;
const MARK = 8;

const SUFFIX = ".index";

/** What the folder may hold, and how long one is kept that nobody asks for. */
const MAX_BYTES = 512 * 1024 * 1024;
const MAX_AGE_MS = 30 * 24 * 3600 * 1000;

export interface FolderStore extends IndexStore {
  /** Files that could not be read as what they should be. */
  broken(): number;
}

/** Opens a cache folder; it is made when something is saved. Never fails: without a folder nothing is kept. */
export async function openIndexStore(folder: string, version: string): Promise<FolderStore> {
  let broken = 0;
  const fileOf = (key: string): string => join(folder, `${sha256(key).slice(0, 40)}${SUFFIX}`);
  return {
    engine: `${version} ${process.version} ${engineState()}`,
    broken: () => broken,
    encode: (value) => serialize(value),
    decode: (bytes) => deserialize(bytes),
    async load(key) {
      const file = fileOf(key);
      const found = open(file, key);
      if (found === "broken") broken++;
      if (found === null || found === "broken") return null;
      // Used now: what has not been used for longest goes first.
      await utimes(file, new Date(), new Date()).catch(() => {});
      return found;
    },
    async save(key, value, parts = []) {
      await write(folder, fileOf(key), seal(key, value, parts)).catch(() => {});
      await trim(folder).catch(() => {});
    },
  };
}

interface Head {
  key: string;
  value: unknown;
  /** Where each part ends, counted from the end of the head. */
  ends: Float64Array;
  marks: Uint8Array;
}

// At one go: an object for each of hundreds of parts takes longer than the sums.
const markOf = (part: Uint8Array): Buffer => hash("sha256", part, "buffer").subarray(0, MARK);

function seal(key: string, value: unknown, parts: readonly Uint8Array[]): Uint8Array[] {
  const ends = new Float64Array(parts.length);
  const marks = new Uint8Array(parts.length * MARK);
  let end = 0;
  parts.forEach((part, i) => {
    end += part.length;
    ends[i] = end;
    marks.set(markOf(part), i * MARK);
  });
  const head = serialize({ key, value, ends, marks } satisfies Head);
  const length = head.length.toString(16).padStart(LENGTH, "0");
  return [Buffer.from(MAGIC), Buffer.from(sha256(head)), Buffer.from(length), head, ...parts];
}

/** Opens a kept file; null when there is none. What comes of it holds the file open until it is closed. */
function open(path: string, key: string): Kept | null | "broken" {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return null;
  }
  const found = readHead(file, key);
  if (found === null) {
    closeSync(file);
    return "broken";
  }
  return new KeptFile(file, found.head, found.start);
}

function readHead(file: number, key: string): { head: Head; start: number } | null {
  try {
    const first = readAt(file, 0, START);
    if (first.toString("latin1", 0, MAGIC.length) !== MAGIC) return null;
    const length = Number.parseInt(first.toString("latin1", MAGIC.length + DIGEST), 16);
    const { size } = fstatSync(file);
    if (!(START + length <= size)) return null;
    const content = readAt(file, START, length);
    if (first.toString("latin1", MAGIC.length, MAGIC.length + DIGEST) !== sha256(content)) return null;
    const head = deserialize(content) as Head;
    const start = START + length;
    return head.key === key && start + (head.ends.at(-1) ?? 0) === size ? { head, start } : null;
  } catch {
    return null;
  }
}

function readAt(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  const read = readSync(file, bytes, 0, length, at);
  return bytes.subarray(0, read);
}

class KeptFile implements Kept {
  readonly value: unknown;
  private isOpen = true;

  constructor(
    private readonly file: number,
    private readonly head: Head,
    private readonly start: number,
  ) {
    this.value = head.value;
  }

  part(number: number): Uint8Array | null {
    const { ends, marks } = this.head;
    const end = ends[number];
    if (!this.isOpen || end === undefined) return null;
    const from = number === 0 ? 0 : (ends[number - 1] as number);
    try {
      const bytes = readAt(this.file, this.start + from, end - from);
      const mark = marks.subarray(number * MARK, (number + 1) * MARK);
      return markOf(bytes).equals(mark) ? bytes : null;
    } catch {
      return null;
    }
  }

  close(): void {
    if (this.isOpen) closeSync(this.file);
    this.isOpen = false;
  }
}

async function write(folder: string, file: string, parts: readonly Uint8Array[]): Promise<void> {
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
    if (!name.includes(SUFFIX) && !name.includes(CODE_SUFFIX)) continue;
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

/** What tools/build.mjs found this program's own files to be. */
declare const BUILT_ENGINE: string | undefined;

/** What this program's own files are, else their times and sizes: an index made by other code is another's. */
function engineState(): string {
  if (typeof BUILT_ENGINE === "string") return BUILT_ENGINE;
  const root = join(dirname(fileURLToPath(import.meta.url)), "..");
  const states: string[] = [];
  for (const stage of ["source", "analysis", "rules", "review"]) {
    // Some hundred files: one after the other is a tenth of the time that as many promises take.
    for (const name of readdirSync(join(root, stage)).sort()) {
      const info = statSync(join(root, stage, name));
      states.push(`${stage}/${name} ${info.size} ${info.mtimeMs}`);
    }
  }
  return sha256(states.join("\n"));
}
