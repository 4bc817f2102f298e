/**
 * Blobs that were fetched: in memory, and in a folder that processes may share. A file is written under a name of its own and
 * renamed into place; whatever is read is hashed, so that a spoilt file is none. What was not used for longest goes first. Blobs are
 * kept for each repository apart: nobody reads one out of a repository that they may not see by naming its id.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isBlob } from "./blob-id.js";

/** Neither fails: what cannot be read is not there, what cannot be written is not kept. */
export interface BlobCache {
  /** @param place of the repository */
  get(place: string, id: string): Promise<Buffer | null>;
  put(place: string, id: string, bytes: Buffer): Promise<void>;
}

export interface BlobCacheOptions {
  /** Made when something is kept; memory alone without it. */
  folder?: string;
  /** Bytes; 64 MiB. */
  memoryBytes?: number;
  /** Bytes; 512 MiB, and a sixteenth of it more for each process that writes. */
  diskBytes?: number;
}

const MIB = 1024 * 1024;
/** A file under a name of its own that is older was left behind by a process that ended. Milliseconds. */
const ABANDONED = 3_600_000;

export function openBlobCache({
  folder,
  memoryBytes = 64 * MIB,
  diskBytes = 512 * MIB,
}: BlobCacheOptions = {}): BlobCache {
  const memory = new Memory(memoryBytes);
  const disk = folder === undefined ? null : new Disk(join(folder, "blobs"), diskBytes);
  return {
    async get(place, id) {
      if (!isId(id)) return null;
      const key = `${place} ${id}`;
      const held = memory.get(key);
      if (held !== null) return held;
      const found = (await disk?.get(place, id)) ?? null;
      if (found !== null) memory.put(key, found);
      return found;
    },
    async put(place, id, bytes) {
      if (!isId(id)) return;
      memory.put(`${place} ${id}`, bytes);
      await disk?.put(place, id, bytes);
    },
  };
}

const isId = (id: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id);

/** What was used last stays; bounded by bytes. */
class Memory {
  readonly #held = new Map<string, Buffer>();
  #size = 0;

  constructor(private readonly max: number) {}

  get(key: string): Buffer | null {
    const found = this.#held.get(key);
    if (found === undefined) return null;
    this.#held.delete(key);
    this.#held.set(key, found);
    return found;
  }

  put(key: string, bytes: Buffer): void {
    if (bytes.length > this.max) return;
    this.#size += bytes.length - (this.#held.get(key)?.length ?? 0);
    this.#held.delete(key);
    this.#held.set(key, bytes);
    for (const [oldest, { length }] of this.#held) {
      if (this.#size <= this.max) break;
      this.#held.delete(oldest);
      this.#size -= length;
    }
  }
}

class Disk {
  /** Bytes that were written since the folder was last looked through; all of them before the first time. */
  #written = Number.POSITIVE_INFINITY;
  #trimming: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly max: number,
  ) {}

  #folderOf(place: string): string {
    return join(this.folder, createHash("sha256").update(place).digest("hex").slice(0, 24));
  }

  async get(place: string, id: string): Promise<Buffer | null> {
    const file = join(this.#folderOf(place), id);
    const bytes = await readFile(file).catch(() => null);
    if (bytes === null) return null;
    if (!isBlob(id, bytes)) {
      await rm(file, { force: true }).catch(() => {});
      return null;
    }
    await utimes(file, new Date(), new Date()).catch(() => {});
    return bytes;
  }

  async put(place: string, id: string, bytes: Buffer): Promise<void> {
    if (bytes.length > this.max / 16) return;
    const folder = this.#folderOf(place);
    const draft = join(folder, `.${id}.${randomBytes(6).toString("hex")}`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(draft, bytes, { flag: "wx", mode: 0o600 });
      await rename(draft, join(folder, id));
    } catch {
      await rm(draft, { force: true }).catch(() => {});
      return;
    }
    this.#written += bytes.length;
    if (this.#written <= this.max / 16) return;
    this.#written = 0;
    this.#trimming = this.#trimming.then(() => this.#trim()).catch(() => {});
    await this.#trimming;
  }

  async #trim(): Promise<void> {
    const files: { file: string; size: number; used: number }[] = [];
    for (const name of await readdir(this.folder)) {
      const inside = join(this.folder, name);
      // Nothing else is touched, whatever folder was configured.
      const kept = (await readdir(inside).catch(() => [])).filter((one) =>
        /^(?:[0-9a-f]{40,64}|\.[0-9a-f]+\.[0-9a-f]{12})$/.test(one),
      );
      for (const one of kept) {
        const file = join(inside, one);
        const info = await stat(file).catch(() => null);
        if (info === null) continue;
        if (!one.startsWith(".")) files.push({ file, size: info.size, used: info.mtimeMs });
        else if (Date.now() - info.mtimeMs > ABANDONED) await rm(file, { force: true });
      }
    }
    files.sort((a, b) => a.used - b.used);
    let size = files.reduce((sum, one) => sum + one.size, 0);
    for (const one of files) {
      if (size <= this.max) break;
      await rm(one.file, { force: true });
      size -= one.size;
    }
  }
}
