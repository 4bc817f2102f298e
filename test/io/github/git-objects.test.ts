/** The peer's git against git itself: ids of objects, and diffs. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ObjectStore } from "./git-objects.js";
import { diffText, treeDiff } from "./tree-diff.js";

test("ids are git's", () => {
  const git = new ObjectStore();
  expect(git.blob("hello\n")).toBe("ce013625030ba8dba906f756967f9e9ca394464a");
  expect(git.tree({})).toBe("4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  const hash = (type: string, input: Buffer): string =>
    execFileSync("git", ["hash-object", "--literally", "-t", type, "--stdin"], { input }).toString().trim();
  const tree = git.tree({ "a/x": "hello\n", "a.c": "hello\n" });
  const entry = (mode: string, name: string, sha: string): Buffer =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, "hex")]);
  const hello = git.blob("hello\n");
  expect(
    hash(
      "tree",
      Buffer.concat([entry("100644", "a.c", hello), entry("40000", "a", hash("tree", entry("100644", "x", hello)))]),
    ),
  ).toBe(tree);
});

test("the diff of a pull request is one that git applies", () => {
  const cwd = mkdtempSync(join(tmpdir(), "patchwitness-diff-"));
  const run = (args: string[], input: string | Buffer = ""): string =>
    execFileSync("git", args, { cwd, input }).toString().trim();
  const git = new ObjectStore();
  const [kept, lines] = ["a b\n.c", Array.from({ length: 40 }, (_, n) => `${n % 7}\n`)];
  const before = git.tree({ [kept]: lines.join(""), "é.c": "old", gone: "x\n", moved: "whole\n" });
  const after = git.tree({
    [kept]: lines.map((line, n) => (n % 11 === 3 ? "" : line)).join(""),
    "é.c": "new\n",
    "d/moved": "whole\n",
  });
  run(["init", "-q"]);
  for (const blob of git.blobs.values()) run(["hash-object", "-w", "--stdin"], blob);
  const index = [...git.files(before)].map(([path, { mode, sha }]) => `${mode} ${sha}\t${path}\0`).join("");
  run(["update-index", "-z", "--index-info"], index);
  run(["apply", "--cached"], diffText(treeDiff(git, before, after)));
  expect(run(["write-tree"])).toBe(after);
  rmSync(cwd, { recursive: true });
});
