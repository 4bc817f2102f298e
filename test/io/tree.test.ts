import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenTree, openTree } from "../../src/io/git-tree.js";
import { git, put } from "../patch/git-peer.js";

const root = mkdtempSync(join(tmpdir(), "trees-"));
const folder = join(root, "linux-0.1");
const repository = join(root, "repository");
const bare = join(root, "bare.git");
let blob = "";
let first = "";

beforeAll(() => {
  put(folder, "kernel/a.c", "int a;\n");
  put(folder, "kernel/sub/b.c", "int b;\r\n");
  put(folder, ".git-not/x", "x");
  put(root, "secret", "secret");
  symlinkSync("../secret", join(folder, "out"));
  symlinkSync("..", join(folder, "up"));
  symlinkSync("kernel/a.c", join(folder, "inside"));
  symlinkSync("loop", join(folder, "loop"));
  mkdirSync(repository);
  git(repository, "init", "-q", "-b", "main");
  put(repository, "kernel/a.c", "int a;\n");
  put(repository, "kernel/odd \u00fc\n.c", "odd\n");
  put(repository, "-x/HEAD:y", "dash\n");
  symlinkSync("/etc/passwd", join(repository, "link"));
  git(repository, "add", "-A");
  git(repository, "commit", "-q", "-m", "one");
  first = git(repository, "rev-parse", "HEAD").trim();
  blob = git(repository, "rev-parse", "HEAD:kernel/a.c").trim();
  put(repository, "kernel/a.c", "int a = 2;\n");
  git(repository, "commit", "-q", "-a", "-m", "two");
  put(repository, "kernel/a.c", "not committed\n");
  git(root, "clone", "-q", "--bare", "repository", "bare.git");
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function using<T>(path: string, use: (tree: OpenTree) => Promise<T>, revision?: string): Promise<T> {
  const tree = await openTree(path, revision === undefined ? {} : { revision });
  try {
    return await use(tree);
  } finally {
    await tree.close();
  }
}

describe("a folder as a tree", () => {
  it("reads and lists what is inside it", async () => {
    await using(folder, async (tree) => {
      expect(tree.label).toBe("folder linux-0.1");
      expect(await tree.readFile("kernel/a.c")).toBe("int a;\n");
      expect(await tree.readFile("kernel/sub/b.c")).toBe("int b;\r\n");
      expect(await tree.readFile("inside")).toBe("int a;\n");
      expect(await tree.list("kernel")).toEqual(["kernel/a.c", "kernel/sub/b.c"]);
      expect(await tree.list("")).toEqual([".git-not/x", "kernel/a.c", "kernel/sub/b.c"]);
      expect(await tree.blobId?.("kernel/a.c")).toBe(blob);
      expect(await tree.readBlob(blob)).toBeNull();
    });
  });

  it.each([
    "../secret",
    "out",
    "up/secret",
    "kernel/../../secret",
    "/etc/passwd",
    "loop",
    "kernel",
    "none",
    "kernel/a.c/x",
    "a\0b",
  ])("does not read %j", async (path) => {
    expect(await using(folder, (tree) => tree.readFile(path))).toBeNull();
  });

  it.each(["..", "up", "/", "none", "kernel/a.c"])("lists nothing for %j", async (path) => {
    expect(await using(folder, (tree) => tree.list(path))).toEqual([]);
  });
});

describe.each([
  ["a work tree", repository],
  ["a bare repository", bare],
])("%s as a tree", (_name, path) => {
  it("reads the commit at HEAD, not what lies in the folder", async () => {
    await using(path, async (tree) => {
      expect(tree.label).toMatch(/^git [0-9a-f]{12}$/);
      expect(await tree.readFile("kernel/a.c")).toBe("int a = 2;\n");
      expect(await tree.readFile("kernel/none.c")).toBeNull();
      expect(await tree.readFile("kernel")).toBeNull();
      expect(await tree.list("kernel")).toEqual(["kernel/a.c", "kernel/odd \u00fc\n.c"]);
      expect(await tree.list("")).toEqual(["-x/HEAD:y", "kernel/a.c", "kernel/odd \u00fc\n.c"]);
    });
  });

  it("finds blobs by whole and by abbreviated id, older ones too", async () => {
    await using(path, async (tree) => {
      expect(await tree.readBlob(blob)).toBe("int a;\n");
      expect(await tree.readBlob(blob.slice(0, 7))).toBe("int a;\n");
      expect(await tree.readBlob(first)).toBeNull();
      expect(await tree.readBlob("0000000")).toBeNull();
      expect(await tree.readBlob("ffffffffff")).toBeNull();
      expect(await tree.blobId?.("kernel/a.c")).not.toBe(blob);
    });
  });

  it("is not led astray by hostile names", async () => {
    await using(path, async (tree) => {
      const names = [
        "a\nHEAD",
        "../a",
        "",
        "--batch",
        "HEAD",
        "-x/none",
        "kernel/odd \u00fc\n.c",
        ":/one",
        "^{commit}",
      ];
      expect(await Promise.all(names.map((name) => tree.readFile(name)))).toEqual(names.map(() => null));
      expect(await tree.readFile("-x/HEAD:y")).toBe("dash\n");
      expect(await tree.readBlob("HEAD")).toBeNull();
      expect(await tree.readBlob("--help")).toBeNull();
    });
  });

  it("reads another revision when one is named", async () => {
    expect(await using(path, (tree) => tree.readFile("kernel/a.c"), "HEAD~1")).toBe("int a;\n");
    await expect(openTree(path, { revision: "--all" })).rejects.toMatchObject({ code: "unknown-revision", exit: 4 });
  });

  it("answers many questions asked at once in their order", async () => {
    await using(path, async (tree) => {
      const asked = Array.from({ length: 300 }, (_, n) => (n % 3 === 0 ? "none" : "kernel/a.c"));
      const found = await Promise.all(asked.map((name) => tree.readFile(name)));
      expect(found).toEqual(asked.map((name) => (name === "none" ? null : "int a = 2;\n")));
    });
  });

  it("refuses questions after it was closed", async () => {
    const tree = await openTree(path);
    await tree.close();
    await expect(tree.readFile("kernel/a.c")).rejects.toThrow(/cat-file ended/);
  });
});

describe("openTree", () => {
  it("refuses what is not there", async () => {
    await expect(openTree(join(root, "none"))).rejects.toMatchObject({ code: "tree-not-found", exit: 4 });
  });

  it("takes a repository without commits for a folder", async () => {
    const empty = join(root, "empty");
    mkdirSync(empty);
    git(empty, "init", "-q");
    put(empty, "a.c", "a\n");
    expect(await using(empty, (tree) => tree.readFile("a.c"))).toBe("a\n");
    expect(await using(empty, async (tree) => tree.label)).toBe(`folder ${basename(empty)}`);
  });
});
