/** What a test defines in memory: users, repositories and their pull requests, and what was posted on them. */
import type { Files, Person } from "./git-objects.js";
import { ObjectStore } from "./git-objects.js";
import type { Check, IssueComment, Review, ReviewComment, Sarif, Thread } from "./posts.js";
import { type FileChange, treeDiff } from "./tree-diff.js";

export interface User {
  id: number;
  login: string;
  type: "User" | "Bot" | "Organization";
}

export type Permission = "admin" | "maintain" | "write" | "triage" | "read" | "none";

export interface Pull {
  id: number;
  number: number;
  title: string;
  body: string | null;
  author: User;
  state: "open" | "closed";
  draft: boolean;
  headRef: string;
  headSha: string;
  /** Where the head comes from; null once that fork was deleted. */
  headRepo: Repo | null;
  baseRef: string;
  baseSha: string;
  createdAt: string;
  updatedAt: string;
}

export interface PullSpec {
  head: string;
  base?: string;
  headRef?: string;
  headRepo?: Repo | null;
  title?: string;
  body?: string | null;
  author?: User;
  draft?: boolean;
}

export class Repo {
  readonly git = new ObjectStore();
  /** Full names ("refs/heads/main") to commits. */
  readonly refs = new Map<string, string>();
  readonly permissions = new Map<string, Permission>();
  readonly pulls: Pull[] = [];
  readonly issueComments: IssueComment[] = [];
  readonly reviews: Review[] = [];
  readonly reviewComments: ReviewComment[] = [];
  readonly threads: Thread[] = [];
  readonly checks: Check[] = [];
  readonly sarifs: Sarif[] = [];
  /** Whether the App is installed on it: without that its token sees a private repository as not there. */
  installed = true;
  readonly id: number;
  readonly #diffs = new Map<string, FileChange[]>();

  constructor(
    readonly world: World,
    readonly owner: User,
    readonly name: string,
    readonly defaultBranch = "main",
  ) {
    this.id = world.nextId();
  }

  get fullName(): string {
    return `${this.owner.login}/${this.name}`;
  }

  /** Writes a commit with exactly these files. The date makes ids the same in each run. */
  commit(
    files: Files,
    options: { parents?: string[]; message?: string; author?: Partial<Person>; ref?: string } = {},
  ): string {
    const author = { name: "A. Writer", email: "writer@example.org", date: "2026-01-02T03:04:05Z", ...options.author };
    const sha = this.git.commit(this.git.tree(files), options.parents ?? [], author, options.message ?? "change\n");
    if (options.ref !== undefined) this.refs.set(`refs/heads/${options.ref}`, sha);
    return sha;
  }

  open(spec: PullSpec): Pull {
    const baseRef = spec.base ?? this.defaultBranch;
    const [number, now] = [this.pulls.length + 1, this.world.time()];
    const pull: Pull = {
      id: this.world.nextId(),
      number,
      title: spec.title ?? "A change",
      body: spec.body ?? null,
      author: spec.author ?? this.world.user("contributor"),
      state: "open",
      draft: spec.draft ?? false,
      headRef: spec.headRef ?? `topic-${number}`,
      headSha: spec.head,
      headRepo: spec.headRepo === undefined ? this : spec.headRepo,
      baseRef,
      baseSha: this.refs.get(`refs/heads/${baseRef}`) ?? "",
      createdAt: now,
      updatedAt: now,
    };
    this.pulls.push(pull);
    this.#refer(pull);
    return pull;
  }

  /** A new head. Comments on a file whose bytes changed become outdated; GitHub follows lines more finely than that. */
  push(pull: Pull, head: string): void {
    const fileAt = (sha: string, path: string): string | undefined =>
      this.git.at(this.git.commits.get(sha)?.tree ?? "", path)?.sha;
    for (const comment of this.reviewComments) {
      if (comment.number !== pull.number) continue;
      if (fileAt(comment.commitId, comment.path) !== fileAt(head, comment.path)) comment.line = null;
      else comment.commitId = head;
    }
    Object.assign(pull, { headSha: head, updatedAt: this.world.time() });
    pull.baseSha = this.refs.get(`refs/heads/${pull.baseRef}`) ?? pull.baseSha;
    this.#refer(pull);
  }

  #refer(pull: Pull): void {
    this.refs.set(`refs/pull/${pull.number}/head`, pull.headSha);
    if (pull.headRepo === this) this.refs.set(`refs/heads/${pull.headRef}`, pull.headSha);
  }

  /** The commit that a branch, a tag, a full reference or an id names. */
  resolve(name: string): string | undefined {
    if (this.git.commits.has(name)) return name;
    return ["", "refs/", "refs/heads/", "refs/tags/"]
      .map((p) => this.refs.get(p + name))
      .find((sha) => sha !== undefined);
  }

  /** What a head changes since it left its base: three dots, as pull requests show it. */
  changes(base: string, head: string): FileChange[] {
    const key = `${base}...${head}`;
    const known = this.#diffs.get(key);
    if (known !== undefined) return known;
    const treeOf = (sha: string | undefined): string => this.git.commits.get(sha ?? "")?.tree ?? "";
    const found = treeDiff(this.git, treeOf(this.git.mergeBase(base, head)), treeOf(head));
    this.#diffs.set(key, found);
    return found;
  }
}

export class World {
  readonly users = new Map<string, User>();
  readonly repos: Repo[] = [];
  #last = 1000;

  constructor(readonly now: () => number) {}

  nextId(): number {
    return ++this.#last;
  }

  time(): string {
    return `${new Date(this.now()).toISOString().slice(0, 19)}Z`;
  }

  /** The user of that name, made when new. */
  user(login: string, type: User["type"] = login.endsWith("[bot]") ? "Bot" : "User"): User {
    const known = this.users.get(login.toLowerCase());
    if (known !== undefined) return known;
    const made = { id: this.nextId(), login, type };
    this.users.set(login.toLowerCase(), made);
    return made;
  }

  repo(owner: string, name: string, defaultBranch = "main"): Repo {
    const made = new Repo(this, this.user(owner, "Organization"), name, defaultBranch);
    this.repos.push(made);
    return made;
  }
}
