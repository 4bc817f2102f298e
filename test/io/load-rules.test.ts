/** Rules kept in the index: what is loaded is what the texts say, whoever kept them and whatever came in between. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadRules } from "../../src/io/load-rules.js";
import type { IndexStore } from "../../src/review/tree-index.js";
import { root } from "../engine.js";

let folder = "";
const kept = new Map<string, Uint8Array>();
const asked: boolean[] = [];
const store: IndexStore = {
  engine: "test",
  encode: (value) => serialize(value),
  decode: (bytes) => deserialize(bytes),
  load: async (key) => {
    asked.push(kept.has(key));
    const found = kept.get(key);
    return found === undefined ? null : { value: deserialize(found), part: () => null, close: () => {} };
  },
  save: async (key, value) => {
    kept.set(key, serialize(value));
  },
};
const balance = (): string => join(folder, "locking/unbalanced/rule.yaml");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rules-"));
  cpSync(join(root, "rules"), folder, { recursive: true });
  kept.clear();
  asked.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What rules are, with functions as what they say of some names. */
const plain = (set: Awaited<ReturnType<typeof loadRules>>): unknown => {
  const { pure, ...models } = set.models;
  return { ...set, models, pure: ["kvm_get_vcpu", "READ_ONCE", "mutex_lock", "list_empty", "x"].map((n) => pure(n)) };
};

describe("rules kept in an index", () => {
  it("are those that the texts give", async () => {
    const without = plain(await loadRules(folder));
    expect(plain(await loadRules(folder, store))).toEqual(without);
    expect(plain(await loadRules(folder, store))).toEqual(without);
    expect(asked).toEqual([false, true]);
  });

  it("are checked anew when a text changes", async () => {
    const before = await loadRules(folder, store);
    writeFileSync(balance(), readFileSync(balance(), "utf8").replace(/^title: .*$/m, "title: Another"));
    const after = await loadRules(folder, store);
    expect(asked).toEqual([false, false]);
    expect(after.version).not.toBe(before.version);
    expect(after.rules.map((r) => r.title)).toContain("Another");
  });

  it("are refused when they are unsound, each time", async () => {
    writeFileSync(balance(), "id: 7\n");
    await expect(loadRules(folder, store)).rejects.toThrow("locking/unbalanced/rule.yaml");
    await expect(loadRules(folder, store)).rejects.toThrow("locking/unbalanced/rule.yaml");
    expect(kept.size).toBe(0);
  });
});
