/** A diff made of git's objects, for changes that GitHub gives no text of. Bounded: what is left out is said. */
import type { Diff } from "../../pulls/forge.js";
import type { ListedFile } from "./answers.js";
import { blobHunks, type Sides } from "./blob-hunks.js";
import { Blobs } from "./blobs.js";
import { gitCommit } from "./commits.js";
import type { Context } from "./context.js";
import { fileDiff } from "./file-diff.js";
import { Folders } from "./folders.js";
import { Gate } from "./gate.js";
import { type Change, pathOf, treeChanges } from "./tree-changes.js";
import { count, notRead } from "./words.js";

type Wanted = (path: string) => boolean;

interface Parts {
  /** Text by path. */
  parts: Map<string, string>;
  leftOut: string[];
}

export class ObjectDiff {
  readonly #folders: Folders;
  readonly #blobs: Blobs;

  /** @param from commit id; null for nothing */
  constructor(
    private readonly context: Context,
    private readonly from: string | null,
    private readonly to: string,
  ) {
    const { parallel, diffFiles, diffFileBytes, diffBytes } = context.limits;
    const gate = new Gate(parallel);
    this.#folders = new Folders(context, gate);
    // A changed file has two blobs.
    this.#blobs = new Blobs(context, gate, { files: 2 * diffFiles, fileBytes: diffFileBytes, bytes: diffBytes });
  }

  /** Of all that changed, those files that are wanted. @throws ForgeError */
  async whole(wanted: Wanted): Promise<Diff> {
    const [from, to] = await this.#trees();
    const { changes, cut } = await treeChanges(this.#folders, from, to);
    const { parts, leftOut } = await this.#texts(changes, wanted, changes.length);
    const notes = [...leftOut, ...this.#folders.notes()];
    if (cut && this.#folders.notes().length === 0)
      notes.push("Not all files of the change were found: GitHub lists no more.");
    return { text: [...parts.values()].join(""), leftOut: notes };
  }

  /** Of these files, those that are wanted. @param of how many the change has in all @throws ForgeError */
  async some(files: readonly ListedFile[], wanted: Wanted, of: number): Promise<Parts> {
    if (files.length === 0) return { parts: new Map(), leftOut: [] };
    const some = files.filter(
      ({ filename, previous_filename: old }) => wanted(filename) || (old !== undefined && wanted(old)),
    );
    const skipped = this.#skipped(files.length - some.length, of);
    if (some.length === 0) return { parts: new Map(), leftOut: skipped };
    const [from, to] = await this.#trees();
    const looked = await Promise.all(this.#bounded(some, of, skipped).map((file) => this.#changeOf(file, from, to)));
    const changes = looked.filter((one) => one !== null);
    const lost = looked.length - changes.length;
    const elsewhere = "not in the folders as listed";
    if (lost > 0) skipped.push(notRead(lost, of, [`it is ${elsewhere}`, `they are ${elsewhere}`]));
    const { parts, leftOut } = await this.#texts(changes, () => true, of);
    return { parts, leftOut: [...skipped, ...leftOut, ...this.#folders.notes()] };
  }

  async #trees(): Promise<[string | null, string]> {
    const treeOf = async (commit: string): Promise<string> => (await gitCommit(this.context, commit)).tree;
    return [this.from === null ? null : await treeOf(this.from), await treeOf(this.to)];
  }

  /** A listed file, with what the trees say of it; null where they do not have it. */
  async #changeOf(
    { filename, previous_filename: previous, status }: ListedFile,
    from: string | null,
    to: string,
  ): Promise<Change | null> {
    const oldPath = status === "renamed" && previous !== undefined ? previous : filename;
    const isNew = status === "added" || status === "copied" || from === null;
    const [old, now] = await Promise.all([
      isNew ? null : this.#folders.find(from, oldPath),
      status === "removed" ? null : this.#folders.find(to, filename),
    ]);
    if ((old === null && !isNew) || (now === null && status !== "removed")) return null;
    return {
      oldPath: isNew ? null : oldPath,
      newPath: status === "removed" ? null : filename,
      oldMode: old?.mode ?? null,
      newMode: now?.mode ?? null,
      oldId: old?.id ?? null,
      newId: now?.id ?? null,
      oldSize: old?.size ?? null,
      newSize: now?.size ?? null,
    };
  }

  #skipped(left: number, of: number): string[] {
    const why = "GitHub gives no diff of that size, and";
    const kind = "not of a kind that is looked at";
    return left === 0 ? [] : [notRead(left, of, [`${why} it is ${kind}`, `${why} they are ${kind}`])];
  }

  /** As many as are read; a sentence on the others. */
  #bounded<T>(all: readonly T[], of: number, leftOut: string[]): readonly T[] {
    const { diffFiles } = this.context.limits;
    const most = `at most ${count(diffFiles)} are`;
    if (all.length > diffFiles) leftOut.push(notRead(all.length - diffFiles, of, [most, most]));
    return all.slice(0, diffFiles);
  }

  async #texts(changes: readonly Change[], wanted: Wanted, of: number): Promise<Parts> {
    const all = changes.filter((one) => [one.oldPath, one.newPath].some((path) => path !== null && wanted(path)));
    const leftOut = this.#skipped(changes.length - all.length, of);
    const some = this.#bounded(all, of, leftOut);
    const pairs = await Promise.all(some.map(async (change) => ({ change, sides: await this.#sides(change) })));
    const whole = pairs.filter((pair): pair is { change: Change; sides: Sides } => pair.sides !== null);
    const hunks = await blobHunks(whole.map(({ sides }) => sides));
    if (hunks === null)
      return { parts: new Map(), leftOut: [...leftOut, "No file was read: git could not compare them."] };
    // One path can be told twice: what was a link is deleted and a file is made.
    const parts = new Map<string, string>();
    for (const [n, { change }] of whole.entries()) {
      const path = pathOf(change);
      parts.set(path, (parts.get(path) ?? "") + fileDiff(change, hunks[n] ?? null));
    }
    return { parts, leftOut: [...leftOut, ...this.#blobs.notes(of)] };
  }

  /** Bytes of both sides; null where one of them was not read. */
  async #sides(change: Change): Promise<Sides | null> {
    const side = async (id: string | null, mode: string | null, size: number | null): Promise<Buffer | null> => {
      // A submodule is told by a line that names its commit.
      if (id !== null && mode === "160000") return Buffer.from(`Subproject commit ${id}\n`);
      return id === null ? null : this.#blobs.read(pathOf(change), { id, size });
    };
    const { oldId, newId } = change;
    // The same bytes under another name, or with another mode.
    if (oldId === newId) return oldId === null ? null : { old: null, now: null };
    const [old, now] = await Promise.all([
      side(oldId, change.oldMode, change.oldSize),
      side(newId, change.newMode, change.newSize),
    ]);
    const lost = (oldId !== null && old === null) || (newId !== null && now === null);
    return lost ? null : { old, now };
  }
}
