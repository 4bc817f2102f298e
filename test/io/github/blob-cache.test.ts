/** Blobs that are kept: bounds, spoilt files, processes side by side. */
import { fork } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { openBlobCache } from "../../../src/io/github/blob-cache.js";
import { blobIdOf } from "../../../src/io/github/blob-id.js";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "patchwitness-test-"));
  folders.push(folder);
  return folder;
};
const bytesOf = (n: number, size = 100): Buffer => Buffer.from(`${n}`.padEnd(size, "."));
const filesIn = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());

test("an id is git's", () => {
  expect(blobIdOf(Buffer.from("hello\n"))).toBe("ce013625030ba8dba906f756967f9e9ca394464a");
  expect(blobIdOf(Buffer.alloc(0))).toBe("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
});

test("memory holds what was used last, and never more than its bytes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 9 }), { maxLength: 60 }), async (used) => {
      const cache = openBlobCache({ memoryBytes: 350 });
      const model: number[] = [];
      for (const n of used) {
        const id = blobIdOf(bytesOf(n));
        const held = (await cache.get("p", id)) !== null;
        expect(held).toBe(model.includes(n));
        await cache.put("p", id, bytesOf(n));
        if (model.includes(n)) model.splice(model.indexOf(n), 1);
        model.push(n);
        // Three of a hundred bytes fit.
        if (model.length > 3) model.shift();
      }
    }),
    { numRuns: 50 },
  );
});

test("a repository's blobs are its own, and only full ids are names", async () => {
  const folder = newFolder();
  const [cache, other] = [openBlobCache({ folder }), openBlobCache({ folder })];
  const id = blobIdOf(bytesOf(1));
  await cache.put("github a/private", id, bytesOf(1));
  expect(await other.get("github a/private", id)).toEqual(bytesOf(1));
  expect(await other.get("github a/open", id)).toBeNull();
  for (const odd of ["../x", "", id.slice(1), `${id}/..`]) {
    await cache.put("p", odd, bytesOf(1));
    expect(await cache.get("p", odd)).toBeNull();
  }
  expect(filesIn(folder)).toHaveLength(1);
});

test("a file that was spoilt is none, and goes", async () => {
  const folder = newFolder();
  const id = blobIdOf(bytesOf(1));
  await openBlobCache({ folder }).put("p", id, bytesOf(1));
  const [file = ""] = filesIn(folder);
  for (const spoilt of [bytesOf(2), bytesOf(1).subarray(1), Buffer.alloc(0)]) {
    writeFileSync(file, spoilt);
    const cache = openBlobCache({ folder });
    expect(await cache.get("p", id)).toBeNull();
    expect(filesIn(folder)).toEqual([]);
    await cache.put("p", id, bytesOf(1));
    expect(readFileSync(file)).toEqual(bytesOf(1));
  }
});

test("the folder is bounded; what was not used for longest goes, and nothing that is not ours", async () => {
  const folder = newFolder();
  const cache = openBlobCache({ folder, memoryBytes: 0, diskBytes: 16_000 });
  const ids = Array.from({ length: 40 }, (_, n) => blobIdOf(bytesOf(n, 900)));
  await cache.put("p", ids[0] ?? "", bytesOf(0, 900));
  const [first = ""] = filesIn(folder);
  const foreign = join(first, "..", "notes.txt");
  writeFileSync(foreign, "mine");
  writeFileSync(join(first, "..", `.${ids[0]}.0123456789ab`), "left behind");
  utimesSync(join(first, "..", `.${ids[0]}.0123456789ab`), 1, 1);
  for (const [n, id] of ids.entries()) {
    await cache.put("p", id, bytesOf(n, 900));
    const file = filesIn(folder).find((name) => name.endsWith(id)) ?? "";
    utimesSync(file, 1000 + n, 1000 + n);
  }
  const left = filesIn(folder).filter((name) => name !== foreign);
  expect(left.reduce((sum, name) => sum + statSync(name).size, 0)).toBeLessThanOrEqual(17_000);
  expect(left.every((name) => ids.slice(20).some((id) => name.endsWith(id)))).toBe(true);
  expect(readFileSync(foreign, "utf8")).toBe("mine");
  await cache.put("p", blobIdOf(bytesOf(99, 1001)), bytesOf(99, 1001));
  expect(await cache.get("p", blobIdOf(bytesOf(99, 1001)))).toBeNull();
});

test("a folder that cannot be written keeps nothing, and fails nothing", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, "blobs"), "a file");
  const cache = openBlobCache({ folder, memoryBytes: 0 });
  await cache.put("p", blobIdOf(bytesOf(1)), bytesOf(1));
  expect(await cache.get("p", blobIdOf(bytesOf(1)))).toBeNull();
});

test("two processes write and read the same folder", async () => {
  const folder = newFolder();
  const script = new URL("cache-process.ts", import.meta.url).pathname;
  const runs = [1, 2].map(
    () =>
      new Promise<string>((resolve) => {
        const child = fork(script, [folder], {
          execArgv: ["--import", "tsx"],
          stdio: ["ignore", "ignore", "inherit", "ipc"],
        });
        child.on("message", (said) => resolve(String(said)));
        child.on("exit", (code) => resolve(`ended with ${code}`));
      }),
  );
  expect(await Promise.all(runs)).toEqual(["wrong 0", "wrong 0"]);
  const bad = filesIn(folder).filter((file) => !file.endsWith(blobIdOf(readFileSync(file))));
  expect(bad).toEqual([]);
});
