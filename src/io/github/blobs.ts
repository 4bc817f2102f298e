/** Bytes of files by the ids of git's blobs ("Get a blob"): out of what is kept, else asked for, within bounds. */
import { ForgeError } from "../../pulls/forge.js";
import { isBlob } from "./blob-id.js";
import type { Context } from "./context.js";
import type { Gate } from "./gate.js";
import { count, notRead } from "./words.js";

export interface BlobBounds {
  /** Files that are fetched. */
  files: number;
  /** Bytes of one, and of all that are fetched. */
  fileBytes: number;
  bytes: number;
}

type Reason = "large" | "many" | "missing";

export class Blobs {
  readonly #pending = new Map<string, Promise<Buffer | null>>();
  /** Paths that were not read, by the reason. */
  readonly #unread: Record<Reason, Set<string>> = { large: new Set(), many: new Set(), missing: new Set() };
  #files = 0;
  #bytes = 0;

  constructor(
    private readonly context: Context,
    private readonly gate: Gate,
    private readonly bounds: BlobBounds,
  ) {}

  /** Bytes of the file at a path; null when a bound is reached or GitHub does not have it: see `notes`. @throws ForgeError */
  async read(path: string, { id, size }: { id: string; size: number | null }): Promise<Buffer | null> {
    if (size !== null && size > this.bounds.fileBytes) return this.#not("large", path);
    let asked = this.#pending.get(id);
    if (asked === undefined) {
      asked = this.#load(path, id, size ?? 0);
      this.#pending.set(id, asked);
      const done = (): boolean => this.#pending.delete(id);
      asked.then(done, done);
    }
    return asked;
  }

  /** Sentences on what was not read. @param of how many there were in all, where that is known */
  notes(of: number | null = null): string[] {
    const { files, fileBytes, bytes } = this.bounds;
    const words: Record<Reason, string> = {
      large: `larger than ${count(fileBytes / 1024)} KiB`,
      many: `beyond the ${count(files)} files and ${count(bytes / 1024 / 1024)} MiB that are read`,
      missing: "not to be had from GitHub",
    };
    return (Object.keys(words) as Reason[]).flatMap((reason) => {
      const { size } = this.#unread[reason];
      return size === 0 ? [] : [notRead(size, of, [`it is ${words[reason]}`, `they are ${words[reason]}`])];
    });
  }

  #not(reason: Reason, path: string): null {
    this.#unread[reason].add(path);
    return null;
  }

  async #load(path: string, id: string, size: number): Promise<Buffer | null> {
    const { cache, place } = this.context;
    const kept = await cache.get(place, id);
    if (kept !== null) return kept.length > this.bounds.fileBytes ? this.#not("large", path) : kept;
    if (this.#files >= this.bounds.files || this.#bytes + size > this.bounds.bytes) return this.#not("many", path);
    this.#files++;
    this.#bytes += size;
    const bytes = await this.gate.run(() => this.#fetch(id));
    if (bytes === null) return this.#not("missing", path);
    this.#bytes += bytes.length - size;
    if (bytes.length > this.bounds.fileBytes) return this.#not("large", path);
    await cache.put(place, id, bytes);
    return bytes;
  }

  async #fetch(id: string): Promise<Buffer | null> {
    const { client, at } = this.context;
    try {
      const route = "GET /repos/{owner}/{repo}/git/blobs/{file_sha}";
      const bytes = await client.bytes("git/get-blob", route, { ...at, file_sha: id });
      if (isBlob(id, bytes)) return bytes;
    } catch (error) {
      if (error instanceof ForgeError && (error.trouble === "missing" || error.trouble === "too-large")) return null;
      throw error;
    }
    throw new ForgeError("away", "git/get-blob: the answer has other bytes than were asked for", 200);
  }
}
