import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openKernelTrees } from "../../src/io/kernel-trees.js";
import type { Patch } from "../../src/patch/patch.js";
import { patchId } from "../../src/patch/patch-id.js";
import type { BaseChoice, BaseQuery, FindPatch, TreeConfig } from "../../src/watch/base.js";
import { readBaseNotes } from "../../src/watch/base-notes.js";
import { Author, commit, gitOn, lines, nameless, readSeries, tinyKernel } from "./tiny-kernel.js";

const root = mkdtempSync(join(tmpdir(), "kernel-trees-"));
const linux = join(root, "linux");
let at: ReturnType<typeof tinyKernel>;
let author: Author;
let MAIN: TreeConfig;
let NET: TreeConfig;
let VIRT: TreeConfig;

beforeAll(() => {
  at = tinyKernel(linux);
  author = new Author(join(root, "author"), linux);
  MAIN = { name: "mainline", path: linux, branches: ["main"] };
  NET = { name: "net-next", path: linux, branches: ["net"], tags: ["net-next", "net"] };
  VIRT = { name: "virt", path: linux, branches: ["queue"], paths: ["virt/"] };
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function choose(query: BaseQuery, configs: TreeConfig[], find?: FindPatch, path = "kernel/a.c") {
  const { choice, tree } = await openKernelTrees(configs).choose(query, find);
  const text = (await tree?.readFile(path)) ?? null;
  await tree?.close();
  return { choice, text };
}

const reasons = ({ tried }: BaseChoice): string[] => tried.map((t) => `${t.how} ${t.tree ?? "-"} ${t.reason}`);
const sha1 = (text: string): Uint8Array => createHash("sha1").update(text).digest();

describe("base-commit", () => {
  it("is taken where a tree has it", async () => {
    const { query } = await author.send("origin/net", [{ "net/n.c": lines("n", { 5: "new" }) }], "--base=HEAD~1");
    const { choice, text } = await choose(query, [MAIN, NET], undefined, "net/n.c");
    expect(choice).toEqual({
      how: "base-commit",
      tree: "mainline",
      revision: at.net2,
      applies: "exactly",
      patches: { applied: 1, total: 1 },
      applied: [],
      missing: [],
      tried: [],
    });
    expect(text).toBe(lines("n", { 10: "net2" }));
  });

  it("may be an abbreviated id, or a release by hand", async () => {
    const { query } = await author.send("origin/main", [{ "kernel/a.c": lines("a", { 3: "rc2", 9: "new" }) }]);
    const based = (name: string): BaseQuery => ({ ...query, notes: readBaseNotes([`base-commit: ${name}\n`]) });
    for (const name of [at.rc2.slice(0, 12), "v6.12-rc2"]) {
      expect((await choose(based(name), [MAIN])).choice).toMatchObject({
        how: "base-commit",
        revision: at.rc2,
        tried: [],
      });
    }
    const { choice } = await choose(based("v6.99"), [MAIN]);
    expect(choice).toMatchObject({ how: "index-blobs", revision: at.rc2 });
    expect(reasons(choice)).toEqual(["base-commit mainline base-commit-unknown"]);
  });

  it("that is of a rewritten branch is still there until git forgets it", async () => {
    const old = join(root, "rewritten");
    gitOn(1, root, "clone", "-q", linux, old);
    const gone = commit(old, 7, { "kernel/a.c": lines("a", { 3: "rc2", 12: "gone" }) });
    const writer = new Author(join(root, "writer"), old);
    const { query } = await writer.send(
      gone,
      [{ "kernel/a.c": lines("a", { 3: "rc2", 12: "more" }) }],
      "--base=HEAD~1",
    );
    gitOn(7, old, "reset", "-q", "--hard", "HEAD~1");
    const tree: TreeConfig = { name: "old", path: old, branches: ["main"] };
    expect((await choose(query, [tree])).choice).toMatchObject({ how: "base-commit", revision: gone });
    gitOn(7, old, "reflog", "expire", "--expire=now", "--all");
    gitOn(7, old, "gc", "-q", "--prune=now");
    const { choice } = await choose(query, [tree]);
    expect(choice).toMatchObject({ how: null, tree: null, revision: null, applies: null });
    expect(reasons(choice)).toEqual([
      "base-commit old base-commit-unknown",
      "index-blobs old blobs-unknown",
      "subject-tag - no-subject-tag",
      "maintainers - no-maintainers-entry",
      "newest-tag old does-not-apply",
      "newest-tag old does-not-apply",
      "newest-tag old does-not-apply",
    ]);
  });

  it("to which the series does not apply is left for one to which it does", async () => {
    const { query } = await author.send("origin/net", [{ "net/n.c": lines("n", { 10: "new" }) }]);
    const lying = { ...query, notes: readBaseNotes([`base-commit: ${at.rc2}\n`]) };
    const { choice } = await choose(lying, [MAIN, NET]);
    expect(choice).toMatchObject({ how: "index-blobs", tree: "net-next", revision: at.net2 });
    expect(choice.tried[0]).toEqual({
      how: "base-commit",
      tree: "mainline",
      revision: at.rc2,
      reason: "does-not-apply",
    });
  });
});

describe("blobs of the index lines", () => {
  it("lead to the one branch that has them", async () => {
    const { query } = await author.send("origin/net", [{ "net/n.c": lines("n", { 3: "new" }) }]);
    const { choice } = await choose(query, [MAIN, VIRT, NET]);
    expect(choice).toMatchObject({ how: "index-blobs", tree: "net-next", revision: at.net2, applies: "exactly" });
    expect(reasons(choice)).toEqual([
      "base-commit - no-base-commit",
      "index-blobs mainline blobs-in-several-commits",
      "index-blobs virt blobs-in-several-commits",
    ]);
  });

  it("lead to the newest commit of a branch that has all of them", async () => {
    const old = join(root, "history");
    gitOn(1, root, "clone", "-q", linux, old);
    const writer = new Author(join(root, "historian"), old);
    const both = { "kernel/a.c": lines("a", { 3: "rc2", 8: "new" }), "virt/v.c": lines("v", { 8: "new" }) };
    const { query } = await writer.send("origin/main", [both]);
    const later = commit(old, 9, { "net/n.c": lines("n", { 1: "later" }) });
    commit(old, 10, { "virt/v.c": lines("v", { 20: "latest" }) });
    commit(old, 11, { "kernel/a.c": lines("a", { 3: "latest" }) });
    const { choice } = await choose(query, [{ name: "old", path: old }]);
    expect(choice).toMatchObject({ how: "index-blobs", revision: later, applies: "exactly" });
  });

  it("of many files are found though each was changed at another time", async () => {
    const folder = join(root, "many");
    tinyKernel(folder);
    const paths = Array.from({ length: 40 }, (_, n) => `lib/${n}.c`);
    const wanted = commit(folder, 9, Object.fromEntries(paths.map((path) => [path, lines(path)])));
    const writer = new Author(join(root, "many-author"), folder);
    const changed = Object.fromEntries(paths.map((path) => [path, lines(path, { 9: "new" })]));
    const { query } = await writer.send(wanted, [changed]);
    const fresh = commit(folder, 9, { "net/n.c": lines("n", { 1: "x" }) });
    for (const n of [7, 33, 2, 19, 39, 0, 20]) commit(folder, 10, { [`lib/${n}.c`]: lines("y") });
    const { choice } = await choose(query, [{ name: "many", path: folder }]);
    expect(choice).toMatchObject({ how: "index-blobs", revision: fresh, applies: "exactly" });
    const hurried = openKernelTrees([{ name: "many", path: folder }], { search: { timeoutMs: 0 } });
    const { choice: other, tree } = await hurried.choose(query);
    await tree?.close();
    expect(reasons(other)).toContain("index-blobs many search-too-long");
  });

  it("are found on a side branch that was merged with changes", async () => {
    const { folder, side, query } = await merged();
    const { choice } = await choose(query, [{ name: "merged", path: folder }]);
    expect(choice).toMatchObject({ how: "index-blobs", revision: side });
  });

  it("that stand in no one commit are told so", async () => {
    const mixed = {
      "net/n.c": lines("n", { 10: "net2", 2: "new" }),
      "virt/v.c": lines("v", { 10: "queue", 2: "new" }),
    };
    gitOn(8, author.folder, "checkout", "-q", "--detach", "origin/net");
    commit(author.folder, 8, { "virt/v.c": lines("v", { 10: "queue" }) });
    const { query } = await author.send("HEAD", [mixed]);
    const { choice } = await choose(query, [{ name: "all", path: linux, branches: ["net", "queue"] }]);
    expect(reasons(choice)).toContain("index-blobs all blobs-in-several-commits");
    expect(choice).toMatchObject({ how: "newest-tag", applies: "exactly" });
  });

  it("count for the first touch of each file alone", async () => {
    const one = { "net/n.c": lines("n", { 10: "net1", 3: "new" }) };
    const two = { "net/n.c": lines("n", { 10: "net1", 3: "newer" }), "net/added.c": "x\n" };
    const { query } = await author.send("origin/net~1", [one, two, { "net/added.c": "y\n" }]);
    const { choice } = await choose(query, [NET]);
    expect(choice).toMatchObject({ how: "index-blobs", revision: at.net1, patches: { applied: 3, total: 3 } });
  });

  it("that are ambiguous are all looked for", async () => {
    const [one, other] = sameBegin();
    const folder = join(root, "ambiguous");
    tinyKernel(folder);
    commit(folder, 9, { "kernel/b.c": one, "doc/c": other });
    const writer = new Author(join(root, "short"), folder);
    const { query } = await writer.send("origin/main", [{ "kernel/b.c": `${one}new\n` }]);
    const wanted = commit(folder, 10, { "doc/c": "x\n" });
    commit(folder, 11, { "kernel/b.c": "x\n" });
    const short = query.patches.map((patch) => ({
      ...patch,
      files: patch.files.map((file) => ({ ...file, oldBlob: file.oldBlob?.slice(0, 7) ?? null })),
    }));
    const { choice } = await choose({ ...query, patches: short }, [{ name: "short", path: folder }]);
    expect(choice).toMatchObject({ how: "index-blobs", revision: wanted, applies: "exactly" });
  });
});

describe("other ways", () => {
  const net = () =>
    author.send("origin/net", [{ "net/n.c": lines("n", { 10: "new" }) }], "--subject-prefix=PATCH net-next");

  it("go by the tag of the subjects", async () => {
    const { choice } = await choose(nameless((await net()).query), [MAIN, NET]);
    expect(choice).toMatchObject({ how: "subject-tag", tree: "net-next", revision: at.net2, applies: "exactly" });
    expect(reasons(choice)).toEqual(["base-commit - no-base-commit", "index-blobs - no-index-blobs"]);
  });

  it("go by the head of the title where the brackets say nothing", async () => {
    const query = nameless((await net()).query);
    const { choice } = await choose({ ...query, prefixes: ["PATCH"], titles: ["Net: core: a fix"] }, [MAIN, NET]);
    expect(choice).toMatchObject({ how: "subject-tag", tree: "net-next" });
  });

  it("go by configured paths", async () => {
    const { query } = await author.send("origin/queue", [{ "virt/v.c": lines("v", { 10: "new" }) }]);
    const { choice } = await choose(nameless(query), [MAIN, NET, VIRT]);
    expect(choice).toMatchObject({ how: "configured-paths", tree: "virt", revision: at.queue });
  });

  it("go by MAINTAINERS, to the branch that it names", async () => {
    const { query } = await author.send("origin/queue", [{ "virt/v.c": lines("v", { 10: "new" }) }]);
    const config = { name: "vm", path: linux, branches: ["main"], urls: ["https://git.example.org/pub/virt"] };
    const { choice } = await choose(nameless(query), [MAIN, config]);
    expect(choice).toMatchObject({ how: "maintainers", tree: "vm", revision: at.queue });
    const named = await choose(nameless(query), [MAIN, { ...config, name: "virt", urls: [] }]);
    expect(named.choice).toMatchObject({ how: "maintainers", tree: "virt", revision: at.queue });
  });

  it("go by the address of a remote, whose branches come before those of the clone", async () => {
    const clone = join(root, "clone");
    gitOn(1, root, "clone", "-q", "-b", "net", linux, clone);
    const { query } = await net();
    gitOn(1, clone, "reset", "-q", "--hard", at.v611);
    gitOn(1, clone, "update-ref", "refs/remotes/origin/main", at.net2);
    gitOn(1, clone, "update-ref", "refs/remotes/origin/net", at.v611);
    gitOn(1, clone, "config", "remote.origin.url", "https://git.example.org/pub/net-next.git");
    const plain = { ...nameless(query), prefixes: ["PATCH"] };
    const { choice } = await choose(plain, [{ name: "n", path: clone, remotes: ["origin"], branches: ["net"] }]);
    expect(choice).toMatchObject({ how: "maintainers", tree: "n", revision: at.net2 });
  });

  it("go by the newest tag that applies, from before the mail", async () => {
    const { query } = await author.send("v6.12-rc1", [{ "kernel/a.c": lines("a", { 3: "new" }) }]);
    const plain = { ...nameless(query), date: "2024-01-08T00:00:00.000Z" };
    const { choice } = await choose(plain, [MAIN]);
    expect(choice).toMatchObject({ how: "newest-tag", revision: at.rc1, applies: "exactly" });
    expect(reasons(choice)).toEqual([
      "base-commit - no-base-commit",
      "index-blobs - no-index-blobs",
      "subject-tag - no-subject-tag",
      "maintainers - no-maintainers-entry",
      "newest-tag mainline does-not-apply",
    ]);
    const early = await choose({ ...plain, date: "2023-12-01T00:00:00.000Z" }, [MAIN]);
    expect(early.choice.how).toBeNull();
    expect(reasons(early.choice)).toContain("newest-tag mainline no-tags");
  });

  it("prefer what needs no context left aside", async () => {
    const { query } = await author.send("v6.12-rc1", [{ "kernel/a.c": lines("a", { 3: "rc1", 6: "new" }) }]);
    const plain = { ...nameless(query), date: null };
    const { choice } = await choose(plain, [MAIN]);
    expect(choice).toMatchObject({ how: "newest-tag", revision: at.rc1, applies: "exactly" });
    expect(choice.tried.at(-1)).toMatchObject({ revision: at.rc2, reason: "applies-with-fuzz" });
    const only = await choose(plain, [{ ...MAIN, tags: ["part"] }]);
    expect(only.choice.revision).toBe(at.rc1);
  });

  it("end at the revision to which most of the series applies", async () => {
    const { query } = await author.send("v6.11", [
      { "virt/v.c": lines("v", { 2: "new" }) },
      { "kernel/a.c": lines("a", { 2: "new" }) },
      { "kernel/a.c": "nothing\n" },
    ]);
    const [one, , three] = nameless(query).patches as [Patch, Patch, Patch];
    const { choice, text } = await choose({ ...query, patches: [three, one], date: null }, [MAIN]);
    expect(choice).toMatchObject({ applies: "partly", patches: { applied: 1, total: 2 }, revision: at.rc2 });
    expect(text).toBe(lines("a", { 3: "rc2" }));
  });
});

describe("prerequisites", () => {
  const first = { "kernel/a.c": lines("a", { 3: "rc2", 10: "first" }) };
  const second = { "kernel/a.c": lines("a", { 3: "rc2", 10: "second" }) };

  /** Two patches of which only the last is the series; the first is in the archive. */
  async function stacked(): Promise<{ query: BaseQuery; before: Patch; id: string }> {
    const { query, patches } = await author.send("origin/main", [first, second]);
    const [before, patch] = patches as [Patch, Patch];
    const id = patchId(before.diff, sha1) ?? "";
    const [own] = gitOn(1, linux, "rev-parse", "main").split("\n");
    const notes = readBaseNotes([`base-commit: ${own}\nprerequisite-patch-id: ${id}\n`]);
    return { query: { ...query, patches: [patch], notes }, before, id };
  }

  it("are put first", async () => {
    const { query, before, id } = await stacked();
    const asked: unknown[] = [];
    const { choice, text } = await choose(query, [MAIN], async (wanted) => {
      asked.push(wanted);
      return [before];
    });
    expect(asked).toEqual([{ kind: "patch-id", id }]);
    expect(choice).toMatchObject({
      how: "base-commit",
      revision: at.rc2,
      applies: "exactly",
      applied: [before.messageId],
      missing: [],
    });
    expect(text).toBe(first["kernel/a.c"]);
  });

  it("have the id that git wrote into the mail", async () => {
    gitOn(8, author.folder, "checkout", "-q", "-B", "topic", "origin/main");
    const { patches } = await author.send("origin/main", [first]);
    commit(author.folder, 8, second);
    const mbox = gitOn(8, author.folder, "format-patch", "--stdout", "--base=origin/main", "-1");
    const { notes } = (await readSeries(mbox)).query;
    expect(notes.baseCommit).toBe(at.rc2);
    expect(notes.prerequisites).toEqual([{ kind: "patch-id", id: patchId(patches[0]?.diff ?? "", sha1) }]);
  });

  it("that are missing are named", async () => {
    const { query, id } = await stacked();
    const notes = readBaseNotes([`prerequisite-patch-id: ${id}\nDepends-on: series-17\n`]);
    const { choice } = await choose({ ...query, notes }, [MAIN], async () => null);
    expect(choice.missing).toEqual([
      { prerequisite: { kind: "patch-id", id }, reason: "prerequisite-not-found" },
      { prerequisite: { kind: "other", text: "series-17" }, reason: "prerequisite-form-unknown" },
    ]);
    expect(choice.how).toBeNull();
    expect((await choose({ ...query, notes }, [MAIN])).choice.missing).toHaveLength(2);
  });

  it("are looked for as blobs together with the series", async () => {
    const { query, before } = await stacked();
    const notes = readBaseNotes(["Depends-on: <first@example.org>\nDepends-on: 20240101-x-0123456789ab:v2\n"]);
    const { choice, text } = await choose({ ...query, notes }, [NET, MAIN], async () => [before]);
    expect(choice).toMatchObject({
      how: "index-blobs",
      tree: "mainline",
      revision: at.rc2,
      applied: [before.messageId],
    });
    expect(text).toBe(first["kernel/a.c"]);
  });

  it("that the tree has already are left out", async () => {
    const { query, before } = await stacked();
    const folder = join(root, "taken");
    gitOn(1, root, "clone", "-q", linux, folder);
    const taken = commit(folder, 9, first);
    const notes = readBaseNotes([`base-commit: ${taken}\nDepends-on: <first@example.org>\n`]);
    const { choice, text } = await choose({ ...query, notes }, [{ name: "taken", path: folder }], async () => [before]);
    expect(choice).toMatchObject({ how: "base-commit", revision: taken, applies: "exactly", applied: [] });
    expect(choice.missing).toEqual([
      { prerequisite: { kind: "message-id", id: before.messageId }, reason: "prerequisite-not-needed" },
    ]);
    expect(text).toBe(first["kernel/a.c"]);
  });
});

describe("what cannot be used", () => {
  it("is told: no trees, folders that are none, nothing to apply", async () => {
    const { query } = await author.send("origin/main", [{ "kernel/a.c": lines("a", { 3: "x" }) }]);
    const said = async (asked: BaseQuery, configs: TreeConfig[]) => reasons((await choose(asked, configs)).choice);
    expect(await said(query, [])).toEqual(["open - no-trees-configured"]);
    expect(await said(query, [{ name: "x", path: join(root, "none") }])).toEqual(["open x tree-unreadable"]);
    expect(await said({ ...query, patches: [] }, [MAIN])).toEqual(["open - no-patches"]);
    const { choice } = await choose(query, [{ name: "x", path: tmpdir() }, MAIN]);
    expect(choice).toMatchObject({ how: "index-blobs", tree: "mainline" });
    expect(reasons(choice)[0]).toBe("open x tree-unreadable");
  });

  it("is refused: hostile ids, names and branches", async () => {
    const { query } = await author.send("origin/main", [{ "kernel/a.c": lines("a", { 3: "rc2", 9: "x" }) }]);
    const [patch] = query.patches as [Patch];
    const [file] = patch.files;
    if (file === undefined) throw new Error("no file");
    const names = ["--upload-pack=x", "../../etc/passwd", "a\nb", ":/x", "x".repeat(5000), "-p"];
    const files = names.map((path) => ({ ...file, oldPath: path, newPath: path, oldBlob: "fffffff" }));
    const notes = readBaseNotes([`base-commit: ${"a".repeat(1 << 20)}\n`, "base-commit: --upload-pack=x\n"]);
    const config = { ...MAIN, branches: ["--output=x", "main^{/x}", "../main", "main..net"], tags: ["x"] };
    const hostile = { ...query, patches: [{ ...patch, files }], notes, prefixes: ["x", "$(x)"] };
    const { choice } = await choose(hostile, [config], async () => null);
    expect(choice.how).toBeNull();
    expect(JSON.stringify(choice).length).toBeLessThan(5000);
    expect(reasons(choice)).toContain("base-commit - base-commit-malformed");
    expect(reasons(choice)).toContain("subject-tag mainline no-such-branch");
    expect(existsSync(join(linux, "x"))).toBe(false);
  });

  it("is bounded: thousands of files, of which none is there", async () => {
    const { query } = await author.send("origin/main", [{ "kernel/a.c": lines("a", { 3: "rc2", 9: "x" }) }]);
    const [patch] = query.patches as [Patch];
    const [file] = patch.files;
    if (file === undefined) throw new Error("no file");
    const many = (count: number): BaseQuery => {
      const files = Array.from({ length: count }, (_, n) => ({ ...file, oldPath: `none/${n}`, newPath: `none/${n}` }));
      return { ...query, patches: [{ ...patch, files }] };
    };
    const start = performance.now();
    expect((await choose(many(5000), [MAIN, NET])).choice.how).toBeNull();
    expect(reasons((await choose(many(30_000), [MAIN])).choice)).toEqual(["open - too-many-files"]);
    expect(performance.now() - start).toBeLessThan(30_000);
  }, 60_000);
});

/** A branch whose blob stands in no first parent: it was merged together with a change to the same file. */
async function merged(): Promise<{ folder: string; side: string; query: BaseQuery }> {
  const folder = join(root, "merged");
  tinyKernel(folder);
  gitOn(7, folder, "checkout", "-q", "-b", "side");
  const side = commit(folder, 7, { "kernel/a.c": lines("a", { 3: "rc2", 18: "side" }) });
  const writer = new Author(join(root, "merger"), folder);
  const { query } = await writer.send(side, [{ "kernel/a.c": lines("a", { 3: "rc2", 18: "new" }) }]);
  gitOn(8, folder, "checkout", "-q", "main");
  commit(folder, 8, { "kernel/a.c": lines("a", { 3: "main" }) });
  gitOn(9, folder, "merge", "-q", "--no-edit", "side");
  gitOn(9, folder, "branch", "-D", "-q", "side");
  return { folder, side, query };
}

/** Two texts whose blobs have the same first seven digits. */
function sameBegin(): [string, string] {
  const seen = new Map<string, string>();
  for (let n = 0; ; n++) {
    const text = `text ${n}\n`;
    const id = createHash("sha1").update(`blob ${text.length}\0${text}`).digest("hex").slice(0, 7);
    const other = seen.get(id);
    if (other !== undefined) return [other, text];
    seen.set(id, text);
  }
}
