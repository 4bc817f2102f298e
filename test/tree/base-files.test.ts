import { describe, expect, it } from "vitest";
import type { Patch } from "../../src/patch/patch.js";
import { readPatches } from "../../src/patch/read-patch.js";
import { baseFiles, baseSeries } from "../../src/tree/base-files.js";
import { isSameBlob, overlay } from "../../src/tree/overlay.js";
import type { SourceTree } from "../../src/tree/source-tree.js";
import { safeFolder, safePath } from "../../src/tree/tree-path.js";
import { mail } from "../patch/mail.js";

const ZERO = "0000000";

/** A tree out of a map of paths and one of blobs. */
function tree(files: Record<string, string>, blobs: Record<string, string> = {}): SourceTree {
  return {
    label: "test",
    readFile: async (path) => files[path] ?? null,
    readBlob: async (id) => blobs[id] ?? null,
    list: async (folder) =>
      Object.keys(files)
        .filter((path) => folder === "" || path.startsWith(`${folder}/`))
        .sort(),
  };
}

function patch(text: string): Patch {
  const read = readPatches(mail(text)).patch;
  if (read === null) throw new Error("no patch");
  return read;
}

const change = (from: string, to: string, ids = "aaaaaaa..bbbbbbb"): string =>
  `diff --git a/f.c b/f.c\nindex ${ids} 100644\n--- a/f.c\n+++ b/f.c\n@@ -1,3 +1,3 @@\n a\n-${from}\n+${to}\n c\n`;

describe("baseFiles", () => {
  it("takes the blob that the index line names before the file of that name", async () => {
    const { files, exact, complete } = await baseFiles(
      patch(change("b", "x")),
      tree({ "f.c": "new\na\nb\nc\n" }, { aaaaaaa: "a\nb\nc\n" }),
    );
    expect([exact, complete]).toEqual([true, true]);
    expect(files).toMatchObject([
      { path: "f.c", origin: "blob", oldText: "a\nb\nc\n", newText: "a\nx\nc\n", reason: null },
    ]);
  });

  it("takes the file, at an offset, when the blob is unknown", async () => {
    const { files, exact, complete } = await baseFiles(patch(change("b", "x")), tree({ "f.c": "a\nb\nc\n" }));
    expect([exact, complete]).toEqual([false, true]);
    expect(files).toMatchObject([{ origin: "path", newText: "a\nx\nc\n" }]);
  });

  it("knows the file for the blob where the tree computes ids", async () => {
    const known = { ...tree({ "f.c": "a\nb\nc\n" }), blobId: async () => "aaaaaaa000" };
    expect((await baseFiles(patch(change("b", "x")), known)).files).toMatchObject([{ origin: "blob" }]);
  });

  it("says why a file was not applied", async () => {
    const { files, complete } = await baseFiles(patch(change("b", "x")), tree({ "f.c": "else\n" }));
    expect(complete).toBe(false);
    expect(files).toMatchObject([{ origin: "path", newText: null, applied: null, reason: "context-not-found" }]);
    const missing = await baseFiles(patch(change("b", "x")), tree({}));
    expect(missing.files).toMatchObject([{ origin: "none", reason: "file-missing" }]);
  });

  it("stacks the patches of a series, blob ids too", async () => {
    const base = tree({}, { aaaaaaa: "a\nb\nc\n" });
    const results = await baseSeries([patch(change("b", "x")), patch(change("x", "y", "bbbbbbb..ccccccc"))], base);
    expect(results.map(({ files }) => [files[0]?.origin, files[0]?.newText])).toEqual([
      ["blob", "a\nx\nc\n"],
      ["blob", "a\ny\nc\n"],
    ]);
    expect(await results[1]?.tree.readFile("f.c")).toBe("a\ny\nc\n");
    expect(await base.readFile("f.c")).toBeNull();
  });

  it("moves, copies, adds and deletes in the tree that it leaves", async () => {
    const text =
      "diff --git a/a b/b\nsimilarity index 100%\nrename from a\nrename to b\n" +
      "diff --git a/k b/l\nsimilarity index 100%\ncopy from k\ncopy to l\n" +
      `diff --git a/n b/n\nnew file mode 100644\nindex ${ZERO}..1111111\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+n\n` +
      `diff --git a/d b/d\ndeleted file mode 100644\nindex 2222222..${ZERO}\n--- a/d\n+++ /dev/null\n@@ -1 +0,0 @@\n-d\n`;
    const result = await baseFiles(patch(text), tree({ a: "a\n", k: "k\n", d: "d\n" }));
    expect(result.complete).toBe(true);
    expect(await result.tree.list("")).toEqual(["b", "k", "l", "n"]);
    expect(await Promise.all(["a", "b", "k", "l", "n", "d"].map((path) => result.tree.readFile(path)))).toEqual([
      null,
      "a\n",
      "k\n",
      "k\n",
      "n\n",
      null,
    ]);
  });

  it("applies a quoted diff with white space ignored when it does not match otherwise", async () => {
    const eaten = { ...patch(change("b", "x")), depth: 1 };
    const { files } = await baseFiles(eaten, tree({ "f.c": "\ta\n\tb\n\tc\n" }));
    expect(files).toMatchObject([{ origin: "path", newText: "\ta\n\tx\n\tc\n" }]);
    expect((await baseFiles({ ...eaten, depth: 0 }, tree({ "f.c": "\ta\n\tb\n\tc\n" }))).complete).toBe(false);
  });

  it("does not guess the file of hunks without a name", async () => {
    const [file] = patch(change("b", "x")).files;
    if (file === undefined) return;
    const nameless = { ...patch(change("b", "x")), files: [{ ...file, oldPath: null, newPath: null }] };
    expect((await baseFiles(nameless, tree({}))).files).toMatchObject([{ path: null, reason: "no-path" }]);
  });
});

describe("overlay", () => {
  it("answers for its own files and asks for the others", async () => {
    const over = overlay(
      tree({ "d/a": "1", "d/b": "2", e: "3" }),
      new Map([
        ["d/a", null],
        ["d/c", "4"],
      ]),
    );
    expect(await over.list("d")).toEqual(["d/b", "d/c"]);
    expect(await Promise.all(["d/a", "d/b", "d/c"].map((path) => over.readFile(path)))).toEqual([null, "2", "4"]);
  });
});

describe("isSameBlob", () => {
  it.each([
    ["1234567", "1234567890", true],
    ["1234567890", "1234567", true],
    ["1234567", "1234568", false],
    ["123456", "1234567", false],
    [ZERO, ZERO, false],
  ])("%s, %s: %s", (one, other, same) => expect(isSameBlob(one, other)).toBe(same));
});

describe("paths out of mails", () => {
  it.each(["", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a/.", "a\0b", "a\nb", "x".repeat(5000)])(
    "%j is refused",
    (path) => {
      expect(safePath(path)).toBeNull();
    },
  );
  it.each(["a", "a/b.c", "a b", "..a/b..", "-x", "\u00fc\\"])("%j is looked up", (path) => {
    expect(safePath(path)).toBe(path);
  });
  it("takes a folder with a slash at its end, and the root", () => {
    expect([safeFolder("a/"), safeFolder(""), safeFolder("."), safeFolder("..")]).toEqual(["a", "", "", null]);
  });
});
