/**
 * One git epoch of a public-inbox (public-inbox-v2-format(5)): a bare repository with one commit for each mail, whose tree
 * holds the file `m` (a mail came) or `d` (it was deleted, these were its bytes). Inboxes of version 1 hold all mails in one
 * tree (2/38 digits of a digest); what a commit adds and takes away is then read from its difference.
 */
import { basename } from "node:path";
import { MAX_MAIL_BYTES } from "../../message/split-mbox.js";
import { type ArchivedMail, type Batch, type Source, SourceError, type SourceReason } from "../../watch/source.js";
import type { EpochConfig } from "../../watch/source-config.js";
import { GitBatch, type GitObject, type LargeObject } from "../git-batch.js";
import { type BatchLimits, inBatches, type Step } from "./batches.js";
import { badCursor, countOf, parseCursor, textOf } from "./cursor.js";
import { archiveEnvironment, askGit, gitLines, gitText, runGit } from "./git.js";
import { streamObjects } from "./object-stream.js";

/** Where the reading of an epoch stands. */
export interface EpochPosition {
  /** The last commit that was read. */
  commit: string;
  /** How often the epoch's history was rewritten (a purge, an edit) and read again from its start. */
  restarts: number;
}

/** Commits whose objects git is asked for ahead of the reader: enough to keep it busy, few enough for large mails. */
const AHEAD = 8;
/** More in one commit of version 1 is no mail that came, but a tree that somebody imported. */
const MAX_CHANGES = 1000;

/** Follows one epoch. */
export function openEpoch(config: EpochConfig, limits?: BatchLimits): Source {
  async function* read(cursor: string | null, options: { signal?: AbortSignal }): AsyncGenerator<Batch> {
    const record = parseCursor(cursor);
    const position = record === null ? null : epochPosition(record);
    yield* inBatches(readEpoch(config.path, position, options.signal), options.signal, limits);
  }
  return { name: config.name, read, close: async () => {} };
}

/** The position that a cursor's object holds. @throws SourceError bad-cursor */
export function epochPosition(record: Record<string, unknown>): EpochPosition {
  const commit = textOf(record, "commit");
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) throw badCursor("its commit is none");
  return { commit, restarts: countOf(record, "restarts") };
}

/** Every mail behind a position, oldest first; all of them when the history was rewritten since. */
export async function* readEpoch(
  path: string,
  position: EpochPosition | null,
  signal?: AbortSignal,
): AsyncGenerator<Step<EpochPosition>> {
  const tip = await tipOf(path, signal);
  if (tip === null && position !== null) throw new SourceError("malformed", `${path} had mails and has no branch now`);
  if (tip === null || tip === position?.commit) return;
  const kept = position !== null && (await isAncestor(path, position.commit, tip, signal));
  const restarts = position === null || kept ? (position?.restarts ?? 0) : position.restarts + 1;
  const range = kept ? [tip, `^${position.commit}`] : [tip];
  const layout = await layoutOf(path, tip, signal);
  const context = new Context(path, signal);
  try {
    for await (const step of layout === 2 ? mailsOf(context, range) : changesOf(context, range)) {
      yield { ...step, position: { commit: step.position, restarts } };
    }
  } finally {
    await context.close();
  }
}

class Context {
  readonly label: string;
  private batch: GitBatch | null = null;

  constructor(
    readonly path: string,
    readonly signal: AbortSignal | undefined,
  ) {
    this.label = basename(path);
  }

  /** One object; the process that gives them is started for the first. */
  look(name: string): Promise<GitObject | LargeObject | null> {
    this.batch ??= new GitBatch(this.path, { maxObject: MAX_MAIL_BYTES, env: archiveEnvironment() });
    return this.batch.look(name);
  }

  async close(): Promise<void> {
    await this.batch?.close();
  }
}

/** The commit to read up to: that of HEAD, or of the one branch there is (a mirror's HEAD may name another); null: empty. */
async function tipOf(path: string, signal?: AbortSignal): Promise<string | null> {
  const head = await askGit(["-C", path, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"], { signal });
  if (head.code === 0) return head.out.trim();
  const format = "--format=%(objectname) %(refname)";
  const refs = (await runGit(["-C", path, "for-each-ref", format, "refs/heads"], { signal })).trim();
  if (refs === "") return null;
  const branches = refs.split("\n").map((line) => line.split(" "));
  const chosen = branches.find((branch) => branch[1] === "refs/heads/master") ?? branches[0];
  if (branches.length > 1 && chosen?.[1] !== "refs/heads/master") {
    throw new SourceError("malformed", `${path} has several branches and no HEAD: no epoch of a public-inbox`);
  }
  return chosen?.[0] ?? null;
}

/** False too when the older commit is gone, as it is after a purge and gc. */
async function isAncestor(path: string, older: string, tip: string, signal?: AbortSignal): Promise<boolean> {
  return (await askGit(["-C", path, "merge-base", "--is-ancestor", older, tip], { signal })).code === 0;
}

/** Told by the tree of the tip: version 2 has nothing but `m` and `d` in it. */
async function layoutOf(path: string, tip: string, signal?: AbortSignal): Promise<1 | 2> {
  const listing = await runGit(["-C", path, "ls-tree", "--name-only", tip], { signal });
  const names = listing.split("\n").filter((name) => name !== "");
  if (names.every((name) => name === "m" || name === "d")) return 2;
  if (names.every((name) => /^[0-9a-f]{2}$/.test(name))) return 1;
  throw new SourceError("malformed", `${path} is a git repository, but not one that public-inbox wrote`);
}

/** Version 2. Deletions are rare: what has no `m` is looked at by itself. */
async function* mailsOf(context: Context, range: readonly string[]): AsyncGenerator<Step<string>> {
  const { path, signal } = context;
  const args = ["-C", path, "log", "--topo-order", "--reverse", "--format=%H:m %H", ...range, "--"];
  const options = { maxObject: MAX_MAIL_BYTES, signal };
  for await (const objects of streamObjects(path, gitText(args, signal), options)) {
    for (const { note: commit, object } of objects) {
      if (object !== null) yield asMail(context, commit, object, "mails");
      else yield await withoutMail(context, commit);
    }
  }
}

async function withoutMail(context: Context, commit: string): Promise<Step<string>> {
  const deleted = await context.look(`${commit}:d`);
  if (deleted !== null) return asMail(context, commit, deleted, "removed");
  return lostMail(context, commit, "malformed", "The commit holds neither a mail nor the deletion of one.");
}

/** Version 1: a commit adds a file, or takes one away, or both when a mail is edited. */
function changesOf(context: Context, range: readonly string[]): AsyncGenerator<Step<string>> {
  const form = ["--format=%H", "--raw", "-r", "--root", "--no-abbrev", "--no-renames", "-m", "--first-parent"];
  const args = ["-C", context.path, "log", "--topo-order", "--reverse", ...form, ...range, "--"];
  return ahead(commitsOf(gitLines(args, context.signal)), async ({ commit, changes }) => {
    if (changes.length > MAX_CHANGES) {
      throw new SourceError("malformed", `${context.path} changes ${changes.length} mails in the commit ${commit}`);
    }
    const added = changes.filter((change) => change.kind === "mails");
    const steps: Step<string>[] = [];
    // Old and new bytes of an edited mail have one id, and the mail is still there.
    for (const { blob, kind } of added.length > 0 ? added : changes) {
      const object = await context.look(blob);
      if (object !== null) steps.push(asMail(context, commit, object, kind));
      else steps.push(lostMail(context, commit, "not-found", "The mail's bytes are not in the repository."));
    }
    return {
      mails: steps.flatMap((step) => step.mails ?? []),
      removed: steps.flatMap((step) => step.removed ?? []),
      lost: steps.flatMap((step) => step.lost ?? []),
      position: commit,
    };
  });
}

type Kind = "mails" | "removed";

interface Change {
  blob: string;
  kind: Kind;
}

/** Groups the lines of `git log --raw --format=%H` by commit. */
async function* commitsOf(lines: AsyncIterable<string>): AsyncGenerator<{ commit: string; changes: Change[] }> {
  let commit: string | null = null;
  let changes: Change[] = [];
  for await (const line of lines) {
    const change = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) ([A-Z])/.exec(line);
    if (change !== null) {
      const [, before = "", after = "", status] = change;
      if (status !== "A") changes.push({ blob: before, kind: "removed" });
      if (status !== "D") changes.push({ blob: after, kind: "mails" });
    } else if (/^[0-9a-f]{40,64}$/.test(line)) {
      if (commit !== null) yield { commit, changes };
      commit = line;
      changes = [];
    }
  }
  if (commit !== null) yield { commit, changes };
}

/** Works on some items ahead of the reader and gives what comes of them in order. */
async function* ahead<T, U>(items: AsyncIterable<T>, work: (item: T) => Promise<U>): AsyncGenerator<U> {
  const running: Promise<U>[] = [];
  for await (const item of items) {
    const result = work(item);
    // A failure is met when its turn comes; until then it must not count as unhandled.
    result.catch(() => {});
    running.push(result);
    if (running.length >= AHEAD) yield (await running.shift()) as U;
  }
  for (const result of running) yield await result;
}

function asMail(
  context: Context,
  commit: string,
  object: Omit<GitObject, "id"> | Omit<LargeObject, "id">,
  kind: Kind,
): Step<string> {
  if (object.content === null) {
    const message = `The mail has ${object.length} bytes; up to ${MAX_MAIL_BYTES} are read.`;
    return lostMail(context, commit, "too-large", message);
  }
  if (object.type !== "blob") return lostMail(context, commit, "malformed", "The commit holds a folder and no mail.");
  // public-inbox-purge(1) leaves the commit and empties the file.
  if (object.content.length === 0) return lostMail(context, commit, "not-found", "The archive purged the mail.");
  const mail: ArchivedMail = { ref: `${context.label} ${commit}`, form: "mail", raw: object.content };
  return { [kind]: [mail], position: commit };
}

function lostMail(context: Context, commit: string, reason: SourceReason, message: string): Step<string> {
  return { lost: [{ ref: `${context.label} ${commit}`, reason, message }], position: commit };
}
