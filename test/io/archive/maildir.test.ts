import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { openMaildir } from "../../../src/io/archive/maildir.js";
import type { Source } from "../../../src/watch/source.js";
import { readAll, readUntilError } from "./archive-peer.js";
import { mail, subjects } from "./epoch-peer.js";

const root = mkdtempSync(join(tmpdir(), "maildir-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let made = 0;
function maildir(...names: string[]): string {
  const path = join(root, `${++made}`);
  for (const folder of ["cur", "new", "tmp"]) mkdirSync(join(path, folder), { recursive: true });
  for (const name of names) put(path, name);
  return path;
}

function put(path: string, name: string): void {
  writeFileSync(join(path, name), mail(name));
}

const open = (path: string, mails = 200): Source =>
  openMaildir({ type: "maildir", name: "inbox", path }, { mails, bytes: 1 << 23 });

describe("a maildir", () => {
  it("gives new and cur in the order of names, and what came since", async () => {
    const path = maildir("new/2", "cur/1:2,S", "new/10", "tmp/0", "new/.hidden");
    const first = await readAll(open(path));
    expect(subjects(first.texts)).toEqual(["new/10", "new/2", "cur/1:2,S"]);
    expect(first.refs).toEqual(["new/10", "new/2", "cur/1:2,S"]);
    expect((await readAll(open(path), first.cursor)).batches).toEqual([]);
    put(path, "new/3");
    expect((await readAll(open(path), first.cursor)).refs).toEqual(["new/3"]);
  });

  it("does not mind other flags, and reads a folder again whose names changed", async () => {
    const path = maildir("new/5", "cur/1:2,", "cur/2:2,S");
    const first = await readAll(open(path));
    renameSync(join(path, "cur/1:2,"), join(path, "cur/1:2,RS"));
    expect((await readAll(open(path), first.cursor)).batches).toEqual([]);
    renameSync(join(path, "new/5"), join(path, "cur/5:2,S"));
    const second = await readAll(open(path), first.cursor);
    expect(second.refs).toEqual(["cur/5:2,S"]);
    put(path, "cur/0:2,S");
    rmSync(join(path, "cur/2:2,S"));
    expect((await readAll(open(path), second.cursor)).refs).toEqual(["cur/0:2,S", "cur/1:2,RS", "cur/5:2,S"]);
  });

  it("is not stopped by a mail that vanishes, and finds one that only got other flags", async () => {
    const path = maildir("new/1", "new/2", "new/3:2,", "cur/4:2,");
    const refs: string[] = [];
    for await (const batch of open(path, 1).read(null, {})) {
      refs.push(...batch.mails.map((m) => m.ref));
      if (refs.length > 1) continue;
      rmSync(join(path, "new/2"));
      renameSync(join(path, "new/3:2,"), join(path, "new/3:2,S"));
    }
    expect(refs).toEqual(["new/1", "new/3:2,", "cur/4:2,"]);
  });

  it("says what cannot be read", async () => {
    const path = maildir("new/1", "new/3");
    execFileSync("mkfifo", [join(path, "new/2")]);
    truncateSync(join(path, "new/3"), 26 * 1024 * 1024);
    expect((await readAll(open(path))).lost).toEqual(["new/2: malformed", "new/3: too-large"]);
    expect((await readUntilError(open(join(root, "nowhere")))).error).toMatchObject({ reason: "not-found" });
    for (const cursor of ["{}", '{"folders":{"../x":{"count":1,"digest":""}}}', '{"folders":{"new":1}}'])
      expect((await readUntilError(open(path), cursor)).error).toMatchObject({ reason: "bad-cursor" });
  });

  it("gives the same from any cursor on (property)", async () => {
    const names = fc.uniqueArray(fc.tuple(fc.constantFrom("new", "cur"), fc.integer({ min: 0, max: 99 })), {
      maxLength: 12,
      selector: ([folder, n]) => `${folder}/${n}`,
    });
    await fc.assert(
      fc.asyncProperty(names, fc.integer({ min: 1, max: 4 }), async (list, size) => {
        const path = maildir(...list.map(([folder, n]) => `${folder}/${n}`));
        const whole = await readAll(open(path));
        expect(whole.refs).toHaveLength(list.length);
        const { batches } = await readAll(open(path, size));
        for (const [n, batch] of batches.entries())
          expect((await readAll(open(path), batch.cursor)).refs).toEqual(whole.refs.slice((n + 1) * size));
      }),
      { numRuns: 30, seed: 1 },
    );
  });
});

describe("a folder of .eml files", () => {
  it("is read by name", async () => {
    const path = join(root, "plain");
    mkdirSync(path);
    for (const name of ["b.eml", "a.EML", "c.txt", "d.eml"]) put(path, name);
    const all = await readAll(open(path, 1));
    expect(all.refs).toEqual(["a.EML", "b.eml", "d.eml"]);
    expect((await readAll(open(path), all.batches[0]?.cursor)).refs).toEqual(["b.eml", "d.eml"]);
  });
});
