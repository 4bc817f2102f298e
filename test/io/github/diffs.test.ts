/** Diffs by each of the ways that GitHub offers. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { blobHunks } from "../../../src/io/github/blob-hunks.js";
import { ObjectDiff } from "../../../src/io/github/object-diff.js";
import { parseDiff } from "../../../src/patch/parse-diff.js";
import type { Commit } from "../../../src/pulls/forge.js";
import { operationsOf, port } from "./port.js";

const C = "virt/kvm/kvm_main.c";
const all = (): boolean => true;
const commit = (sha: string, ...parents: string[]): Commit => ({
  sha,
  parents,
  message: "",
  author: { name: "", email: "" },
  date: null,
});

/** What a diff does to each file. */
const told = (text: string): string[] =>
  parseDiff(text).files.map((f) => `${f.status} ${f.oldPath}>${f.newPath} -${f.deletions}+${f.additions}`);

test("a commit's diff and that of the pull request are GitHub's own, where it gives them", async () => {
  const { fake, forge, root, first, head } = await port();
  const one = await forge.diffOf(commit(first, root), all);
  expect(told(one.text)).toEqual([`modified ${C}>${C} -1+1`]);
  expect(parseDiff(one.text).files[0]?.newBlob).not.toBeNull();
  const whole = await forge.diffOfPull(await forge.pull(1), root, all);
  expect(told(whole.text)).toEqual([`modified ${C}>${C} -2+2`, "added null>virt/kvm/new.c -0+1"]);
  expect([one.leftOut, whole.leftOut]).toEqual([[], []]);
  expect(operationsOf(fake)).toEqual([
    "apps/create-installation-access-token",
    "repos/compare-commits-with-basehead",
    "pulls/get",
    "repos/compare-commits-with-basehead",
  ]);
  expect(head).not.toBe(first);
});

test("above 20,000 lines the listed patches are put together, as long as they are whole", async () => {
  const { forge, repo, root } = await port({ limits: { diffLines: 30 } });
  const base = repo.git.files(repo.git.commits.get(root)?.tree ?? "");
  expect(base.size).toBe(2);
  const head = repo.commit(
    new Map<string, string>([
      [C, "x\n".repeat(20)],
      ["a b.c", "int a;\nint b;"],
      ["new\nline.c", "int c;\n"],
      ["empty.c", ""],
      ["Documentation/new name.rst", "text\n"],
    ]),
    { parents: [root] },
  );
  const { text, leftOut } = await forge.diffOf(commit(head, root), all);
  expect(leftOut).toEqual([]);
  expect(told(text)).toEqual([
    "renamed Documentation/old name.rst>Documentation/new name.rst -0+0",
    "added null>a b.c -0+2",
    "added null>empty.c -0+0",
    "added null>new\nline.c -0+1",
    `modified ${C}>${C} -30+20`,
  ]);
  expect(text).toContain("+++ b/a b.c\t\n");
  expect(text).toContain("\\ No newline at end of file\n");
});

test("a diff of 20,001 lines, in one file that is listed without its patch", async () => {
  const { fake, forge, repo, root } = await port();
  const lines = Array.from({ length: 20_001 }, (_, n) => `int v${n};\n`);
  const first = repo.commit({ "big.c": lines.join("") }, { parents: [root] });
  const { text, leftOut } = await forge.diffOf(commit(first, root), all);
  expect(leftOut).toEqual([]);
  expect(told(text)).toContain("added null>big.c -0+20001");
  expect(operationsOf(fake)).toContain("git/get-blob");
  const none = await forge.diffOf(commit(first, root), (path) => path !== "big.c");
  expect(none.leftOut).toEqual([
    "1 of 3 files was not read: GitHub gives no diff of that size, and it is not of a kind that is looked at.",
  ]);
});

test("a commit of 3,000 files is compared by git's objects, and what is left out is said", async () => {
  const { fake, forge, repo, root } = await port(
    { limits: { treeEntries: 1500 } },
    { limits: { diffFiles: 20, diffFileBytes: 1024 } },
  );
  const files = Object.fromEntries(
    Array.from({ length: 3000 }, (_, n) => [`d${n % 30}/f${n}.${n % 100 === 0 ? "c" : "txt"}`, `int a${n};\n`]),
  );
  files["d1/large.c"] = "x".repeat(2000);
  const before = repo.commit({ ...files, "gone.c": "int gone;\n", "d0/f0.c": "old\n" }, { parents: [root] });
  const head = repo.commit(
    { ...Object.fromEntries(Object.entries(files).map(([p, t]) => [p, `${t}// more\n`])), "same.c": "int gone;\n" },
    { parents: [before] },
  );
  const { text, leftOut } = await forge.diffOf(commit(head, before), (path) => path.endsWith(".c"));
  expect(told(text)[0]).toBe("modified d0/f0.c>d0/f0.c -1+2");
  expect(told(text)).toHaveLength(19);
  expect(leftOut).toEqual([
    "2,970 of 3,002 files were not read: GitHub gives no diff of that size, and they are not of a kind that is looked at.",
    "12 of 3,002 files were not read: at most 20 are.",
    "1 of 3,002 files was not read: it is larger than 1 KiB.",
  ]);
  expect(fake.calls.length).toBeLessThan(150);
});

test("a pull request of 3,000 files is listed; a head that moved meanwhile is compared by its objects", async () => {
  const { fake, forge, repo, root, pull } = await port({ limits: { pullFiles: 3000 } });
  const files = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`f${n}.c`, `int a${n};\n`]));
  repo.push(pull, repo.commit(files, { parents: [root] }));
  const seen = await forge.pull(1);
  const whole = await forge.diffOfPull(seen, root, all);
  expect(told(whole.text)).toHaveLength(402);
  expect(operationsOf(fake).filter((name) => name === "pulls/list-files")).toHaveLength(5);
  repo.push(pull, repo.commit({ "f0.c": "other\n" }, { parents: [root] }));
  const again = await forge.diffOfPull(seen, root, (path) => path === "f1.c");
  expect(told(again.text)).toEqual(["added null>f1.c -0+1"]);
});

test("the first commit of all is compared with nothing", async () => {
  const { forge, root } = await port();
  const { text } = await forge.diffOf(commit(root), all);
  expect(told(text)).toEqual(["added null>Documentation/old name.rst -0+1", `added null>${C} -0+30`]);
  expect(text).toContain("+++ b/Documentation/old name.rst\t\n");
});

test("by objects: modes, links, submodules, bytes, odd names, a folder that became a file", async () => {
  const { context, repo } = await port();
  const old = repo.commit(
    new Map<string, never>([
      ["run", { mode: "100644", content: "#!\n" }],
      ["link", { mode: "120000", content: "old" }],
      ["bytes", Buffer.from([0, 1])],
      ["sub", { mode: "160000", content: "1".repeat(40) }],
      ["dir/a.c", "int a;\n"],
      ["turned", { mode: "120000", content: "x" }],
    ] as never),
  );
  const now = repo.commit(
    new Map<string, never>([
      ["run", { mode: "100755", content: "#!\n" }],
      ["link", { mode: "120000", content: "new" }],
      ["bytes", Buffer.from([0, 2])],
      ["sub", { mode: "160000", content: "2".repeat(40) }],
      ["dir", "int dir;\r\ndiff --git a/x b/x\n"],
      ["turned", "text\n"],
      ["../up.c", "int up;\n"],
      ['"q\\".c', "int q;\n"],
      ["\u202egpj.c", "int r;\n"],
    ] as never),
    { parents: [old] },
  );
  const { text, leftOut } = await new ObjectDiff(context, old, now).whole(all);
  expect(leftOut).toEqual([]);
  expect(told(text).sort()).toEqual(
    [
      "mode run>run -0+0",
      "modified link>link -1+1",
      "modified bytes>bytes -0+0",
      "modified sub>sub -1+1",
      "deleted dir/a.c>null -1+0",
      "added null>dir -0+2",
      "deleted turned>null -1+0",
      "added null>turned -0+1",
      "added null>../up.c -0+1",
      'added null>"q\\".c -0+1',
      "added null>\u202egpj.c -0+1",
    ].sort(),
  );
});

test("a person's settings of git change nothing", async () => {
  const pairs = [{ old: Buffer.from("int a;\n\nint b;\n"), now: Buffer.from("int a;\n\nint c;\n") }];
  const plain = await blobHunks(pairs);
  expect(plain).toEqual(["@@ -1,3 +1,3 @@\n int a;\n \n-int b;\n+int c;"]);
  const home = mkdtempSync(join(tmpdir(), "patchwitness-test-"));
  const settings =
    "noprefix = true\nmnemonicPrefix = true\nexternal = /bin/false\ncontext = 0\nsuppressBlankEmpty = true\nalgorithm = patience\nrelative = true\n";
  writeFileSync(
    join(home, ".gitconfig"),
    `[color]\nui = always\n[diff]\n${settings}[core]\nattributesFile = ${home}/attributes\n`,
  );
  writeFileSync(join(home, "attributes"), "* binary\n");
  vi.stubEnv("HOME", home);
  try {
    expect(await blobHunks(pairs)).toEqual(plain);
  } finally {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true, force: true });
  }
});
