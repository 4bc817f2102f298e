/** Folders of a repository by the ids of git's trees ("Get a tree"), each asked for once; a bounded number of them. */
import { ForgeError } from "../../pulls/forge.js";
import { treeAnswer } from "./answers.js";
import { read } from "./call.js";
import type { Context } from "./context.js";
import type { Gate } from "./gate.js";

export interface Entry {
  /** "100644", "100755"; "120000" a link, "160000" a submodule, "040000" a folder. */
  mode: string;
  id: string;
  /** Bytes; null where it is not told. */
  size: number | null;
}

export type Entries = ReadonlyMap<string, Entry>;

export const isFolder = (entry: Entry | undefined): entry is Entry & { mode: "040000" } => entry?.mode === "040000";
/** Links and submodules are no files. */
export const isFile = (entry: Entry | undefined): entry is Entry & { mode: `100${string}` } =>
  entry?.mode.startsWith("100") === true;

interface Listing {
  entries: Entries;
  truncated: boolean;
}

const NOTHING: Listing = { entries: new Map(), truncated: true };

export class Folders {
  readonly #flat = new Map<string, Promise<Listing>>();
  readonly #deep = new Map<string, Promise<Listing>>();
  #asked = 0;
  #refused = 0;
  #missing = 0;

  constructor(
    private readonly context: Context,
    private readonly gate: Gate,
  ) {}

  /** What lies directly in a folder; not all of it where `truncated`. @throws ForgeError */
  children(tree: string): Promise<Listing> {
    return this.#once(this.#flat, tree, false);
  }

  /** All below a folder by path, folders too; not all of it where `truncated`. @throws ForgeError */
  below(tree: string): Promise<Listing> {
    return this.#once(this.#deep, tree, true);
  }

  /** The entry at a safe path; null when there is none, and where its folder could not be listed. */
  async find(root: string, path: string): Promise<Entry | null> {
    let entry: Entry | undefined = { mode: "040000", id: root, size: null };
    for (const step of path === "" ? [] : path.split("/")) {
      if (!isFolder(entry)) return null;
      entry = (await this.children(entry.id)).entries.get(step);
    }
    return entry ?? null;
  }

  /** The entry of the file whose blob has this id or begins with it, as far as folders were listed; null where it is not clear. */
  async known(id: string): Promise<Entry | null> {
    let found: Entry | null = null;
    for (const listing of this.#flat.values()) {
      for (const entry of (await listing).entries.values()) {
        if (!isFile(entry) || !entry.id.startsWith(id)) continue;
        if (found !== null && found.id !== entry.id) return null;
        found = entry;
      }
    }
    return found;
  }

  /** Sentences on what could not be listed. */
  notes(): string[] {
    const notes: string[] = [];
    if (this.#refused > 0)
      notes.push(`${this.#refused} folders were not listed: at most ${this.context.limits.listings} are.`);
    if (this.#missing > 0) notes.push(`${this.#missing} folders could not be listed: GitHub does not have them.`);
    return notes;
  }

  #once(known: Map<string, Promise<Listing>>, tree: string, recursive: boolean): Promise<Listing> {
    const found = known.get(tree);
    if (found !== undefined) return found;
    const asked = this.#ask(tree, recursive);
    known.set(tree, asked);
    // An outage is not kept.
    asked.catch(() => known.delete(tree));
    return asked;
  }

  async #ask(tree: string, recursive: boolean): Promise<Listing> {
    if (this.#asked >= this.context.limits.listings) {
      this.#refused++;
      return NOTHING;
    }
    this.#asked++;
    const { client, at } = this.context;
    const parameters = { ...at, tree_sha: tree, ...(recursive ? { recursive: "1" } : {}) };
    try {
      const route = "GET /repos/{owner}/{repo}/git/trees/{tree_sha}";
      const { data } = await this.gate.run(() => client.call("git/get-tree", route, parameters));
      const { tree: list, truncated } = read("git/get-tree", treeAnswer, data);
      const entries = new Map<string, Entry>();
      for (const { path, mode, sha, size } of list) {
        if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(sha)) entries.set(path, { mode, id: sha, size: size ?? null });
      }
      if (recursive && !truncated) this.#remember(tree, entries);
      return { entries, truncated };
    } catch (error) {
      if (!(error instanceof ForgeError && error.trouble === "missing")) throw error;
      this.#missing++;
      return NOTHING;
    }
  }

  /** The listing of all below a folder holds those of the folders in it. */
  #remember(tree: string, entries: Entries): void {
    const folders = new Map<string, Map<string, Entry>>([["", new Map()]]);
    for (const [path, entry] of entries) if (isFolder(entry)) folders.set(path, new Map());
    for (const [path, entry] of entries) {
      const slash = path.lastIndexOf("/");
      folders.get(path.slice(0, Math.max(0, slash)))?.set(path.slice(slash + 1), entry);
    }
    for (const [path, inside] of folders) {
      const id = path === "" ? tree : entries.get(path)?.id;
      if (id !== undefined && !this.#flat.has(id)) {
        this.#flat.set(id, Promise.resolve({ entries: inside, truncated: false }));
      }
    }
  }
}
