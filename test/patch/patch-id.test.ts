import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMessage } from "../../src/message/parse-message.js";
import { splitMbox } from "../../src/message/split-mbox.js";
import { patchId } from "../../src/patch/patch-id.js";
import { readPatches } from "../../src/patch/read-patch.js";
import { git, put, withFolder } from "./git-peer.js";

const sha1 = (text: string): Uint8Array => createHash("sha1").update(text, "utf8").digest();
const ours = (diff: string): string | null => patchId(diff, sha1);

/** Ids that `git patch-id --stable` prints; it prints one for each patch that it finds in its input. */
function gitIds(input: string): string[] {
  const { stdout } = spawnSync("git", ["patch-id", "--stable"], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.slice(0, 40)]));
}

const head = (name: string): string => `diff --git a/${name} b/${name}\nindex 1111111..2222222 100644\n`;
const change = (name: string, from = "a", to = "b"): string =>
  `${head(name)}--- a/${name}\n+++ b/${name}\n@@ -1,3 +1,3 @@ fn\n x\n-${from}\n+${to}\n y\n`;

describe("patchId", () => {
  it.each([
    ["one file", change("f.c")],
    ["two files", change("f.c") + change("g.c")],
    ["a hunk without counts", `${head("f")}--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n`],
    [
      "a file that is added",
      "diff --git a/n b/n\nnew file mode 100644\nindex 0000000..1\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+n\n",
    ],
    ["no newline at the end", `${change("f")}\\ No newline at end of file\n`],
    ["a rename alone", "diff --git a/o b/n\nsimilarity index 100%\nrename from o\nrename to n\n"],
    ["a rename, then a file", `diff --git a/o b/n\nsimilarity index 100%\nrename from o\nrename to n\n${change("f")}`],
    ["a mode alone", "diff --git a/o b/o\nold mode 100644\nnew mode 100755\n"],
    ["an empty new file", "diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n"],
    ["a binary", `${head("x.bin")}Binary files a/x.bin and b/x.bin differ\n${change("f")}`],
    [
      "a binary with data",
      `${head("x.bin")}GIT binary patch\nliteral 1\nIcmZQz00IC20RR91\n\nliteral 0\nHcmV?d00001\n\n${change("f")}`,
    ],
    ["white space", `${head("f")}--- a/f\n+++ b/f\n@@ -1 +1 @@\n-\ta  b\r\n+a\u00a0b \v\f\n`],
    [
      "lines that look like headers",
      `${head("f")}--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n--- a/x\n-diff --git\n+++ b/x\n+@@ -1 +1 @@\n`,
    ],
    ["prose around it", `words\n---\n f | 2 +-\n\n${change("f")}-- \n2.39.5\n`],
    ["a last line without end", change("f").slice(0, -1)],
  ])("is git's for %s", (_name, diff) => {
    const [id] = gitIds(diff);
    expect(id).toMatch(/^[0-9a-f]{40}$/);
    expect(ours(diff)).toBe(id);
  });

  it("does not depend on the order of files, line numbers or white space", () => {
    const id = ours(change("f") + change("g"));
    expect(ours(change("g") + change("f"))).toBe(id);
    expect(ours((change("f") + change("g")).replaceAll("@@ -1,3 +1,3 @@ fn", "@@ -70,3 +90,3 @@ other"))).toBe(id);
    expect(ours(change("f") + change("g", "a", "  b"))).toBe(id);
    expect(ours(change("f") + change("g", "a", "c"))).not.toBe(id);
  });

  it.each(["", "text\n", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n"])("is null for %j", (text) => {
    expect(gitIds(text)).toEqual([]);
    expect(ours(text)).toBeNull();
  });

  it("is the id of the commit that a mail became", () => {
    withFolder((folder) => {
      git(folder, "init", "-q", "-b", "main");
      put(folder, "a.c", "1\n2\n3\n");
      git(folder, "add", "-A");
      git(folder, "commit", "-q", "-m", "one");
      put(folder, "a.c", "1\n\u00fc\n3\n");
      put(folder, "b/c.c", "new\n");
      git(folder, "add", "-A");
      git(folder, "commit", "-q", "-m", "two");
      const [id] = gitIds(git(folder, "diff-tree", "-p", "HEAD~1", "HEAD"));
      expect(ours(git(folder, "format-patch", "--stdout", "-1"))).toBe(id);
    });
  });

  it("agrees with git on whatever a diff is made of", () => {
    const line = fc.constantFrom(
      "diff --git a/f b/f",
      "index 1..2 100644",
      "index 1..2",
      "index 12",
      "--- a/f",
      "+++ b/f",
      "@@ -1 +1 @@",
      "@@ -1,2 +1,0 @@",
      "@@ -x",
      "@@ -1,x +1 @@",
      "@@ -1,2",
      "@@ -,2 +1,1 @@",
      "@@ -1 +x @@",
      "@@ -1 +1, @@",
      " c",
      "-a",
      "+b",
      "",
      "\\ No newline at end of file",
      "\\ short",
      "Binary files a and b differ",
      "GIT binary patch",
      "words",
      "-- ",
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 14 }), (lines) => {
        // Without an `index` line git takes a binary file's ids from memory that nobody has set.
        const text = `${head("f")}${lines.join("\n")}\n`;
        const [id] = gitIds(text);
        if (id !== undefined) expect(ours(text)).toBe(id);
      }),
      { numRuns: 300 },
    );
  });

  it("takes a line of 10 MB and a million lines in seconds", () => {
    const start = performance.now();
    ours(change("f", "x ".repeat(5_000_000)));
    ours(`${head("f")}--- a/f\n+++ b/f\n@@ -0,0 +1,1000000 @@\n${"+a\n".repeat(1_000_000)}`);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

const corpus = fileURLToPath(new URL("../../../shared/corpus/linux-riscv-2019-2020.mbox.gz", import.meta.url));
describe.skipIf(!existsSync(corpus))("the list archive (needs ../shared)", () => {
  it("has for each of its patches the id that git gives", async () => {
    const diffs: string[] = [];
    for (const { bytes } of splitMbox(gunzipSync(readFileSync(corpus)))) {
      const { patch } = readPatches(await parseMessage(bytes));
      if (patch?.diff.startsWith("diff ") && patch.problems.length === 0) diffs.push(patch.diff);
    }
    expect(diffs.length).toBeGreaterThan(2000);
    // One run of git for all: an object id on a line of its own begins the next patch.
    const commit = (n: number): string => `From ${String(n + 1).padStart(40, "0")} Mon Sep 17 00:00:00 2001\n`;
    const input = diffs.map((diff, n) => commit(n) + diff).join("");
    const { stdout } = spawnSync("git", ["patch-id", "--stable"], { input, encoding: "utf8", maxBuffer: 1 << 28 });
    const byCommit = new Map(stdout.split("\n").map((line) => [Number(line.slice(41)) - 1, line.slice(0, 40)]));
    const differing = diffs.flatMap((diff, n) => (byCommit.has(n) && byCommit.get(n) !== ours(diff) ? [n] : []));
    expect(byCommit.size).toBeGreaterThan(2000);
    expect(differing).toEqual([]);
  }, 120_000);
});
