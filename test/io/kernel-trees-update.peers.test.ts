import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { openKernelTrees } from "../../src/io/kernel-trees.js";
import type { TreeConfig } from "../../src/watch/base.js";
import { put } from "../patch/git-peer.js";
import { Author, commit, gitOn, lines, tinyKernel } from "./tiny-kernel.js";

const root = mkdtempSync(join(tmpdir(), "kernel-update-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let upstream: string;
let clone: string;
let tree: TreeConfig;
let count = 0;

beforeEach(() => {
  upstream = join(root, `upstream-${count}`);
  clone = join(root, `clone-${count++}`);
  tinyKernel(upstream);
  gitOn(1, root, "clone", "-q", upstream, clone);
  tree = { name: "linux", path: clone, branches: ["main"], remotes: ["origin"] };
});

const NEVER_FRESH = { fetch: { intervalMs: 0 } };

describe("update", () => {
  it("fetches what is new, and the choice sees it", async () => {
    const tip = commit(upstream, 9, { "kernel/a.c": lines("a", { 3: "later" }) });
    const author = new Author(`${clone}-author`, upstream);
    const { query } = await author.send("origin/main", [{ "kernel/a.c": lines("a", { 3: "new" }) }], "--base=HEAD~1");
    const trees = openKernelTrees([tree], NEVER_FRESH);
    const before = await trees.choose(query);
    expect(before.choice.tried[0]).toMatchObject({ how: "base-commit", reason: "base-commit-unknown" });
    await before.tree?.close();
    expect(await trees.update()).toEqual([{ tree: "linux", fetched: true, reason: null, message: null }]);
    const { choice, tree: opened } = await trees.choose(query);
    expect(choice).toMatchObject({ how: "base-commit", revision: tip, tried: [] });
    await opened?.close();
    // The author's branch is left where it was: only what was fetched moves.
    expect(gitOn(1, clone, "rev-parse", "main")).not.toContain(tip);
    expect(gitOn(1, clone, "rev-parse", "origin/main")).toContain(tip);
  });

  it("follows a branch that was rewritten", async () => {
    gitOn(9, upstream, "reset", "-q", "--hard", "HEAD~1");
    const tip = commit(upstream, 9, { "kernel/a.c": lines("a", { 3: "rewritten" }) });
    const [update] = await openKernelTrees([tree], NEVER_FRESH).update("linux");
    expect(update).toMatchObject({ fetched: true, reason: null });
    expect(gitOn(1, clone, "rev-parse", "origin/main")).toContain(tip);
  });

  it("does so at most once in an interval, whoever did it last", async () => {
    let now = Date.now();
    const options = { fetch: { intervalMs: 60_000, now: () => now } };
    const fetched = async () => (await openKernelTrees([tree], options).update())[0]?.fetched;
    expect(await fetched()).toBe(true);
    expect(await fetched()).toBe(false);
    now += 61_000;
    expect(await fetched()).toBe(true);
    const long = new Date(now - 120_000);
    utimesSync(join(clone, ".git/FETCH_HEAD"), long, long);
    expect(await fetched()).toBe(true);
  });

  it("does so once for all who ask at the same time", async () => {
    const trees = openKernelTrees([tree], NEVER_FRESH);
    const [one, other] = await Promise.all([trees.update(), trees.update()]);
    expect(one[0]).toBe(other[0]);
  });

  it("leaves a tree without remotes alone, and one that is not asked for", async () => {
    const trees = openKernelTrees([{ ...tree, remotes: [] }], NEVER_FRESH);
    expect(await trees.update()).toMatchObject([{ fetched: false, reason: null }]);
    expect(await trees.update("other")).toEqual([]);
  });

  it("that fails is a reason beside the choice, which is made on the old state", async () => {
    const author = new Author(`${clone}-author`, upstream);
    const { query } = await author.send("origin/main", [{ "kernel/a.c": lines("a", { 3: "new" }) }]);
    rmSync(upstream, { recursive: true });
    const trees = openKernelTrees([tree], NEVER_FRESH);
    const [update] = await trees.update();
    expect(update).toMatchObject({ fetched: false, reason: "fetch-failed" });
    expect(update?.message).toMatch(/does not appear to be a git repository/);
    const { choice, tree: opened } = await trees.choose(query);
    await opened?.close();
    expect(choice).toMatchObject({ how: "index-blobs", tree: "linux" });
    expect(choice.tried[0]).toEqual({ how: "fetch", tree: "linux", revision: null, reason: "fetch-failed" });
  });

  it.each(["none", "--upload-pack=touch x", "/tmp"])(
    "fetches no remote that the repository does not have: %s",
    async (remote) => {
      const [update] = await openKernelTrees([{ ...tree, remotes: [remote] }], NEVER_FRESH).update();
      expect(update).toMatchObject({ fetched: false, reason: "fetch-failed" });
      expect(existsSync(join(clone, "x"))).toBe(false);
    },
  );

  it("of no repository is told", async () => {
    const [update] = await openKernelTrees([{ ...tree, path: join(root, "none") }]).update();
    expect(update).toMatchObject({ fetched: false, reason: "tree-unreadable" });
  });

  it("runs no hooks, and no transport that is a command", async () => {
    const hook = join(clone, ".git/hooks/reference-transaction");
    put(clone, ".git/hooks/reference-transaction", `#!/bin/sh\necho ran >> ${root}/hook\n`);
    chmodSync(hook, 0o755);
    commit(upstream, 9, { "kernel/a.c": lines("a", { 3: "later" }) });
    expect(await openKernelTrees([tree], NEVER_FRESH).update()).toMatchObject([{ fetched: true }]);
    expect(existsSync(join(root, "hook"))).toBe(false);
    gitOn(1, clone, "config", "remote.origin.url", `ext::sh -c touch% ${root}/ran`);
    expect(await openKernelTrees([tree], NEVER_FRESH).update()).toMatchObject([{ reason: "fetch-failed" }]);
    expect(existsSync(join(root, "ran"))).toBe(false);
  });

  it("ends at its time limit, with all that it started", async () => {
    const script = join(root, `slow-${count}`);
    const pid = `${script}.pid`;
    put(root, `slow-${count}`, `#!/bin/sh\necho $$ > ${pid}\nexec sleep 60\n`);
    chmodSync(script, 0o755);
    gitOn(1, clone, "config", "core.sshCommand", script);
    gitOn(1, clone, "config", "remote.origin.url", "ssh://localhost/none");
    const start = performance.now();
    const [update] = await openKernelTrees([tree], { fetch: { intervalMs: 0, timeoutMs: 1500 } }).update();
    expect(update).toMatchObject({ fetched: false, reason: "fetch-timed-out" });
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(statSync(pid).size).toBeGreaterThan(0);
    const slow = Number(readFileSync(pid, "utf8"));
    await expect.poll(() => isAlive(slow)).toBe(false);
  }, 30_000);

  it("asks nobody for a password", async () => {
    gitOn(1, clone, "config", "remote.origin.url", "http://127.0.0.1:9/none");
    expect(await openKernelTrees([tree], NEVER_FRESH).update()).toMatchObject([{ reason: "fetch-failed" }]);
  });
});

/** False when the process has ended; what waits for its parent to read its exit code has ended too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
