/** The cache folder of indexes: what goes in comes out, and whatever else lies there is not there. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openIndexStore } from "../../src/io/index-store.js";
import type { IndexStore } from "../../src/review/tree-index.js";

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "index-"));
  folders.push(made);
  return made;
};
afterEach(() => {
  for (const f of folders.splice(0)) rmSync(f, { recursive: true, force: true });
});

const VALUE = { files: [{ path: "a.c", names: new Set(["f"]) }], map: new Map([["k", [1, 2]]]) };

async function keptValue(store: IndexStore, key: string): Promise<unknown> {
  const kept = await store.load(key);
  kept?.close();
  return kept?.value;
}

describe("the index store", () => {
  it("gives back what was saved, to another opening of the folder too", async () => {
    const at = folder();
    await (await openIndexStore(at, "1.0.0")).save("key", VALUE);
    expect(await keptValue(await openIndexStore(at, "1.0.0"), "key")).toEqual(VALUE);
    expect(await (await openIndexStore(at, "1.0.0")).load("other key")).toBeNull();
  });

  it("gives parts one by one, and not one that is spoilt", async () => {
    const at = folder();
    const store = await openIndexStore(at, "1.0.0");
    await store.save("key", VALUE, [Buffer.from("one"), Buffer.from(""), Buffer.from("three")]);
    const kept = await store.load("key");
    const text = (number: number): string | undefined => kept?.part(number)?.toString();
    expect([text(2), text(0), text(1), text(3)]).toEqual(["three", "one", "", undefined]);
    const file = join(at, readdirSync(at)[0] as string);
    const bytes = readFileSync(file);
    bytes[bytes.length - 3] = 0;
    writeFileSync(file, bytes);
    expect([text(0), text(2)]).toEqual(["one", undefined]);
    expect(kept?.value).toEqual(VALUE);
    kept?.close();
    expect(text(0)).toBeUndefined();
  });

  it("names the version that made an index", async () => {
    const at = folder();
    const engines = await Promise.all(["1.0.0", "1.0.1"].map(async (v) => (await openIndexStore(at, v)).engine));
    expect(engines[0]).not.toBe(engines[1]);
  });

  it.each<[string, (file: string) => void]>([
    ["cut short", (file) => truncateSync(file, 40)],
    ["cut by one byte", (file) => truncateSync(file, readFileSync(file).length - 1)],
    ["empty", (file) => writeFileSync(file, "")],
    ["garbage", (file) => writeFileSync(file, "what is this?".repeat(50))],
    [
      "one bit turned",
      (file) => {
        const bytes = readFileSync(file);
        bytes[bytes.length - 3] = (bytes[bytes.length - 3] as number) ^ 4;
        writeFileSync(file, bytes);
      },
    ],
  ])("takes a file that is %s for none, and counts it", async (_what, spoil) => {
    const at = folder();
    const store = await openIndexStore(at, "1.0.0");
    await store.save("key", VALUE);
    const [name] = readdirSync(at);
    spoil(join(at, name as string));
    expect(await store.load("key")).toBeNull();
    expect(store.broken()).toBe(1);
    await store.save("key", VALUE);
    expect(await keptValue(store, "key")).toEqual(VALUE);
  });

  it("forgets what nobody asked for in a month, drafts of killed processes too", async () => {
    const at = folder();
    const store = await openIndexStore(at, "1.0.0");
    await store.save("old", VALUE);
    writeFileSync(join(at, "abc.index.77.draft"), "half");
    const past = new Date(Date.now() - 40 * 24 * 3600 * 1000);
    for (const name of readdirSync(at)) utimesSync(join(at, name), past, past);
    await store.save("new", VALUE);
    expect(await store.load("old")).toBeNull();
    expect(await keptValue(store, "new")).toEqual(VALUE);
    expect(readdirSync(at)).toHaveLength(1);
  });

  it("does without a folder that cannot be made", async () => {
    const file = join(folder(), "file");
    writeFileSync(file, "");
    const store = await openIndexStore(join(file, "below"), "1.0.0");
    await store.save("key", VALUE);
    expect(await store.load("key")).toBeNull();
  });
});
