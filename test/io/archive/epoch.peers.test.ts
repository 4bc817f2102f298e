import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { openEpoch } from "../../../src/io/archive/epoch.js";
import { openInbox } from "../../../src/io/archive/inbox.js";
import type { Source } from "../../../src/watch/source.js";
import { readAll, readUntilError, readWithInterruptions, seeded } from "./archive-peer.js";
import { type Commit, corpusEpoch, git, mail, SHARED, subjects, writeEpoch } from "./epoch-peer.js";

const root = mkdtempSync(join(tmpdir(), "epoch-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let made = 0;
function epoch(...commits: Commit[]): string {
  const path = join(root, `${++made}`, "0.git");
  writeEpoch(path, commits);
  return path;
}

const open = (path: string, mails = 200, bytes = 1 << 23): Source =>
  openEpoch({ type: "epoch", name: "list", path }, { mails, bytes });
const openFolder = (path: string, mails = 200): Source =>
  openInbox({ type: "inbox", name: "list", path }, { mails, bytes: 1 << 23 });

describe("an epoch of public-inbox", () => {
  it("gives its mails oldest first, byte for byte, and nothing when nothing is new", async () => {
    const odd = mail("b", "caf\u00e9 \u0000 \r\nFrom here\n");
    const path = epoch({ m: mail("a") }, { m: odd }, { m: mail("a") });
    const all = await readAll(open(path));
    expect(all.texts).toEqual([mail("a"), Buffer.from(odd).toString("latin1"), mail("a")]);
    expect(all.refs[0]).toBe(`0.git ${git(path, ["rev-parse", "master~2"]).trim()}`);
    expect((await readAll(open(path), all.cursor)).batches).toEqual([]);
    writeEpoch(path, [{ m: mail("c") }]);
    expect(subjects((await readAll(open(path), all.cursor)).texts)).toEqual(["c"]);
  });

  it("gives deleted mails, and one that came again after that in a batch of its own", async () => {
    const path = epoch({ m: mail("a") }, { m: mail("b") }, { d: mail("a") }, { m: mail("a") });
    const all = await readAll(open(path));
    expect(subjects(all.texts)).toEqual(["a", "b", "a"]);
    expect(all.removed).toEqual([mail("a")]);
    expect(all.batches.map((batch) => [batch.mails.length, batch.removed.length])).toEqual([
      [2, 1],
      [1, 0],
    ]);
  });

  it("reads a rewritten epoch again from its start, and counts that in the cursor", async () => {
    const path = epoch({ m: mail("a") }, { m: mail("b") }, { m: mail("c") });
    const before = await readAll(open(path));
    writeEpoch(path, [{ m: mail("a") }, { m: "" }, { m: mail("c") }, { m: mail("d") }], true);
    const after = await readAll(open(path, 1), before.cursor);
    expect(subjects(after.texts)).toEqual(["a", "c", "d"]);
    expect(after.lost).toHaveLength(1);
    expect(JSON.parse(after.cursor ?? "")).toMatchObject({ restarts: 1 });
    const rest = await readAll(open(path), after.batches[1]?.cursor);
    expect(subjects(rest.texts)).toEqual(["c", "d"]);
    git(path, ["reflog", "expire", "--expire=now", "--all"]);
    git(path, ["gc", "-q", "--prune=now"]);
    expect(subjects((await readAll(open(path), before.cursor)).texts)).toEqual(["a", "c", "d"]);
  });

  it("names purged mails, and commits and trees that are none of public-inbox's", async () => {
    const path = epoch({ m: mail("a") }, { m: "" }, { files: { m: null, "m/x": "folder" } }, { m: mail("b") });
    const all = await readAll(open(path));
    expect(subjects(all.texts)).toEqual(["a", "b"]);
    expect(all.lost.map((lost) => lost.replace(/^.*: /, ""))).toEqual(["not-found", "malformed"]);
    const code = epoch({ files: { Makefile: "all:\n" } });
    expect((await readUntilError(open(code))).error).toMatchObject({ reason: "malformed" });
    expect((await readUntilError(open(join(root, "nowhere")))).error).toMatchObject({ reason: "git-failed" });
  });

  it("reads an inbox of version 1", async () => {
    const path = epoch(
      { files: { "00/11": mail("a") } },
      { files: { "aa/bb": mail("b"), "aa/cc": mail("c") } },
      { files: { "00/11": null } },
      { files: { "aa/bb": mail("b", "edited\n") } },
    );
    const all = await readAll(open(path, 1));
    expect(subjects(all.texts)).toEqual(["a", "b", "c", "b"]);
    expect(all.removed).toEqual([mail("a")]);
    expect((await readAll(open(path), all.cursor)).batches).toEqual([]);
  });

  it("is empty when there is no commit, and finds the branch that HEAD does not name", async () => {
    expect((await readAll(open(epoch()))).batches).toEqual([]);
    const path = epoch({ m: mail("a"), branch: "main" });
    const { texts, cursor } = await readAll(open(path));
    expect(subjects(texts)).toEqual(["a"]);
    git(path, ["update-ref", "-d", "refs/heads/main"]);
    expect((await readUntilError(open(path), cursor)).error).toMatchObject({ reason: "malformed" });
  });

  it("takes no cursor that it did not write, and no option of git for a commit", async () => {
    const path = epoch({ m: mail("a") });
    for (const cursor of ["x", "1", "{}", '{"commit":"--all","restarts":0}', `{"commit":"${"0".repeat(40)}"}`])
      expect((await readUntilError(open(path), cursor)).error).toMatchObject({ reason: "bad-cursor" });
    const gone = `{"commit":"${"0".repeat(40)}","restarts":2}`;
    expect(JSON.parse((await readAll(open(path), gone)).cursor ?? "")).toMatchObject({ restarts: 3 });
  });

  it("stops when it is told to", async () => {
    const path = epoch(...Array.from({ length: 60 }, (_, n) => ({ m: mail(`${n}`) })));
    const stop = new AbortController();
    const read = async (): Promise<void> => {
      for await (const _batch of open(path, 1).read(null, { signal: stop.signal })) stop.abort();
    };
    await expect(read()).rejects.toThrow(/abort/i);
  });

  it("gives the same from any cursor on (property)", async () => {
    const commits = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 0, max: 9 }).map((n): Commit => ({ m: mail(`${n}`) })) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 9 }).map((n): Commit => ({ d: mail(`${n}`) })) },
      ),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(commits, fc.integer({ min: 1, max: 4 }), async (list, size) => {
        const path = epoch(...list);
        const whole = await readAll(open(path));
        const wanted = list.map((commit) => JSON.stringify(commit));
        expect(whole.texts.length + whole.removed.length).toBe(wanted.length);
        const { batches } = await readAll(open(path, size));
        let seen = 0;
        for (const batch of batches) {
          seen += batch.mails.length;
          expect((await readAll(open(path), batch.cursor)).texts).toEqual(whole.texts.slice(seen));
        }
      }),
      { numRuns: 8, seed: 1 },
    );
  });
});

describe("an inbox of epochs", () => {
  it("rolls over to new epochs, and notices when an old one was rewritten", async () => {
    const folder = join(root, "inbox");
    writeEpoch(join(folder, "git/0.git"), [{ m: mail("a") }, { m: mail("b") }]);
    const first = await readAll(openFolder(folder));
    expect(subjects(first.texts)).toEqual(["a", "b"]);
    writeEpoch(join(folder, "git/0.git"), [{ m: mail("c") }]);
    writeEpoch(join(folder, "git/1.git"), [{ m: mail("d") }]);
    writeEpoch(join(folder, "git/10.git"), [{ m: mail("f") }]);
    writeEpoch(join(folder, "git/2.git"), [{ m: mail("e") }]);
    const second = await readAll(openFolder(folder, 1), first.cursor);
    expect(subjects(second.texts)).toEqual(["c", "d", "e", "f"]);
    for (const [n, batch] of second.batches.entries())
      expect(subjects((await readAll(openFolder(folder), batch.cursor)).texts)).toEqual(
        ["c", "d", "e", "f"].slice(n + 1),
      );
    writeEpoch(join(folder, "git/1.git"), [{ m: mail("d", "other\n") }], true);
    expect((await readAll(openFolder(join(folder, "git")), second.cursor)).texts).toEqual([mail("d", "other\n")]);
    expect((await readUntilError(openFolder(root))).error).toMatchObject({ reason: "not-found" });
  });
});

describe.skipIf(!existsSync(SHARED))("300 mails of linux-riscv (needs ../shared)", () => {
  it("are the same however often the reader is killed", async () => {
    const path = join(root, "corpus/0.git");
    corpusEpoch(path, 300);
    const whole = await readAll(open(path));
    expect(whole.texts).toHaveLength(300);
    for (const seed of [1, 2]) {
      const read = await readWithInterruptions(() => open(path, 11), seeded(seed));
      expect(read.texts).toEqual(whole.texts);
      expect(read.runs).toBeGreaterThan(5);
    }
    expect((await readAll(open(path, 200, 100_000))).batches.length).toBeGreaterThan(10);
  });
});
