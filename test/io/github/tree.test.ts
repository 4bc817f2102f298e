/** The files of a commit: what is asked for, and no more; bounds; and a clone that has them already. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openBlobCache } from "../../../src/io/github/blob-cache.js";
import { parseDiff } from "../../../src/patch/parse-diff.js";
import { commit as commitHere, gitOn } from "../tiny-kernel.js";
import { operationsOf, port } from "./port.js";
import type { Fault } from "./respond.js";

const C = "virt/kvm/kvm_main.c";
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "patchwitness-test-"));
  folders.push(folder);
  return folder;
};

/** Answers of this machine's git, for what it and the peer both know. */
const counted = (fake: Parameters<typeof operationsOf>[0]): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const name of operationsOf(fake)) if (name.startsWith("git/")) found[name] = (found[name] ?? 0) + 1;
  return found;
};

test("files are read by path and by id, folders listed, each asked for once", async () => {
  const { fake, forge, repo, head } = await port();
  const tree = await forge.tree(head);
  expect(tree.label).toBe(`git ${head.slice(0, 12)}`);
  const id = repo.git.at(repo.git.commits.get(head)?.tree ?? "", C)?.sha ?? "";
  const [text, again] = await Promise.all([tree.readFile(C), tree.readFile(C)]);
  expect(text).toContain("twenty;\n");
  expect(again).toBe(text);
  expect(await tree.blobId?.(C)).toBe(id);
  expect(await tree.readBlob(id)).toBe(text);
  expect(await tree.readBlob(id.slice(0, 10))).toBe(text);
  expect(await tree.list("virt")).toEqual([C, "virt/kvm/new.c"]);
  expect(await tree.list("")).toEqual(["Documentation/old name.rst", C, "virt/kvm/new.c"]);
  expect(await tree.states?.of([C, "none.c", "virt/kvm/new.c"])).toEqual([
    id,
    null,
    expect.stringMatching(/^[0-9a-f]{40}$/),
  ]);
  expect(tree.states?.place).toBe(`github ${fake.origin} kvm/linux`);
  expect(counted(fake)).toEqual({ "git/get-commit": 1, "git/get-tree": 5, "git/get-blob": 1 });
  expect(tree.unread()).toEqual([]);
  await tree.close();
});

test("what is no file, or no path, is not there, and no path leaves the tree", async () => {
  const { fake, forge, repo, root } = await port();
  const head = repo.commit(
    new Map<string, never>([
      ["link", { mode: "120000", content: "/etc/passwd" }],
      ["sub", { mode: "160000", content: root }],
      ["../../up.c", "x"],
      ["a\nb.c", "x"],
      ["__proto__/x y.c", "int x;\n"],
      ["run", { mode: "100755", content: "#!\n" }],
    ] as never),
  );
  const tree = await forge.tree(head);
  expect(await tree.list("")).toEqual(["__proto__/x y.c", "run"]);
  expect(await tree.readFile("__proto__/x y.c")).toBe("int x;\n");
  for (const path of [
    "link",
    "sub",
    "../../up.c",
    "a\nb.c",
    "link/x",
    "__proto__",
    "constructor",
    "/run",
    "",
    "./run",
  ]) {
    expect([path, await tree.readFile(path), await tree.blobId?.(path)]).toEqual([path, null, null]);
  }
  for (const folder of ["..", "run", "link", "none", "/"]) expect(await tree.list(folder)).toEqual([]);
  for (const id of ["", "0".repeat(40), "1".repeat(40), "HEAD", "abcd"]) expect(await tree.readBlob(id)).toBeNull();
  await expect(forge.tree("1".repeat(40))).rejects.toMatchObject({ trouble: "missing" });
  fake.calls.splice(0);
});

test("a listing that is cut is walked folder by folder; a bound is said", async () => {
  const { fake, forge, repo } = await port({ limits: { treeEntries: 12 } }, { limits: { listings: 6 } });
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`d${n % 3}/f${n}.c`, `${n}\n`]));
  const tree = await forge.tree(repo.commit(files));
  expect(await tree.list("")).toEqual(Object.keys(files).sort());
  expect(tree.unread()).toEqual([]);
  expect(counted(fake)["git/get-tree"]).toBe(5);
  const wide = await port({ limits: { treeEntries: 5 } }, { limits: { listings: 3 } });
  const cut = await wide.forge.tree(wide.repo.commit(files));
  expect((await cut.list("")).length).toBeLessThan(30);
  expect(cut.unread()).toEqual([
    "Not all files of the tree were found: GitHub lists no more.",
    expect.stringMatching(/^\d folders were not listed: at most 3 are\.$/),
  ]);
});

test("a few objects that stand for more paths than can be counted", async () => {
  const { forge, repo } = await port({ limits: { treeEntries: 30 } }, { limits: { listings: 40 } });
  const level = (depth: number): string[] =>
    depth === 0 ? ["f.c"] : ["a", "b", "c"].flatMap((name) => level(depth - 1).map((path) => `${name}/${path}`));
  const tree = await forge.tree(repo.commit(Object.fromEntries(level(6).map((path) => [path, "x\n"]))));
  expect(await tree.list("")).toHaveLength(729);
});

test("files beyond the bounds are not read, and said", async () => {
  const { forge, repo } = await port({}, { limits: { treeFiles: 3, treeFileBytes: 1024, treeBytes: 1024 * 1024 } });
  const files: Record<string, string> = { "large.c": "x".repeat(1025) };
  for (let n = 0; n < 5; n++) files[`f${n}.c`] = `${n}\n`;
  const tree = await forge.tree(repo.commit(files));
  const read: (string | null)[] = [];
  for (const path of Object.keys(files).sort()) read.push(await tree.readFile(path));
  expect(read).toEqual(["0\n", "1\n", "2\n", null, null, null]);
  expect(await tree.readFile("f0.c")).toBe("0\n");
  expect(tree.unread()).toEqual([
    "1 file was not read: it is larger than 1 KiB.",
    "2 files were not read: they are beyond the 3 files and 1 MiB that are read.",
  ]);
});

test("an outage is thrown, and not remembered", async () => {
  let fault: Fault | null = { kind: "502", when: "before" };
  const { forge, head } = await port({
    fault: ({ operation }) => (/git\/get-(tree|blob)/.test(operation) ? fault : null),
  });
  const tree = await forge.tree(head);
  await expect(tree.readFile(C)).rejects.toMatchObject({ trouble: "away" });
  await expect(tree.list("")).rejects.toMatchObject({ trouble: "away" });
  fault = null;
  expect(await tree.blobId?.(C)).not.toBeNull();
  fault = { kind: "secondary", retryAfter: 5 };
  await expect(tree.readFile(C)).rejects.toMatchObject({ trouble: "limited" });
  fault = null;
  expect(await tree.readFile(C)).toContain("twenty");
  expect(tree.unread()).toEqual([]);
});

test("what was fetched is kept for the next tree", async () => {
  const cache = openBlobCache({ folder: newFolder() });
  const { fake, forge, first, head } = await port({}, { cache });
  await (await forge.tree(first)).readFile("Documentation/old name.rst");
  fake.calls.splice(0);
  expect(await (await forge.tree(head)).readFile("Documentation/old name.rst")).toBe("text\n");
  expect(counted(fake)["git/get-blob"]).toBeUndefined();
});

test("eight requests at a time, and no more", async () => {
  const { fake, client, forge, repo } = await port();
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`f${n}.c`, `${n}\n`]));
  let [running, most] = [0, 0];
  const { bytes } = client;
  Object.assign(client, {
    bytes: async (...args: Parameters<typeof bytes>) => {
      most = Math.max(most, ++running);
      return bytes(...args).finally(() => running--);
    },
  });
  const tree = await forge.tree(repo.commit(files));
  const texts = await Promise.all(Object.keys(files).map((path) => tree.readFile(path)));
  expect(texts).toEqual(Object.values(files));
  expect([most, counted(fake)["git/get-blob"]]).toEqual([8, 40]);
});

test("a clone that has the commits is asked instead, after a fetch if need be", async () => {
  const work = newFolder();
  gitOn(1, work, "init", "-q", "-b", "main");
  const first = commitHere(work, 1, { "a b.c": "int a;\n", "old.c": "int o;\nint p;\n" });
  const mirror = join(newFolder(), "mirror.git");
  mkdirSync(mirror);
  execFileSync("git", ["clone", "-q", "--bare", work, mirror]);
  gitOn(1, mirror, "config", "remote.origin.fetch", "+refs/heads/*:refs/heads/*");
  gitOn(1, mirror, "config", "diff.noprefix", "true");
  const second = commitHere(work, 2, { "a b.c": "int a;\nint b;\n" });
  const { fake, forge } = await port({}, { mirror: { path: mirror } });
  const spec = { sha: second, parents: [first], message: "", author: { name: "", email: "" }, date: null };
  // Neither the clone nor GitHub has it.
  await expect(forge.diffOf(spec, () => true)).rejects.toMatchObject({ trouble: "missing" });
  const fetching = await port({}, { mirror: { path: mirror, fetch: { remote: "origin" } } });
  const { text, leftOut } = await fetching.forge.diffOf(spec, () => true);
  expect([leftOut, parseDiff(text).files.map(({ newPath, additions }) => [newPath, additions])]).toEqual([
    [],
    [["a b.c", 1]],
  ]);
  const root = await fetching.forge.diffOf({ ...spec, sha: first, parents: [] }, () => true);
  expect(parseDiff(root.text).files.map(({ newPath, status }) => [newPath, status])).toEqual([
    ["a b.c", "added"],
    ["old.c", "added"],
  ]);
  const tree = await fetching.forge.tree(second);
  expect([await tree.readFile("old.c"), tree.label, tree.unread()]).toEqual([
    "int o;\nint p;\n",
    `git ${second.slice(0, 12)}`,
    [],
  ]);
  await tree.close();
  expect(fetching.fake.calls).toEqual([]);
  // What the clone does not have is read from GitHub.
  const there = await port({}, { mirror: { path: mirror, fetch: { remote: "no-such" } } });
  expect(await (await there.forge.tree(there.head)).readFile(C)).toContain("twenty");
  const gone = await port({}, { mirror: { path: join(mirror, "none") } });
  expect(await (await gone.forge.tree(gone.head)).readFile(C)).toContain("twenty");
  fake.calls.splice(0);
});
