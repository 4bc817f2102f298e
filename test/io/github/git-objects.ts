/** Git's objects in memory, with the ids that git gives them, so that code which checks ids finds them right. */
import { createHash } from "node:crypto";

/** A file of a commit: text, bytes, or either with a mode (100755, 120000 a link, 160000 a submodule: its commit). */
export type FileSpec = string | Buffer | { mode: string; content: string | Buffer };
/** A whole tree. A map where a path is one that objects treat apart, such as __proto__. */
export type Files = Record<string, FileSpec> | ReadonlyMap<string, FileSpec>;

export interface Entry {
  mode: string;
  name: string;
  sha: string;
}

export interface Person {
  name: string;
  email: string;
  /** ISO, whole seconds. */
  date: string;
}

export interface Commit {
  sha: string;
  tree: string;
  parents: string[];
  author: Person;
  message: string;
}

export const typeOf = (mode: string): "tree" | "commit" | "blob" =>
  mode === "40000" ? "tree" : mode === "160000" ? "commit" : "blob";

const idOf = (type: string, content: Buffer): string =>
  createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex");

/** Git compares a folder's name as if a slash ended it. */
const sortKey = ({ mode, name }: Entry): Buffer => Buffer.from(mode === "40000" ? `${name}/` : name);

interface Folder {
  entries: Map<string, Entry>;
  folders: Map<string, Folder>;
}
const folder = (): Folder => ({ entries: new Map(), folders: new Map() });

export class ObjectStore {
  readonly blobs = new Map<string, Buffer>();
  readonly trees = new Map<string, Entry[]>();
  readonly commits = new Map<string, Commit>();

  blob(content: string | Buffer): string {
    const bytes = Buffer.from(content as string);
    const sha = idOf("blob", bytes);
    this.blobs.set(sha, bytes);
    return sha;
  }

  /** Writes the trees of a whole set of files. Names are not looked at: "..", newlines and the like are what tests want. */
  tree(files: Files): string {
    const root = folder();
    for (const [path, spec] of files instanceof Map ? files : Object.entries(files)) {
      const { mode, content } =
        typeof spec === "string" || Buffer.isBuffer(spec) ? { mode: "100644", content: spec } : spec;
      const steps = path.split("/");
      const name = steps.pop() ?? "";
      let at = root;
      for (const step of steps) {
        const next = at.folders.get(step) ?? folder();
        at.folders.set(step, next);
        at = next;
      }
      at.entries.set(name, { mode, name, sha: mode === "160000" ? content.toString() : this.blob(content) });
    }
    return this.#folder(root);
  }

  #folder({ entries, folders }: Folder): string {
    const all = [...entries.values()];
    for (const [name, inner] of folders) all.push({ mode: "40000", name, sha: this.#folder(inner) });
    all.sort((a, b) => Buffer.compare(sortKey(a), sortKey(b)));
    const pieces = all.map((e) => Buffer.concat([Buffer.from(`${e.mode} ${e.name}\0`), Buffer.from(e.sha, "hex")]));
    const sha = idOf("tree", Buffer.concat(pieces));
    this.trees.set(sha, all);
    return sha;
  }

  commit(tree: string, parents: string[], author: Person, message: string): string {
    const who = `${author.name} <${author.email}> ${Math.floor(Date.parse(author.date) / 1000)} +0000`;
    const lines = [
      `tree ${tree}`,
      ...parents.map((p) => `parent ${p}`),
      `author ${who}`,
      `committer ${who}`,
      "",
      message,
    ];
    const sha = idOf("commit", Buffer.from(lines.join("\n")));
    this.commits.set(sha, { sha, tree, parents, author, message });
    return sha;
  }

  /** All files below a tree, in git's order. */
  files(tree: string, prefix = ""): Map<string, Entry> {
    const found = new Map<string, Entry>();
    for (const entry of this.trees.get(tree) ?? []) {
      const path = prefix + entry.name;
      if (entry.mode !== "40000") found.set(path, entry);
      else for (const [inner, file] of this.files(entry.sha, `${path}/`)) found.set(inner, file);
    }
    return found;
  }

  /** The entry at a path; "" is the tree itself. */
  at(tree: string, path: string): Entry | undefined {
    let entry: Entry | undefined = { mode: "40000", name: "", sha: tree };
    for (const step of path === "" ? [] : path.split("/")) {
      entry = this.trees.get(entry?.sha ?? "")?.find(({ name }) => name === step);
    }
    return entry;
  }

  /** A commit and all before it, nearest first. */
  ancestors(sha: string): Set<string> {
    const found = new Set<string>([sha]);
    for (const one of found) for (const parent of this.commits.get(one)?.parents ?? []) found.add(parent);
    return found;
  }

  mergeBase(a: string, b: string): string | undefined {
    const known = this.ancestors(a);
    return [...this.ancestors(b)].find((sha) => known.has(sha));
  }

  /** Commits that `head` has and `base` has not, oldest first. */
  between(base: string, head: string): Commit[] {
    const known = this.ancestors(base);
    return [...this.ancestors(head)]
      .filter((sha) => !known.has(sha))
      .reverse()
      .flatMap((sha) => this.commits.get(sha) ?? []);
  }
}
